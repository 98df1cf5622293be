/** Arrays of NumPy as the bytes and labels that data sets are made of, where that loses nothing. */
import { DataError } from '../../errors/index.ts';
import { sharedBytes } from '../readers/bytes.ts';
import { type NpyArray, npyNumbers } from '../readers/npy.ts';

/** How far a pixel divided by 255 in float32 may be from a whole number when it is multiplied again: 255 * 2^-24, and air. */
const tolerance = 1e-3;

/**
 * Pixels as bytes. Integers must lie in 0..255. Reals must be such integers, or integers divided by 255 where none is
 * above 1; anything else (standardised or augmented images, say) would be rounded, and is refused.
 * @returns a view where the array holds bytes already, else a copy on a SharedArrayBuffer
 * @throws DataError naming the first pixel that does not fit
 */
export function bytesOfPixels(array: NpyArray): Uint8Array {
  const numbers = npyNumbers(array);
  if (numbers instanceof Uint8Array) return numbers;
  const isReal = array.dtype === '<f4' || array.dtype === '<f8';
  const scale = isReal && maximum(numbers) <= 1 ? 255 : 1;
  const bytes = sharedBytes(array.name, numbers.length);
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i] * scale;
    const rounded = Math.round(value);
    if (!(Math.abs(value - rounded) <= tolerance && rounded >= 0 && rounded <= 255)) {
      throw new DataError(`${array.name} has a pixel that is no byte`, {
        got: `${numbers[i]} at index ${i}`,
        expected: isReal ? 'whole numbers 0 to 255, or those divided by 255' : '0 to 255',
        remedy: 'Save the images as they were before they were standardised',
      });
    }
    bytes[i] = rounded;
  }
  return bytes;
}

/** @throws DataError where the array holds reals */
export function integersOf(array: NpyArray): ArrayLike<number> {
  if (array.dtype !== '<f4' && array.dtype !== '<f8') return npyNumbers(array);
  throw new DataError(`${array.name} does not hold labels`, {
    got: `reals ('${array.dtype}')`,
    expected: 'integers (|u1, <i4 or <i8)',
    remedy: "Save the labels after array.astype('uint8')",
  });
}

/** NaN where an element is none; Math.max(...numbers) would run out of arguments. */
function maximum(numbers: ArrayLike<number>): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < numbers.length; i++) largest = Math.max(largest, numbers[i]);
  return largest;
}
