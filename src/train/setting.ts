/** Kinds of settings: what a value of each must be, and what it is where nobody says. */
import { alternatives } from '../errors/index.ts';

export interface Setting<T = unknown> {
  /** how a text that stands for a value, a flag's, is to be understood; where that fails it stays a text */
  readonly kind: 'boolean' | 'number' | 'text';
  /** the default; where it is null, null may be given too */
  readonly usual: T;
  /** what stands behind the flag in the help; null for a switch */
  readonly placeholder: string | null;
  readonly about: string;
  /** what would have been right, for messages */
  readonly expected: string;
  /** of a setting that is one of several names */
  readonly choices: readonly string[];
  /** @returns the value as the setting has it, undefined for one that it cannot have */
  read(value: unknown): T | undefined;
}

/** Rows by their keys, as config.yaml nests them. */
export interface SettingTable {
  readonly [key: string]: Setting | SettingTable;
}

/** The values of a table of settings. */
export type ValuesOf<Table> = {
  readonly [Key in keyof Table]: Table[Key] extends Setting<infer T> ? T : ValuesOf<Table[Key]>;
};

export function isSetting(row: Setting | SettingTable): row is Setting {
  return typeof row['read'] === 'function';
}

interface Words {
  readonly kind: Setting['kind'];
  readonly placeholder: string | null;
  readonly about: string;
  readonly expected: string;
  readonly choices?: readonly string[];
}

/** A setting whose check, a function, says what it takes: a mapping or a list, say, which stand as a whole. */
export function value<T, Usual extends T | null>(
  usual: Usual,
  words: Words,
  read: (given: unknown) => T | undefined,
): Setting<T | Usual> {
  return {
    choices: [],
    ...words,
    usual,
    expected: usual === null ? `${words.expected}, or null` : words.expected,
    read: (given) => (given === null && usual === null ? usual : read(given)),
  };
}

export function integer<Usual extends number | null>(
  usual: Usual,
  placeholder: string,
  about: string,
  least: number,
  most: number,
): Setting<number | Usual> {
  const words = { kind: 'number', placeholder, about, expected: `an integer from ${least} to ${most}` } as const;
  return value(
    usual,
    words,
    numberWhere((given) => Number.isSafeInteger(given) && given >= least && given <= most),
  );
}

/** Finite, above 0. */
export function positive<Usual extends number | null>(
  usual: Usual,
  placeholder: string,
  about: string,
  most: number,
): Setting<number | Usual> {
  const words = { kind: 'number', placeholder, about, expected: `a number above 0, at most ${most}` } as const;
  return value(
    usual,
    words,
    numberWhere((given) => given > 0 && given <= most),
  );
}

export function number(
  usual: number,
  placeholder: string,
  about: string,
  least: number,
  most: number,
): Setting<number> {
  const words = { kind: 'number', placeholder, about, expected: `a number from ${least} to ${most}` } as const;
  return value(
    usual,
    words,
    numberWhere((given) => given >= least && given <= most),
  );
}

/** Numbers above 0, from a list of them or from a text with commas between; null unless given. */
export function positives(about: string): Setting<readonly number[] | null> {
  const words = {
    kind: 'text',
    placeholder: 'NUMBER,...',
    about,
    expected: 'numbers above 0 with commas between',
  } as const;
  return value<readonly number[], null>(null, words, (given) => {
    const list: unknown = typeof given === 'string' ? given.split(',').map(Number) : given;
    const isList = Array.isArray(list) && list.length > 0;
    return isList && list.every((one) => typeof one === 'number' && one > 0 && Number.isFinite(one)) ? list : undefined;
  });
}

/** @param about where it ends in a colon, the choices follow */
export function oneOf<const Name extends string>(
  usual: NoInfer<Name>,
  choices: readonly Name[],
  placeholder: string,
  about: string,
): Setting<Name> {
  const words = {
    kind: 'text',
    placeholder,
    about: about.endsWith(':') ? `${about} ${alternatives(choices)}` : about,
    expected: `one of ${choices.join(', ')}`,
    choices,
  } as const;
  return value(usual, words, (given) => choices.find((choice) => choice === given));
}

/** @param placeholder null for a switch, which takes no value */
export function boolean(usual: boolean, placeholder: 'BOOLEAN' | null, about: string): Setting<boolean> {
  const words = { kind: 'boolean', placeholder, about, expected: 'true or false' } as const;
  return value(usual, words, (given) => (typeof given === 'boolean' ? given : undefined));
}

export function text<Usual extends string | null>(
  usual: Usual,
  placeholder: string,
  about: string,
  { expected }: Pick<Setting, 'expected'>,
): Setting<string | Usual> {
  const words = { kind: 'text', placeholder, about, expected } as const;
  return value(usual, words, (given) => (typeof given === 'string' && given !== '' ? given : undefined));
}

function numberWhere(fits: (given: number) => boolean): (given: unknown) => number | undefined {
  // NaN fits no bounds, and no bound is infinite.
  return (given) => (typeof given === 'number' && fits(given) ? given : undefined);
}
