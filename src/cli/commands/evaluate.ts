import type { CommandFile } from '../command-file.ts';
import { addComputation, addDraws, meaningOfFigures } from './of-a-run.ts';

const ood =
  'data of another kind, a set by its name (fashion-mnist) or files as credence predict takes them: how well the ' +
  "run's uncertainty tells them from its test set (AUROC, AUPR, FPR at 95 % TPR)";

interface EvaluateOptions {
  readonly ood?: string;
  readonly by?: string;
  readonly resize?: boolean;
  readonly corrupt?: boolean;
}

/** `credence evaluate RUN` */
export const command: CommandFile = {
  name: 'evaluate',
  synopsis: '[options] <RUN>',
  about: 'Evaluate the last checkpoint of a run on the test set, with Monte Carlo draws of the weights.',

  async declare(words) {
    words.command
      .usage('RUN [--draws COUNT] [--ood DATA] [--corrupt] [--by COLUMN]')
      .addHelpText('after', meaningOfFigures);
    words.argument('RUN', 'the folder of a run');
    addDraws(words)
      .setting('data', 'PATH', 'file or folder of the data set (default: that of the run)')
      .option('ood', 'DATA', ood);
    words.command
      .option('--resize', 'scale pictures of --ood to the size, and the channels, that the network takes')
      .option('--corrupt', 'also under rotation, noise, blur and contrast in five severities (images, 2,000 of them)');
    words.option('by', 'COLUMN', 'also in groups: by the values of a column of the table, or its quartiles');
    await addComputation(words);
  },

  async run({ words, flags, json, options }, terminal) {
    const { layerOfFlags, resolveConfiguration } = await import('../configuration/index.ts');
    const { located, readRunConfiguration } = await import('../request.ts');
    const { silentWatch, watchOn } = await import('../watch.ts');
    const run = words[0]!;
    const layers = [await readRunConfiguration(run), layerOfFlags(flags)];
    const configuration = located(resolveConfiguration(layers));
    const { ood: other, by = null, resize = false, corrupt = false } = options<EvaluateOptions>();
    if (resize && other === undefined) {
      const { UsageError } = await import('../../errors/index.ts');
      throw new UsageError('--resize without --ood', { expected: '--ood DATA, whose pictures it scales' });
    }
    const request = { by, corrupt, other: other === undefined ? null : { data: other, resize } };
    const { evaluateRun, launchedAs } = await import('../../compose/index.ts');
    const watch = (launchedAs()?.rank ?? 0) > 0 ? silentWatch : watchOn(terminal, { json });
    try {
      const outcome = await evaluateRun(run, configuration, watch, request);
      watch.end();
      if (outcome === null) return 0;
      const { renderSummary, summaryJson } = await import('../progress/summary.ts');
      terminal.stdout.write(json ? summaryJson(outcome.summary) : renderSummary(outcome, by !== null));
      return 0;
    } finally {
      watch.end();
    }
  },
};
