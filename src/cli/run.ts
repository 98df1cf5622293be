import { UsageError } from '../errors/index.ts';
import { parseCommandLine } from './command-line.ts';
import { type Terminal, guardStreams } from './terminal.ts';

/**
 * Runs one command line, from its words to the exit code: 0 success, 1 failed, 2 bad usage. Errors become one line on
 * stderr, with a stack trace only where --verbose asks for it.
 */
export async function run(words: readonly string[], terminal: Terminal = process): Promise<number> {
  const streams = guardStreams(terminal);
  let code: number;
  try {
    code = await execute(words, terminal);
  } catch (error) {
    terminal.stderr.write(`credence: ${describe(error, isVerbose(words))}\n`);
    code = error instanceof UsageError ? 2 : 1;
  }
  return code === 0 ? streams.exitCode() : code;
}

async function execute(words: readonly string[], terminal: Terminal): Promise<number> {
  const command = parseCommandLine(words, terminal);
  switch (command.name) {
    case 'answered':
      return 0;
    case 'train':
      return (await import('./commands/train.ts')).train(command, terminal);
    case 'evaluate':
      return (await import('./commands/evaluate.ts')).evaluate(command, terminal);
    case 'predict':
      return (await import('./commands/predict.ts')).predict(command, terminal);
    case 'launch':
      return (await import('./commands/launch.ts')).launch(command, terminal);
    case 'submit':
      return (await import('./commands/submit.ts')).submit(command, terminal);
    case 'report':
      return (await import('./commands/report.ts')).report(command, terminal);
    case 'bench':
      return (await import('./commands/bench.ts')).bench(command, terminal);
    case 'simulate':
      return (await import('./commands/simulate.ts')).simulate(command, terminal);
    case 'data':
      return (await import('./commands/data.ts')).data(command, terminal);
    case 'doctor':
      return (await import('./commands/doctor.ts')).doctor(command, terminal);
  }
}

/** An error's one line, whatever was thrown; anything of another kind than ours is a fault of credence, and says so. */
function describe(error: unknown, verbose: boolean): string {
  if (!(error instanceof Error)) return String(error);
  const isOurs = 'code' in error && 'exitCode' in error;
  const line = error.message.replaceAll(/\s*\n\s*/g, ' ');
  const told = isOurs ? line : `${error.name}: ${line}${verbose ? '' : '. Run it again with --verbose to see where'}`;
  return verbose ? `${told}\n${error.stack}${causes(error)}` : told;
}

function causes({ cause }: Error): string {
  return cause instanceof Error ? `\ncaused by ${cause.stack}${causes(cause)}` : '';
}

/** Asked of the words themselves: the error may be that they make no sense. */
function isVerbose(words: readonly string[]): boolean {
  return words.some((word) => /^--verbose(=(true|t|1|yes))?$/i.test(word));
}
