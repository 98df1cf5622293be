/** A value in one short line, whatever it is. */
export function display(value: unknown, longest = 60): string {
  const text = typeof value === 'object' && value !== null ? describe(value) : String(value);
  // What could move a terminal's cursor is shown, not sent.
  const printable = text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (character) => `\\u${character.codePointAt(0)?.toString(16).padStart(4, '0')}`,
  );
  if (printable === '') return 'an empty text';
  return printable.length > longest ? `${printable.slice(0, longest)}...` : printable;
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
