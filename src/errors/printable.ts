/**
 * Characters that do something to a terminal, or to who reads it, in place of being seen: controls (C0, DEL, C1), marks that
 * turn the direction of writing, line and paragraph separators, halves of surrogate pairs. A joiner, which many scripts
 * need, does neither.
 */
const unseen = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\p{Cs}]/gu;

/** The same text with such characters shown, as `\u001b`; it stays JSON where it was JSON. */
export function printable(text: string): string {
  return text.replace(unseen, escaped);
}

/** The same for whole lines of a command's output: line breaks and tabs stay. */
export function printableLines(text: string): string {
  return text.replace(unseen, (character) => (/[\n\t]/.test(character) ? character : escaped(character)));
}

/** Whether there is none of them: a name that may go into a script or a command line. */
export function isPrintable(text: string): boolean {
  return text.search(unseen) < 0;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
