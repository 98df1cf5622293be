import type { CommandFile } from '../../command-file.ts';

const meaning = `
Behind ± stands a standard error. docs/reading-uncertainty.md says what each figure and picture is, and what to look for.`;

/** `credence report RUN...` */
export const command: CommandFile = {
  name: 'report',
  synopsis: '[options] <RUN...>',
  about: 'Write a page about one or several runs: training, evaluation, posterior, calibration, speed-up.',

  async declare(words) {
    const { machines } = await import('../../../report/index.ts');
    words.command.usage('RUN... [--out DIR] [--figures] [--scaling FILE]').addHelpText('after', meaning);
    words
      .argument('RUN', 'folders of runs, or of sweeps that credence submit has made')
      .option('out', 'DIR', 'the folder of the page, index.html (default: RUN/report; several runs need it)')
      .switch('figures', 'each figure also as figures/NAME.svg, .png and .json beside the page, for papers')
      .option('scaling', 'FILE', 'measured times of credence bench scaling, for the figure of the speed-up')
      .option('machine', 'NAME', `what simulated curves assume: ${Object.keys(machines).join(', ')}`, 'laptop');
  },

  async run(given, terminal) {
    const { report } = await import('./run.ts');
    return report(given, terminal);
  },
};
