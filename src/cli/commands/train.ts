import type { CommandFile, Given } from '../command-file.ts';
import { originalFlags } from '../original/flags.ts';
import type { TrainArguments } from '../request.ts';
import { meaningOfFigures } from './of-a-run.ts';

interface TrainOptions {
  readonly out?: string;
  readonly resume?: string;
  readonly timeline?: string;
  readonly flagfile?: readonly string[];
}

/** `credence train`: exit code 0 once the model is trained and evaluated. */
export const command: CommandFile = {
  name: 'train',
  synopsis: '[options] [NAME]',
  about: 'Train a model, evaluate it with Monte Carlo draws, and keep all of it in a run folder.',

  async declare(words) {
    const { targets } = await import('../target.ts');
    const { flagOf, settings } = await import('../configuration/index.ts');
    words.command.usage(trainUsage).addHelpText('after', `${meaningOfFigures}\n${signals}`);
    words
      .argument('NAME', targets)
      .option('out', 'DIR', 'the run folder (default: runs/NAME, made unique)')
      .option('resume', 'RUN', 'go on with the run in this folder')
      .option('timeline', 'FILE', timelineHelp);
    words.command.optionsGroup('Settings, also keys of a config.yaml:');
    for (const setting of settings) {
      const { path, placeholder, about, usual } = setting;
      const flag = flagOf(setting);
      if (placeholder === null) {
        // The others are those that all commands have.
        if (path === 'data.strict') words.switch(flag, about);
        continue;
      }
      words.setting(flag, placeholder, `${about} (default: ${String(usual)})`);
      if (flag !== path) words.setting(path, placeholder, about, { isHidden: true });
    }
    words.command.optionsGroup('Flags of the system that credence succeeds (docs/differences.md):');
    words.list('flagfile', 'FILE', 'a file of flags, one --key=value per line');
    for (const { name, placeholder, about } of originalFlags) {
      if (placeholder === null) words.switch(name, about);
      else words.setting(name, placeholder, about);
    }
  },

  async run(given, terminal) {
    const { readTrainRequest } = await import('../request.ts');
    const { silentWatch, watchOn } = await import('../watch.ts');
    const request = await readTrainRequest(trainArguments(given));
    // Only now: bad usage is told without loading the engine.
    const { launchedAs, trainRun } = await import('../../compose/index.ts');
    const { renderConfiguration } = await import('../configuration/index.ts');
    const watch = (launchedAs()?.rank ?? 0) > 0 ? silentWatch : watchOn(terminal, given);
    for (const note of request.notes) watch.note(note);
    try {
      const outcome = await trainRun({ ...request, render: renderConfiguration }, watch);
      watch.end();
      if (outcome === null) return 0;
      const { summary, isBayesian } = outcome;
      const { renderSummary, summaryJson } = await import('../progress/summary.ts');
      const { commandOf } = await import('../../errors/index.ts');
      const again = commandOf('evaluate', [summary.run], ...(isBayesian ? ['--draws', '300'] : []));
      terminal.stdout.write(
        given.json ? summaryJson(summary) : `${renderSummary(outcome)}Evaluate it again: ${again}\n`,
      );
      return 0;
    } finally {
      watch.end();
    }
  },
};

/** What the words behind `credence train` ask for. */
export function trainArguments({ words, options, flags }: Given): TrainArguments {
  const { out = null, resume = null, timeline = null, flagfile: flagFiles = [] } = options<TrainOptions>();
  return { target: words[0] ?? null, flags, flagFiles, out, resume, timeline };
}

export const trainUsage = '[NAME | config.yaml | DATA] [--key value ...]';

export const timelineHelp = 'write what every rank did when to a Chrome trace, for Perfetto or chrome://tracing';

export const signals = `
Ctrl-C, SIGTERM or SIGHUP: the run checkpoints, stops with exit code 1 and says how to go on; a second one stops it at once. In
an evaluation they end that. Under nohup SIGHUP does nothing.`;
