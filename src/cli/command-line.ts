/** Words of a command line into a command, by commander; its help, its version, its complaints. */
import { Command, CommanderError } from 'commander';
import { type CommandFile, type Given, type ParsedCommand, Words } from './command-file.ts';
import { commands } from './commands/index.ts';
import { asUsageError } from './complaints.ts';
import type { Flag } from './configuration/flags.ts';
import { wordWithHome } from './home.ts';
import { normalizeSwitches } from './switches.ts';
import type { Terminal } from './terminal.ts';
import { version } from './version.ts';

/**
 * @returns null for a call for help or version, already answered
 * @throws UsageError for an unknown command or flag, a flag without its value, a word too many
 */
export async function parseCommandLine(typed: readonly string[], terminal: Terminal): Promise<ParsedCommand | null> {
  const words = typed.map(wordWithHome);
  const flags: Flag[] = [];
  const program = programFor(terminal, flags);
  const start = words.findIndex((word) => commands.some(({ name }) => name === word));
  const file = commands.find(({ name }) => name === words[start]);
  const command = program.commands.find((known) => known.name() === file?.name);
  if (file && command) await file.declare(new Words(command, flags));
  const end = file && command && hasInner(file) ? start + 1 + ownWords(words.slice(start + 1), command) : words.length;
  if (words.length === 0) {
    program.outputHelp();
    return null;
  }
  let isRun = false;
  command?.action(() => void (isRun = true));
  try {
    program.parse(normalizeSwitches(words.slice(0, end)), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return null;
    throw asUsageError(error, command ?? program);
  }
  if (!file || !command || !isRun) return null;
  const { json = false, verbose = false } = program.opts<{ json?: boolean; verbose?: boolean }>();
  const given: Given = {
    words: command.processedArgs.flat().filter((word) => word !== undefined),
    options: <Options extends object>() => command.opts<Options>(),
    flags,
    inner: words.slice(end),
    json,
    verbose,
    parse: (inner) => parseCommandLine(inner, terminal),
  };
  return { command: file, given };
}

/** The program with what all commands share; of each command only what the overview shows. */
function programFor({ stdout }: Terminal, flags: Flag[]): Command {
  const program = new Command('credence')
    .description('Bayesian neural networks by variational inference.')
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      // The caller writes the error, in the one form that all errors have.
      writeErr: () => {},
      outputError: () => {},
      getOutHelpWidth: () => stdout.columns || 100,
    })
    .configureHelp({ showGlobalOptions: true, subcommandTerm: termOf })
    .exitOverride()
    .option('--json', 'one JSON object on stdout and nothing else');
  new Words(program, flags).switch('verbose', 'more to read: stack traces of errors, the parameters of a model');
  program
    .version(version(), '--version', 'the version of credence')
    .helpOption('-h, --help', 'this text')
    .addHelpText('after', '\nExit code: 0 success, 1 failed or interrupted, 2 bad usage.');
  for (const { name, synopsis, about } of commands) {
    program.command(`${name} ${synopsis.replace('[options]', '')}`.trim()).description(about);
  }
  return program;
}

/** A line's left side in the overview. */
function termOf(command: Command): string {
  const synopsis = commands.find(({ name }) => name === command.name())?.synopsis ?? '[command]';
  return `${command.name()} ${synopsis}`.trim();
}

function hasInner({ synopsis }: CommandFile): boolean {
  return synopsis.endsWith('[COMMAND...]');
}

/** Parts `OPTIONS COMMAND ...` before COMMAND, whose words are its own. @returns how many stand before it */
function ownWords(words: readonly string[], { options }: Command): number {
  const valued = options.filter(({ required }) => required).flatMap(({ short, long }) => [short, long]);
  for (let i = 0; i < words.length; i++) {
    if (valued.includes(words[i])) i++;
    else if (!words[i].startsWith('-')) return i;
  }
  return words.length;
}
