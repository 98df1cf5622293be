/** Keyed whole numbers: permutations, such as the order of the data in an epoch, and draws with replacement. */
import { UsageError } from '../errors/index.ts';
import { block, useKey } from './blocks.ts';
import type { NoiseKey } from './keys.ts';

const words = new Uint32Array(4);

/**
 * Fills `out` with a uniformly random permutation of 0 .. out.length - 1 (Fisher and Yates, in Durstenfeld's form, from
 * the last place to the second). The integer below n is `word mod n`; a word in the incomplete last run of n is
 * rejected and the next one taken, so that no value is favoured. Allocates nothing.
 * @throws UsageError where the key is out of range
 */
export function permutation(out: Uint32Array, key: NoiseKey): void {
  useKey(key);
  for (let i = 0; i < out.length; i++) out[i] = i;
  let drawn = 0;
  for (let i = out.length - 1; i > 0; i--) {
    const n = i + 1;
    let word: number;
    let j: number;
    do {
      if ((drawn & 3) === 0) block(drawn >>> 2, words);
      word = words[drawn & 3];
      drawn++;
      // word mod n: a quotient of 32-bit integers is rounded too little to reach the next integer, and costs a tenth of %
      j = word - n * Math.floor(word / n);
    } while (word - j > 2 ** 32 - n);
    const swapped = out[i];
    out[i] = out[j];
    out[j] = swapped;
  }
}

/**
 * Fills `out` with independent whole numbers, each of 0 .. below - 1 as likely as the others, as keys.ts lays them out.
 * @param below a whole number from 1 to 2^32
 * @throws UsageError where the key or `below` is out of range
 */
export function fillIntegers(out: Int32Array | Uint32Array, key: NoiseKey, below: number): void {
  if (!(Number.isInteger(below) && below >= 1 && below <= 2 ** 32)) {
    throw new UsageError('whole numbers below', { got: String(below), expected: 'a whole number from 1 to 2^32' });
  }
  useKey(key);
  const whole = 2 ** 32 - (2 ** 32 % below);
  let drawn = 0;
  for (let i = 0; i < out.length; i++) {
    let word: number;
    do {
      if ((drawn & 3) === 0) block(drawn >>> 2, words);
      word = words[drawn & 3];
      drawn++;
    } while (word >= whole);
    out[i] = word % below;
  }
}
