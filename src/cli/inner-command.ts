/** What launch and submit have in common: a training that other processes are to run. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../errors/index.ts';
import type { Given } from './command-file.ts';
import { readWaves } from './commands/data/waves.ts';
import { trainArguments } from './commands/train.ts';
import type { TrainArguments } from './request.ts';

/**
 * The training that every rank gets, checked here once; null when it was a call for help, already answered.
 * @param outer what stands in front of it: `launch -n COUNT`
 * @param parse of what was given to the outer command
 */
export async function innerCommand(
  outer: string,
  words: readonly string[],
  parse: Given['parse'],
): Promise<(TrainArguments & Pick<Given, 'json'>) | null> {
  const [name] = outer.split(' ');
  const expected = `credence ${outer} train ...`;
  if (words.length === 0) {
    throw new UsageError(`credence ${name}: the command is missing`, {
      expected,
      remedy: `credence ${name} --help tells more`,
    });
  }
  const parsed = await parse(words);
  if (parsed === null) return null;
  const { command, given } = parsed;
  if (command.name !== 'train') {
    throw new UsageError(`ranks have no use for credence ${command.name}`, { expected });
  }
  if (given.flags.some((flag) => flag.name === 'ranks')) {
    throw new UsageError(`--ranks of credence train, under credence ${name}`, {
      remedy: `Leave it away: credence ${name} says how many ranks there are`,
    });
  }
  return { ...trainArguments(given), json: given.json };
}

/**
 * Whether it is the other thing that ranks share: files of gravitational waves, checked here once.
 * @returns null when it was a call for help, already answered; false for anything else
 * @throws UsageError where ranks have no use for it
 */
export async function innerData(
  outer: string,
  words: readonly string[],
  parse: Given['parse'],
): Promise<Pick<Given, 'json'> | false | null> {
  if (words[0] !== 'data') return false;
  const parsed = await parse(words);
  if (parsed === null) return null;
  const { given } = parsed;
  if (given.words[0] !== 'gw') {
    throw new UsageError(`ranks have no use for credence ${words.slice(0, 2).join(' ')}`, {
      expected: `credence ${outer} train ..., or data gw ...`,
    });
  }
  readWaves(given);
  if ('ranks' in given.options<object>()) {
    throw new UsageError(`--ranks of credence data gw, under credence ${outer}`, { remedy: 'Leave it away' });
  }
  return { json: given.json };
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
