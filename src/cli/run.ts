import { type CredenceError, UsageError } from '../errors/index.ts';
import { parseCommandLine } from './command-line.ts';
import { type Terminal, guardStreams, printing } from './terminal.ts';

/**
 * Runs one command line, from its words to the exit code: 0 success, 1 failed, 2 bad usage. Errors become one line on
 * stderr, with a stack trace only where --verbose asks for it.
 */
export async function run(words: readonly string[], given: Terminal = process): Promise<number> {
  const terminal = printing(given);
  const streams = guardStreams(terminal);
  let code: number;
  try {
    const parsed = await parseCommandLine(words, terminal);
    code = parsed === null ? 0 : await parsed.command.run(parsed.given, terminal);
  } catch (error) {
    terminal.stderr.write(`credence: ${describe(error, isVerbose(words))}${await limitOf(error)}\n`);
    code = error instanceof UsageError ? 2 : 1;
    if (words.includes('--json') && (await isFirstRank())) {
      terminal.stdout.write(`${JSON.stringify({ error: detailOf(error, code) })}\n`);
    }
  }
  return code === 0 ? streams.exitCode() : code;
}

/** An error's one line, whatever was thrown; anything of another kind than ours is a fault of credence, and says so. */
function describe(error: unknown, verbose: boolean): string {
  if (!(error instanceof Error)) return String(error);
  const isOurs = 'code' in error && 'exitCode' in error;
  const line = error.message.replaceAll(/\s*\n\s*/g, ' ');
  const told = isOurs ? line : `${error.name}: ${line}${verbose ? '' : '. Run it again with --verbose to see where'}`;
  return verbose ? `${told}\n${error.stack}${causes(error)}` : told;
}

/** A refused memory says nothing of the limit that refuses it. */
async function limitOf(error: unknown): Promise<string> {
  if (!(error instanceof Error) || error instanceof UsageError) return '';
  const { limitBehind } = await import('../machine/index.ts');
  const limit = limitBehind(error.message);
  return limit === null ? '' : `. ${limit}`;
}

/** What `--json` answers where a command fails. */
function detailOf(error: unknown, exitCode: number): object {
  const { message, ...rest } = error instanceof Error ? error : new Error(String(error));
  const { code = 'INTERNAL', what = message, got, expected, remedy } = rest as Partial<CredenceError>;
  return { code, what, got, expected, remedy, message, exitCode };
}

/** One object is answered, whatever number of ranks fail. */
async function isFirstRank(): Promise<boolean> {
  const { launchedAs } = await import('../compose/index.ts');
  return (launchedAs()?.rank ?? 0) === 0;
}

function causes({ cause }: Error): string {
  return cause instanceof Error ? `\ncaused by ${cause.stack}${causes(cause)}` : '';
}

/** Asked of the words themselves: the error may be that they make no sense. */
function isVerbose(words: readonly string[]): boolean {
  return words.some((word) => /^--verbose(=(true|t|1|yes))?$/i.test(word));
}
