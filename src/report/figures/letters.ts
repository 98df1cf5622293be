/**
 * How wide letters are, for what lays a figure out: without a browser nobody measures them, and Vega takes every letter for
 * 0.8 of its height. That is half as much again as most are: labels are left out that had room, and figures grow so wide that
 * paper makes their letters small.
 */

/** Shares of the height, a little more than in the widest of the fonts that a figure may be shown in (DejaVu Sans). */
const widths: readonly (readonly [letters: RegExp, share: number])[] = [
  [/[ijl.,:;'|!I()[\]/ \-ftr]/, 0.42],
  [/[mwMW@%…]/, 1],
  [/[A-Z_+=<>~^−±]/, 0.84],
  [/[ -\u024f]/, 0.65],
];

/** Of scripts that have larger letters. */
const widest = 1;

/** @returns as many as the letters' height is given in */
export function widthOf(text: string, height: number): number {
  let width = 0;
  for (const letter of text) width += widths.find(([letters]) => letters.test(letter))?.[1] ?? widest;
  return width * height;
}
