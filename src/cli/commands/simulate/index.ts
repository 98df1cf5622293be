import { Option } from 'commander';
import type { CommandFile } from '../../command-file.ts';

/** `credence simulate` */
export const command: CommandFile = {
  name: 'simulate',
  synopsis: '[options]',
  about: 'Predict the time of a step, speed-up and efficiency on 1 to 65,536 ranks.',

  async declare(words) {
    const { modelNames } = await import('../../../models/index.ts');
    const { machines } = await import('../../../report/index.ts');
    const presets = Object.entries(machines).map(([name, { about }]) => `${name} (${about})`);
    const [one, many] = [machines['laptop']!.mostRanks, machines['theta']!.mostRanks].map(grouped);
    words.command.usage('--step MILLISECONDS | --measured FILE.json').addHelpText('after', validation);
    words
      .option('machine', 'NAME', presets.join('; '), 'laptop')
      .option('step', 'MILLISECONDS', 'the measured time of a step on one rank')
      .option('model', 'NAME', `whose gradients travel: ${modelNames.join(', ')}`, 'BNN_conv_flip')
      .option('batch', 'EXAMPLES', 'of a step on one rank, for the time of an epoch in a figure', '64')
      .option(
        'ranks',
        'COUNT,...',
        `on how many (default: powers of two, to ${one} of a laptop and ${many} of the others)`,
      )
      .option('scaling', 'NAME', 'weak: a batch per rank; strong: one batch, shared', 'weak');
    const overlap = new Option('--overlap', 'reduce a bucket while the backward pass fills the next');
    words.command.addOption(overlap.default(false));
    words
      .option('wire', 'NAME', 'float32 or bfloat16: what travels', 'float32')
      .option('bucketBytes', 'BYTES', 'of gradients that travel together', '1048576')
      .option('spread', 'SHARE', "of a rank's compute time, its standard deviation (default: the machine's)")
      .option('measured', 'FILE', 'measured times (credence bench scaling): one series each, the spread fitted')
      .option('figure', 'FILE', 'write training time and speed-up against ranks as SVG');
  },

  async run(given, terminal) {
    const { simulate } = await import('./run.ts');
    return simulate(given, terminal);
  },
};

const grouped = (count: number) => count.toLocaleString('en-US');

const validation = `
The model: the cheapest allreduce of Thakur, Rabenseifner and Gropp (2005) for each bucket, within nodes, then between
them; the expected delay of the last of R ranks, each with a least time and an exponential delay.
Its error: fitted to 75.8 ms on 1 node of Theta and 82.6 ms on 2 (bnn_hvd, batch 128), it gives 8 nodes a speed-up of
6.13; 6.07 was measured, +0.9 %. Normal delays would give 6.53, +7.6 %.
What it cannot tell: whether that waiting was the machine's or Horovod's. With spread 17.6 % (theta-horovod) overlap and
bfloat16 leave the efficiency on 8 nodes at 0.77; with the 2 % assumed for theta it is 0.97, and 0.9 needs at most 6.3 %.`;
