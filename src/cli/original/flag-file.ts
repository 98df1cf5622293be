import { realpathSync } from 'node:fs';
import { UsageError } from '../../errors/index.ts';
import { type Flag, display, readText, settings } from '../configuration/index.ts';
import { withHome } from '../home.ts';
import { originalFlags } from './flags.ts';

/** More files than anybody nests; without a bound, files that include others twice would grow without end. */
const maximumFiles = 100;

const switches: ReadonlySet<string> = new Set([
  ...settings.filter(({ placeholder }) => placeholder === null).map(({ path }) => path),
  ...originalFlags.filter(({ placeholder }) => placeholder === null).map(({ name }) => name),
]);

/**
 * Reads a file of flags as absl does: a `--key=value` per line, with # and // for comments and `--flagfile=` for other
 * files, whose flags stand in its place. Blanks around and quotes about a value are dropped; `--key value`, `key=value`
 * and `-key=value` are understood too. A path is relative to the working folder, as there.
 * @throws UsageError naming file and line; also for a file that includes itself, however long the way round
 */
export function readFlagFile(path: string): Flag[] {
  const budget = { files: 0 };
  return read(path, [], budget, 'flag file');
}

function read(path: string, including: readonly string[], budget: { files: number }, what: string): Flag[] {
  const text = readText(path, what);
  const identity = realpathSync(path);
  if (including.includes(identity)) {
    const way = [...including.slice(including.indexOf(identity)), identity]
      .map((file) => display(file, 300))
      .join(' -> ');
    throw new UsageError(`flag file ${display(path, 300)} includes itself`, {
      got: way,
      remedy: 'Remove one of those lines',
    });
  }
  if (++budget.files > maximumFiles) {
    throw new UsageError('too many nested flag files', { got: `more than ${maximumFiles}`, expected: 'a few' });
  }
  return text.split(/\r\n|\n|\r/).flatMap((line, i) => {
    const flag = parseLine(line, `${display(path, 300)}, line ${i + 1}`);
    if (flag === null) return [];
    if (flag.name !== 'flagfile') return [flag];
    return read(flag.value, [...including, identity], budget, `${display(path, 300)}, line ${i + 1}: flag file`);
  });
}

/** A line's flag, or null for a blank line or a comment. */
function parseLine(line: string, place: string): Flag | null {
  const content = line.replace(/^\uFEFF/, '').trim();
  if (content === '' || content.startsWith('#') || content.startsWith('//')) return null;
  const label = (name: string) => `${place}: --${name}`;
  const match =
    /^(?:--?)?(?<name>[A-Za-z_][\w.]*)\s*=(?<value>.*)$/.exec(content) ??
    /^--?(?<name>[A-Za-z_][\w.]*)(?:\s+(?<value>.*))?$/.exec(content);
  const name = match?.groups?.['name'];
  if (name === undefined) {
    throw new UsageError(place, { got: display(content), expected: '--key=value', remedy: 'Correct the line' });
  }
  const value = match?.groups?.['value'];
  if (value !== undefined) return { name, value: withHome(unquote(value.trim())), label: label(name) };
  const negated = name.startsWith('no') ? name.slice(2) : '';
  if (switches.has(negated)) return { name: negated, value: 'False', label: label(negated) };
  if (switches.has(name)) return { name, value: 'True', label: label(name) };
  throw new UsageError(`${label(name)} has no value`, { expected: `--${name}=value` });
}

function unquote(value: string): string {
  const match = /^(["'])(.*)\1$/.exec(value);
  return match ? match[2] : value;
}
