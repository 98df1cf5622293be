import { UsageError } from '../errors/index.ts';
import { display, parseBoolean } from './configuration/display.ts';
import { originalFlags } from './original/flags.ts';

const original = originalFlags.filter(({ placeholder }) => placeholder === null).map(({ name }) => name);
const switches: readonly string[] = ['verbose', 'json', 'strict', 'figures', ...original];

/**
 * Brings the ways to write a switch (`--verbose`, `--verbose=false`, `--verbose True`, `--no-verbose`, and the original's
 * `--noverbose`) to the two that commander knows: with and without `--no-`.
 * @throws UsageError for a value that is no boolean
 */
export function normalizeSwitches(words: readonly string[]): string[] {
  const result: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (word === '--') return [...result, ...words.slice(i)];
    const [, negated, name, value] = /^--(no-?)?(\w+)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === undefined || !switches.includes(name)) {
      result.push(word);
      continue;
    }
    const next = value === undefined && negated === undefined ? words[i + 1] : undefined;
    const isSpoken = next !== undefined && /^(true|false|[01])$/i.test(next);
    if (isSpoken) i++;
    const said = value ?? (isSpoken ? next : 'true');
    const flag = parseBoolean(said);
    if (flag === null || (negated !== undefined && value !== undefined)) {
      throw new UsageError(`--${name}`, { got: display(word), expected: `--${name} or --${name}=false` });
    }
    const isOn = negated === undefined ? flag : false;
    // --json has no other side: without it there is none.
    if (isOn || name !== 'json') result.push(isOn ? `--${name}` : `--no-${name}`);
  }
  return result;
}
