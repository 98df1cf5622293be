import type { CommandFile } from '../command-file.ts';
import { addComputation, addDraws } from './of-a-run.ts';

/** `credence evaluate RUN` */
export const command: CommandFile = {
  name: 'evaluate',
  synopsis: '[options] <RUN>',
  about: 'Evaluate the last checkpoint of a run on the test set, with Monte Carlo draws of the weights.',

  async declare(words) {
    words.command.usage('RUN [--draws COUNT]');
    words.argument('RUN', 'the folder of a run');
    addDraws(words).setting('data', 'PATH', 'file or folder of the data set (default: that of the run)');
    await addComputation(words);
  },

  async run({ words, flags, json }, terminal) {
    const { layerOfFlags, resolveConfiguration } = await import('../configuration/index.ts');
    const { located, readRunConfiguration } = await import('../request.ts');
    const { silentWatch, watchOn } = await import('../watch.ts');
    const run = words[0]!;
    const layers = [await readRunConfiguration(run), layerOfFlags(flags)];
    const configuration = located(resolveConfiguration(layers));
    const { evaluateRun, launchedAs } = await import('../../compose/index.ts');
    const watch = (launchedAs()?.rank ?? 0) > 0 ? silentWatch : watchOn(terminal, { json });
    try {
      const outcome = await evaluateRun(run, configuration, watch);
      watch.end();
      if (outcome === null) return 0;
      const { renderSummary, summaryJson } = await import('../progress/summary.ts');
      terminal.stdout.write(json ? summaryJson(outcome.summary) : renderSummary(outcome));
      return 0;
    } finally {
      watch.end();
    }
  },
};
