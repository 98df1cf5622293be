/** Words of a command line into a command, by commander; its help, its version, its complaints. */
import { Command, CommanderError, Option } from 'commander';
import { readFileSync } from 'node:fs';
import { datasetNames } from '../datasets/index.ts';
import { UsageError } from '../errors/index.ts';
import { modelNames } from '../models/index.ts';
import { type Flag, defaults, display, flagOf, presets, settings, suggestion, valueAt } from './configuration/index.ts';
import { originalFlags } from './original/index.ts';
import type { TrainArguments } from './request.ts';
import { type BenchOptions, addBench } from './bench-options.ts';
import { type ReportOptions, addReport } from './report-options.ts';
import { type SimulateOptions, addSimulate } from './simulate-options.ts';
import { type SubmitOptions, addSubmit, submitValued } from './submit/options.ts';
import { normalizeSwitches } from './switches.ts';
import type { Terminal } from './terminal.ts';

export interface Common {
  readonly json: boolean;
  readonly verbose: boolean;
}

export type TrainCommand = { readonly name: 'train' } & Common & TrainArguments;
export type EvaluateCommand = {
  readonly name: 'evaluate';
  readonly run: string;
  readonly flags: readonly Flag[];
} & Common;
export type PredictCommand = {
  readonly name: 'predict';
  readonly run: string;
  /** files and folders of images */
  readonly inputs: readonly string[];
  readonly flags: readonly Flag[];
  /** the options as they were written; null where they were not */
  readonly out: string | null;
  readonly quantiles: string | null;
} & Common;
export type LaunchCommand = {
  readonly name: 'launch';
  /** the options as they were written; null where they were not */
  readonly ranks: string | null;
  readonly hosts: string | null;
  readonly hostfile: string | null;
  readonly launcher: string | null;
  readonly restarts: string | null;
  readonly timeline: string | null;
  readonly checkBuild: boolean;
  /** the command that the ranks get */
  readonly words: readonly string[];
} & Common;
export type SubmitCommand = {
  readonly name: 'submit';
  readonly options: SubmitOptions;
  /** the command that the ranks get */
  readonly words: readonly string[];
} & Common;
export type SimulateCommand = { readonly name: 'simulate'; readonly options: SimulateOptions } & Common;
export type ReportCommand = {
  readonly name: 'report';
  readonly folders: readonly string[];
  readonly options: ReportOptions;
} & Common;
export type BenchCommand = {
  readonly name: 'bench';
  /** what is to be measured, as it was written */
  readonly what: string;
  readonly options: BenchOptions;
} & Common;
export type DataCommand = {
  readonly name: 'data';
  /** list, where, fetch or verify, as it was written; null where it was not */
  readonly action: string | null;
  readonly dataset: string | null;
} & Common;
export type DoctorCommand = { readonly name: 'doctor' } & Common;

/** `answered`: help or version, already written. */
export type ParsedCommand =
  | TrainCommand
  | EvaluateCommand
  | PredictCommand
  | LaunchCommand
  | SubmitCommand
  | ReportCommand
  | BenchCommand
  | SimulateCommand
  | DataCommand
  | DoctorCommand
  | { readonly name: 'answered' };

/**
 * @throws UsageError for an unknown command or flag, a flag without its value, a word too many
 */
export function parseCommandLine(words: readonly string[], terminal: Terminal): ParsedCommand {
  const [own, launched] = splitInner(words);
  const parser = new Parser(terminal, launched);
  try {
    parser.program.parse(normalizeSwitches(own), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { name: 'answered' };
    throw asUsageError(error, parser.commandIn(own));
  }
  return parser.command;
}

/** Commander's programs with what they were told. */
class Parser {
  readonly program = new Command('credence');
  command: ParsedCommand = { name: 'answered' };
  /** of the settings, ours and the original's, in the order in which they were written */
  readonly #flags: Flag[] = [];
  readonly #flagFiles: string[] = [];

  /** behind the options of launch and submit: the command that the ranks get */
  readonly #launched: readonly string[];

  constructor({ stdout }: Terminal, launched: readonly string[]) {
    this.#launched = launched;
    this.program
      .description('Bayesian neural networks by variational inference.')
      .configureOutput({
        writeOut: (text) => void stdout.write(text),
        // The caller writes the error, in the one form that all errors have.
        writeErr: () => {},
        outputError: () => {},
        getOutHelpWidth: () => stdout.columns || 100,
      })
      .configureHelp({ showGlobalOptions: true })
      .exitOverride()
      .option('--json', 'one JSON object on stdout and nothing else')
      .option('--verbose', 'more to read: stack traces of errors, the parameters of a model')
      .addOption(new Option('--no-verbose').hideHelp())
      .version(version(), '--version', 'the version of credence')
      .helpOption('-h, --help', 'this text')
      .addHelpText('after', '\nExit code: 0 success, 1 failed or interrupted, 2 bad usage.');
    this.#addTrain();
    this.#addEvaluate();
    this.#addPredict();
    this.#addLaunch();
    this.#addSubmit();
    this.#addReport();
    this.#addBench();
    this.#addSimulate();
    this.#addData();
    this.#addDoctor();
  }

  /** The command that the words name; the program itself where they name none. */
  commandIn(words: readonly string[]): Command {
    return this.program.commands.find((command) => words.includes(command.name())) ?? this.program;
  }

  #addTrain(): void {
    const train = this.program
      .command('train')
      .argument(
        '[NAME]',
        `a model (${modelNames.join(', ')}), a preset (${Object.keys(presets).join(', ')}) or the path of a config.yaml`,
      )
      .description('Train a model, evaluate it with Monte Carlo draws, and keep all of it in a run folder.')
      .usage('[NAME | config.yaml] [--key value ...]')
      .addHelpText('after', signals)
      .addOption(this.#option('out', 'DIR', 'the run folder (default: runs/NAME, made unique)'))
      .addOption(this.#option('resume', 'RUN', 'go on with the run in this folder'))
      .addOption(this.#option('timeline', 'FILE', timelineHelp))
      .optionsGroup('Settings, also keys of a config.yaml:');
    for (const setting of settings) {
      if (setting.placeholder === null) continue;
      const usual = String(valueAt(defaults, setting.path));
      train.addOption(this.#flag(flagOf(setting), setting.placeholder, `${setting.about} (default: ${usual})`));
      if (flagOf(setting) !== setting.path) {
        train.addOption(this.#flag(setting.path, setting.placeholder, setting.about).hideHelp());
      }
    }
    train.optionsGroup('Flags of the system that credence succeeds (docs/differences.md):');
    train.addOption(
      this.#option('flagfile', 'FILE', 'a file of flags, one --key=value per line').argParser((value: string) => {
        this.#flagFiles.push(requireValue('flagfile', value));
        return value;
      }),
    );
    for (const { name, placeholder, about } of originalFlags) {
      if (placeholder !== null) {
        train.addOption(this.#flag(name, placeholder, about));
        continue;
      }
      train.addOption(new Option(`--${name}`, about)).addOption(new Option(`--no-${name}`).hideHelp());
      this.#addSwitch(train, name);
    }
    this.#addSwitch(this.program, 'verbose');
    train.action((target: string | undefined, options: { out?: string; resume?: string; timeline?: string }) => {
      const { out = null, resume = null, timeline = null } = options;
      const flags = this.#flags;
      this.command = {
        name: 'train',
        ...this.#common(),
        target: target ?? null,
        flags,
        flagFiles: this.#flagFiles,
        out,
        resume,
        timeline,
      };
    });
  }

  #addEvaluate(): void {
    this.program
      .command('evaluate')
      .argument('<RUN>', 'the folder of a run')
      .description('Evaluate the last checkpoint of a run on the test set, with Monte Carlo draws of the weights.')
      .usage('RUN [--draws COUNT]')
      .addOption(this.#flag('draws', 'COUNT', 'Monte Carlo draws (default: those of the run)'))
      .addOption(this.#flag('data', 'PATH', 'file or folder of the data set (default: that of the run)'))
      .addOption(this.#flag('engine', 'NAME', 'auto, wasm, onednn or reference (default: that of the run)'))
      .addOption(
        this.#flag('ranks', 'COUNT', 'threads that share the draws (default: that of the run, or one per core)'),
      )
      .addOption(this.#flag('seed', 'SEED', 'of the draws (default: that of the run)'))
      .addOption(this.#flag('precision', 'NAME', 'f32 or bf16 (default: that of the run)'))
      .action((run: string) => {
        this.command = { name: 'evaluate', ...this.#common(), run, flags: this.#flags };
      });
  }

  #addPredict(): void {
    this.program
      .command('predict')
      .argument('<RUN>', 'the folder of a run')
      .argument('<INPUT...>', 'images: .npy, .npz, IDX (.gz or not) or .png files, or folders of .png files')
      .description('Predict classes of images with the last checkpoint of a run, and how sure that is.')
      .usage('RUN INPUT... [--draws COUNT] [--out FILE]')
      .addOption(this.#flag('draws', 'COUNT', 'Monte Carlo draws (default: those of the run)'))
      .addOption(
        this.#option('quantiles', 'LEVELS', "of each class's probability over the draws (default: 0.05,0.5,0.95)"),
      )
      .addOption(this.#option('out', 'FILE', 'all predictions, as .json, .csv or .npz'))
      .addOption(this.#flag('engine', 'NAME', 'auto, wasm, onednn or reference (default: that of the run)'))
      .addOption(
        this.#flag('ranks', 'COUNT', 'threads that share the draws (default: that of the run, or one per core)'),
      )
      .addOption(this.#flag('seed', 'SEED', 'of the draws (default: that of the run)'))
      .addOption(this.#flag('precision', 'NAME', 'f32 or bf16 (default: that of the run)'))
      .action((run: string, inputs: string[], options: { out?: string; quantiles?: string }) => {
        const { out = null, quantiles = null } = options;
        this.command = { name: 'predict', ...this.#common(), run, inputs, flags: this.#flags, out, quantiles };
      });
  }

  #addLaunch(): void {
    this.program
      .command('launch')
      .argument('[COMMAND...]', 'what each rank gets: train, and what belongs to it')
      .description('Start the ranks of a training, by MPI or as threads, and wait for them.')
      .usage('-n COUNT [-H HOST:SLOTS,...] train [NAME | config.yaml] [--key value ...]')
      .addHelpText('after', signals)
      .option('-n <COUNT>', 'how many ranks (default: the slots of all hosts)')
      .option('-H, --hosts <HOST:SLOTS,...>', 'the hosts, and how many ranks each takes (default: this one)')
      .addOption(this.#option('hostfile', 'FILE', 'the same from a file, a line HOST slots=COUNT for each'))
      .addOption(
        this.#option(
          'launcher',
          'NAME',
          'threads, mpiexec, srun, aprun, jsrun or flux (default: mpiexec where it is found, else threads)',
        ),
      )
      .addOption(
        this.#option('restarts', 'COUNT', 'after a failure go on from the last checkpoint, so many times (default: 0)'),
      )
      .addOption(this.#option('timeline', 'FILE', timelineHelp))
      .option('--check-build', 'list the engines, communicators and launchers of this machine')
      .action((_: readonly string[], options: Partial<Record<string, string>> & { checkBuild?: boolean }) => {
        const {
          n: ranks = null,
          hosts = null,
          hostfile = null,
          launcher = null,
          restarts = null,
          timeline = null,
        } = options;
        const checkBuild = options.checkBuild ?? false;
        const given = { ranks, hosts, hostfile, launcher, restarts, timeline, checkBuild };
        this.command = { name: 'launch', ...this.#common(), ...given, words: this.#launched };
      });
  }

  #addSubmit(): void {
    const option = (name: string, placeholder: string, about: string) => this.#option(name, placeholder, about);
    addSubmit(this.program, option, (options) => {
      this.command = { name: 'submit', ...this.#common(), options, words: this.#launched };
    });
  }

  #addReport(): void {
    const option = (name: string, placeholder: string, about: string) => this.#option(name, placeholder, about);
    addReport(this.program, option, (folders, options) => {
      this.command = { name: 'report', ...this.#common(), folders, options };
    });
  }

  #addBench(): void {
    const option = (name: string, placeholder: string, about: string) => this.#option(name, placeholder, about);
    addBench(this.program, option, (what, options) => {
      this.command = { name: 'bench', ...this.#common(), what, options };
    });
  }

  #addSimulate(): void {
    const option = (name: string, placeholder: string, about: string) => this.#option(name, placeholder, about);
    addSimulate(this.program, option, (options) => {
      this.command = { name: 'simulate', ...this.#common(), options };
    });
  }

  #addData(): void {
    this.program
      .command('data')
      .argument('[ACTION]', 'list, where, fetch or verify (default: list)')
      .argument('[NAME]', `the data set: ${datasetNames.join(', ')}`)
      .description('The data sets: which are here and where, fetch one ahead of its first use, verify its files.')
      .usage('[list | where NAME | fetch NAME | verify NAME]')
      .action((action: string | undefined, dataset: string | undefined) => {
        this.command = { name: 'data', ...this.#common(), action: action ?? null, dataset: dataset ?? null };
      });
  }

  #addDoctor(): void {
    this.program
      .command('doctor')
      .description('Look at this machine: Node, cores, memory, engines, data, folders; and say what is missing.')
      .usage('[--json]')
      .action(() => {
        this.command = { name: 'doctor', ...this.#common() };
      });
  }

  #common(): Common {
    const { json = false, verbose = false } = this.program.opts<Partial<Common>>();
    return { json, verbose };
  }

  #option(name: string, placeholder: string, about: string): Option {
    return new Option(`--${name} <${placeholder}>`, about).argParser((value: string) => requireValue(name, value));
  }

  /** An option that is a setting: kept with its place among the others, because of two for one setting the later counts. */
  #flag(name: string, placeholder: string, about: string): Option {
    return this.#option(name, placeholder, about).argParser((value: string) => {
      this.#flags.push({ name, value: requireValue(name, value), label: `--${name}` });
      return value;
    });
  }

  #addSwitch(command: Command, name: string): void {
    const keep = (value: string) => () => void this.#flags.push({ name, value, label: `--${name}` });
    command.on(`option:${name}`, keep('true')).on(`option:no-${name}`, keep('false'));
  }
}

const timelineHelp = 'write what every rank did when to a Chrome trace, for Perfetto or chrome://tracing';

const signals = `
Ctrl-C or SIGTERM: the run checkpoints, stops with exit code 1 and says how to go on; a second one stops it at once.`;

/** Of the commands that have one behind them: the options that take a value. */
const valued: Readonly<Record<string, readonly string[]>> = {
  launch: ['-n', '-H', '--hosts', '--hostfile', '--launcher', '--restarts', '--timeline'],
  submit: submitValued,
};

/**
 * Parts `launch OPTIONS COMMAND ...` before COMMAND, whose words are its own; so with submit. Of any other command nothing
 * is parted.
 */
function splitInner(words: readonly string[]): [own: readonly string[], inner: readonly string[]] {
  const start = words.findIndex((word) => !word.startsWith('-'));
  if (!Object.hasOwn(valued, words[start] ?? '')) return [words, []];
  for (let i = start + 1; i < words.length; i++) {
    if (valued[words[start]].includes(words[i])) i++;
    else if (!words[i].startsWith('-')) return [words.slice(0, i), words.slice(i)];
  }
  return [words, []];
}

function requireValue(name: string, value: string): string {
  if (!value.startsWith('--')) return value;
  throw new UsageError(`--${name} has no value`, { got: `the next flag, ${value}`, expected: `--${name} VALUE` });
}

/** What commander complains of, in the form of our own errors. */
function asUsageError({ code, message }: CommanderError, command: Command): UsageError {
  const line = message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' ');
  const written = /'(.*?)'/s.exec(line)?.[1] ?? '';
  const name = written.replace(/[= ].*/s, '');
  const words = command.name() === 'credence' ? 'credence' : `credence ${command.name()}`;
  const help = `${words} --help tells more`;
  switch (code) {
    case 'commander.unknownOption': {
      const known = [command, command.parent]
        .flatMap((owner) => owner?.createHelp().visibleOptions(owner) ?? [])
        .map(({ long }) => long ?? '');
      return new UsageError(`unknown flag ${display(name)}`, { remedy: suggestion(name, known) ?? help });
    }
    case 'commander.optionMissingArgument':
      return new UsageError(`${name} has no value`, { expected: written, remedy: help });
    case 'commander.excessArguments':
      return new UsageError('too many words', {
        got: display(command.args.join(' ')),
        expected: `${words} ${command.usage()}`,
      });
    case 'commander.missingArgument':
      return new UsageError(`${words}: ${written} is missing`, { expected: `${words} ${command.usage()}` });
    case 'commander.unknownCommand': {
      const remedy =
        suggestion(
          written,
          command.commands.map((known) => known.name()),
        ) ?? help;
      return new UsageError(`unknown command ${display(written)}`, { remedy });
    }
    case 'commander.help':
      return new UsageError('no command', {
        expected: 'train, evaluate, predict, launch, submit, report, bench, simulate, data or doctor',
        remedy: help,
      });
    default:
      return new UsageError(line, { remedy: help });
  }
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
