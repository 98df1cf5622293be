/** What launch and submit have in common: a training that other processes are to run. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../errors/index.ts';
import { type TrainCommand, parseCommandLine } from './command-line.ts';
import type { Terminal } from './terminal.ts';

/**
 * The command that every rank gets, checked here once; null when it was a call for help, already answered.
 * @param outer what stands in front of it: `launch -n COUNT`
 */
export function innerCommand(outer: string, words: readonly string[], terminal: Terminal): TrainCommand | null {
  const [name] = outer.split(' ');
  const expected = `credence ${outer} train ...`;
  if (words.length === 0) {
    throw new UsageError(`credence ${name}: the command is missing`, {
      expected,
      remedy: `credence ${name} --help tells more`,
    });
  }
  const command = parseCommandLine(words, terminal);
  if (command.name === 'answered') return null;
  if (command.name !== 'train') {
    throw new UsageError(`ranks have no use for credence ${command.name}`, { expected });
  }
  if (command.flags.some((flag) => flag.name === 'ranks')) {
    throw new UsageError(`--ranks of credence train, under credence ${name}`, {
      remedy: `Leave it away: credence ${name} says how many ranks there are`,
    });
  }
  return command;
}

/** This program, as it was started. */
export function self(): string[] {
  return [process.execPath, ...process.execArgv, process.argv[1]];
}

/** `PARENT/NAME`, with -2, -3, ... where that is taken. */
export function freeFolder(parent: string, name: string, isTaken: (path: string) => boolean = existsSync): string {
  const path = join(parent, name);
  if (!isTaken(path)) return path;
  let count = 2;
  while (isTaken(`${path}-${count}`)) count++;
  return `${path}-${count}`;
}
