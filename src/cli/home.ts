/** `~`, where no shell has put the home folder in its place: behind `--out=`, in files of flags, in YAML. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../errors/index.ts';

/** A path, or any other word: what stands behind `~/` is in the home folder. */
export function withHome(word: string, home: () => string | null = homeFolder): string {
  if (!word.startsWith('~/')) {
    if (!/^~[\w.-]+\//.test(word)) return word;
    throw new UsageError(word, { expected: 'a path; only ~/ stands for a folder, your own', remedy: 'Write it out' });
  }
  const folder = home();
  if (folder !== null) return join(folder, word.slice(1));
  throw new UsageError(word, { got: 'no home folder: HOME is not set', remedy: 'Write the path out, or set HOME' });
}

/** The same within a word of a command line: `--out=~/run`. */
export function wordWithHome(word: string): string {
  const [, flag, value] = /^(--[\w.]+=)(~.*)$/s.exec(word) ?? [];
  if (flag === undefined || value === undefined) return withHome(word);
  return flag + withHome(value === '~' ? '~/' : value);
}

/** The same of every text in what a file of YAML says. */
export function valuesWithHome(value: unknown): unknown {
  if (typeof value === 'string') return withHome(value);
  if (Array.isArray(value)) return value.map(valuesWithHome);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, valuesWithHome(inner)]));
}

/** null where there is none: no HOME, and a user whom the system does not know, as containers have them. */
function homeFolder(): string | null {
  try {
    return homedir() || null;
  } catch {
    return null;
  }
}
