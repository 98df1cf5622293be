/** Arrays of NumPy as the bytes and labels that data sets are made of, where that loses nothing. */
import { DataError } from '../../errors/index.ts';
import { sharedBytes } from '../readers/bytes.ts';
import { type NpyArray, npyNumbers } from '../readers/npy.ts';

/**
 * How far a pixel divided by 255 may be from a whole number when it is multiplied again, and air: 255 times half the last
 * place of a number below 1, which is 2^-12 of 16 bits and 2^-25 of 32.
 */
const tolerances: Readonly<Record<number, number>> = { 2: 0.07, 4: 1e-3, 8: 1e-3 };

/**
 * Pixels as bytes. Truth values are black and white, 0 and 255. Integers must lie in 0..255. Reals must be such integers,
 * or integers divided by 255 where none is above 1; anything else (standardised or augmented images, say) would be rounded,
 * and is refused.
 * @returns a view where the array holds bytes already, else a copy on a SharedArrayBuffer
 * @throws DataError naming the first pixel that does not fit
 */
export function bytesOfPixels(array: NpyArray): Uint8Array {
  const { name, type } = array;
  const numbers = npyNumbers(array);
  const isReal = type.kind === 'f';
  const isTruth = type.kind === 'b';
  if (numbers instanceof Uint8Array && !isTruth) return numbers;
  const scale = isTruth || (isReal && maximum(numbers) <= 1) ? 255 : 1;
  const tolerance = isReal ? tolerances[type.bytes] : 0;
  const bytes = sharedBytes(name, numbers.length);
  for (let i = 0; i < numbers.length; i++) {
    const value = (isTruth ? Number(numbers[i] !== 0) : numbers[i]) * scale;
    const rounded = Math.round(value);
    if (!(Math.abs(value - rounded) <= tolerance && rounded >= 0 && rounded <= 255)) {
      throw new DataError(`${name} has a pixel that is no byte`, {
        got: `${numbers[i]} at index ${i}`,
        expected: isReal ? 'whole numbers 0 to 255, or those divided by 255' : '0 to 255',
        remedy: 'Save the images as they were before they were standardised',
      });
    }
    bytes[i] = rounded;
  }
  return bytes;
}

/** Warns where no byte is above 1: pixels from 0 to 1 were taken for bytes, it seems, and all images are nearly black. */
export function warnIfBlack(name: string, pixels: Uint8Array, warn?: (line: string) => void): void {
  if (!warn) return;
  for (let i = 0; i < pixels.length; i++) if (pixels[i] > 1) return;
  if (pixels.length === 0) return;
  warn(
    `${name} has no pixel above 1, where white is 255: if its pixels were 0 to 1, save them again after ` +
      `(array * 255).round().astype('uint8')`,
  );
}

/**
 * Labels of whole numbers, whatever their type.
 * @throws DataError naming the first that is none
 */
export function integersOf(array: NpyArray): ArrayLike<number> {
  const numbers = npyNumbers(array);
  if (array.type.kind !== 'f') return numbers;
  for (let i = 0; i < numbers.length; i++) {
    if (Number.isInteger(numbers[i])) continue;
    throw new DataError(`${array.name} has a label that is no whole number`, {
      got: `${numbers[i]} at index ${i}`,
      expected: 'class numbers',
      remedy: 'Check that it is the array of the labels',
    });
  }
  return numbers;
}

/** NaN where an element is none; Math.max(...numbers) would run out of arguments. */
function maximum(numbers: ArrayLike<number>): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < numbers.length; i++) largest = Math.max(largest, numbers[i]);
  return largest;
}
