/** Values of options that are no settings of a run: what is refused is told with what would have been right. */
import { UsageError } from '../errors/index.ts';
import { display, suggestion } from './configuration/index.ts';

/** @throws UsageError */
export function oneOf<Choice extends string>(name: string, value: string, choices: readonly Choice[]): Choice {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new UsageError(`--${name}`, {
    got: display(value) || 'an empty text',
    expected: choices.join(', '),
    remedy: suggestion(value, choices),
  });
}

/** @throws UsageError */
export function number(
  name: string,
  text: string,
  least: number,
  most: number,
  fits: (value: number) => boolean = () => true,
): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= least && value <= most && fits(value)) return value;
  const kind = fits === Number.isInteger ? 'integers' : 'a number';
  throw new UsageError(`--${name}`, {
    got: display(text) || 'an empty text',
    expected: `${kind} from ${least} to ${most}`,
  });
}

/** Integers with commas between, ascending, each once. */
export function integers(name: string, text: string, least: number, most: number): number[] {
  const values = text.split(',').map((one) => number(name, one, least, most, Number.isInteger));
  return [...new Set(values)].toSorted((a, b) => a - b);
}

/** Names with commas between, each one of `choices`. */
export function someOf<Choice extends string>(name: string, text: string, choices: readonly Choice[]): Choice[] {
  return [...new Set(text.split(',').map((one) => oneOf(name, one, choices)))];
}

/**
 * The port of --port; 0, as nothing, is any that is free.
 * @throws UsageError
 */
export function portOf(text: string | undefined): number {
  return text === undefined ? 0 : number('port', text, 0, 65_535, Number.isInteger);
}
