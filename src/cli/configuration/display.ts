import { printable } from '../../errors/index.ts';

/** A value in one short line, whatever it is. */
export function display(value: unknown, longest = 60): string {
  const text = typeof value === 'object' && value !== null ? describe(value) : String(value);
  const shown = printable(text);
  if (shown === '') return 'an empty text';
  return shown.length > longest ? `${shown.slice(0, longest)}...` : shown;
}

function describe(value: object): string {
  if (Array.isArray(value)) return 'a list';
  return value instanceof Date ? 'a date' : 'a mapping';
}

/** What the original's flag library takes for a boolean; null for anything else. */
export function parseBoolean(text: string): boolean | null {
  if (/^(true|t|1|yes)$/i.test(text)) return true;
  return /^(false|f|0|no)$/i.test(text) ? false : null;
}
