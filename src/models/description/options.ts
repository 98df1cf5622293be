/** Checks of values from a file, each naming its place: what was got and what was expected. */
import { UsageError, suggestion } from '../../errors/index.ts';

/** @throws UsageError naming the place, such as `model.layers[1].denseFlipout.units` */
export type Check<T> = (value: unknown, place: string) => T;

function refused(place: string, value: unknown, expected: string, remedy?: string): UsageError {
  const got = typeof value === 'string' ? `"${value}"` : (JSON.stringify(value) ?? 'nothing').slice(0, 60);
  return new UsageError(place, { got, expected, ...(remedy !== undefined && { remedy }) });
}

export const integer =
  (least: number): Check<number> =>
  (value, place) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= 1e9) return value;
    throw refused(place, value, `an integer from ${least}`);
  };

/** @param most infinite unless given */
export const number =
  (above: number, most = Number.POSITIVE_INFINITY): Check<number> =>
  (value, place) => {
    if (typeof value === 'number' && value > above && value <= most) return value;
    const upTo = Number.isFinite(most) ? `, at most ${most}` : '';
    throw refused(place, value, Number.isFinite(above) ? `a number above ${above}${upTo}` : `a number${upTo}`);
  };

/** From 0 to below 1. */
export const fraction: Check<number> = (value, place) => {
  if (typeof value === 'number' && value >= 0 && value < 1) return value;
  throw refused(place, value, 'a number from 0 to below 1');
};

export const boolean: Check<boolean> = (value, place) => {
  if (typeof value === 'boolean') return value;
  throw refused(place, value, 'true or false');
};

export const oneOf =
  <const T extends string>(...words: readonly T[]): Check<T> =>
  (value, place) => {
    const found = words.find((word) => word === value);
    if (found !== undefined) return found;
    throw refused(place, value, `one of ${words.join(', ')}`, suggestion(String(value), words));
  };

export const pair =
  <T>(one: Check<T>): Check<readonly [T, T]> =>
  (value, place) => {
    if (Array.isArray(value) && value.length === 2) return [one(value[0], `${place}[0]`), one(value[1], `${place}[1]`)];
    throw refused(place, value, 'a list of two');
  };

export const list =
  <T>(one: Check<T>): Check<readonly T[]> =>
  (value, place) => {
    if (Array.isArray(value) && value.length > 0) return value.map((item, i) => one(item, `${place}[${i}]`));
    throw refused(place, value, 'a list with something in it');
  };

/** The first that takes the value; what the last says of it otherwise. */
export const either =
  <A, B>(first: Check<A>, second: Check<B>): Check<A | B> =>
  (value, place) => {
    try {
      return first(value, place);
    } catch (error) {
      if (Array.isArray(value) || typeof value === 'object') return second(value, place);
      throw error;
    }
  };

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type Checks = Readonly<Record<string, Check<unknown>>>;
type Checked<C extends Checks, K extends keyof C> = {
  readonly [P in Exclude<keyof C, K>]?: ReturnType<C[P]>;
} & { readonly [P in K]: ReturnType<C[P]> };

/** A mapping of options, of which some have to be there. */
export function options<C extends Checks, K extends keyof C & string = never>(
  checks: C,
  ...required: readonly K[]
): Check<Checked<C, K>> {
  return (value, place) => {
    if (!isMapping(value)) throw refused(place, value, `a mapping of ${Object.keys(checks).join(', ')}`);
    const result: Record<string, unknown> = {};
    for (const [key, given] of Object.entries(value)) {
      const check = Object.hasOwn(checks, key) ? checks[key] : undefined;
      if (!check) throw unknownKey(`${place}.${key}`, key, Object.keys(checks));
      result[key] = check(given, `${place}.${key}`);
    }
    const missing = required.find((key) => result[key] === undefined);
    if (missing === undefined) return result as Checked<C, K>;
    throw new UsageError(`${place}.${missing} is missing`, { expected: `${place} with ${required.join(', ')}` });
  };
}

export function unknownKey(place: string, key: string, known: readonly string[]): UsageError {
  const near = suggestion(key, known);
  return new UsageError(`${place}: unknown`, { expected: `one of ${known.join(', ')}`, ...(near && { remedy: near }) });
}

/** A word, or a mapping of one word to its options: `flatten`, `dense: {units: 3}`. @returns both */
export function choice(value: unknown, place: string, what: string): readonly [name: string, options: unknown] {
  if (typeof value === 'string') return [value, {}];
  const entries = isMapping(value) ? Object.entries(value) : [];
  if (entries.length === 1) return [entries[0]![0], entries[0]![1] ?? {}];
  throw refused(place, value, `${what}: a name, or one name with its options`);
}
