import type { CommandFile, Given } from '../command-file.ts';
import { originalFlags } from '../original/flags.ts';
import type { TrainArguments } from '../request.ts';
import { meaningOfFigures } from './of-a-run.ts';

interface TrainOptions {
  readonly out?: string;
  readonly resume?: string;
  readonly timeline?: string;
  readonly watch?: true;
  readonly port?: string;
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
      .option('timeline', 'FILE', timelineHelp)
      .command.option('--watch', 'serve the live page of this run to browsers of this machine; stderr has its address');
    words.option('port', 'N', portHelp);
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
    const live = await livePage(given);
    // Only now: bad usage is told without loading the engine.
    const { launchedAs, trainRun } = await import('../../compose/index.ts');
    const { renderConfiguration } = await import('../configuration/index.ts');
    const isFirst = (launchedAs()?.rank ?? 0) === 0;
    const watch = isFirst ? watchOn(terminal, given) : silentWatch;
    for (const note of request.notes) watch.note(note);
    try {
      const began = (run: string) => live?.begin(run, watch.note);
      const outcome = await trainRun({ ...request, render: renderConfiguration }, { ...watch, began });
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
      await live?.end();
    }
  },
};

/**
 * What --watch asks for; it begins on the first rank, once there is a run folder.
 * @throws UsageError for a port that is none, or is of no page
 * @throws UnavailableError where there could be no page
 */
async function livePage({ options }: Given) {
  const { watch = false, port } = options<TrainOptions>();
  const { UsageError } = await import('../../errors/index.ts');
  if (!watch && port !== undefined)
    throw new UsageError('--port without --watch', { expected: '--watch, whose port it is' });
  if (!watch) return null;
  const { portOf } = await import('../values.ts');
  const number = portOf(port);
  const { assertAttachable, attachLivePage } = await import('../../serve/index.ts');
  assertAttachable();
  let page: ReturnType<typeof attachLivePage> | null = null;
  return {
    begin(folder: string, tell: (text: string) => void): void {
      page = attachLivePage({ folder, port: number }, tell);
    },
    end: async (): Promise<void> => page?.end(),
  };
}

/** What the words behind `credence train` ask for. */
export function trainArguments({ words, options, flags }: Given): TrainArguments {
  const { out = null, resume = null, timeline = null, flagfile: flagFiles = [] } = options<TrainOptions>();
  return { target: words[0] ?? null, flags, flagFiles, out, resume, timeline };
}

export const trainUsage = '[NAME | config.yaml | DATA] [--key value ...]';

export const portHelp = 'port of the live page (default: any that is free)';

export const timelineHelp = 'write what every rank did when to a Chrome trace, for Perfetto or chrome://tracing';

export const signals = `
Ctrl-C, SIGTERM or SIGHUP: the run checkpoints, stops with exit code 1 and says how to go on; a second one stops it at once. In
an evaluation they end that. Under nohup SIGHUP does nothing.`;
