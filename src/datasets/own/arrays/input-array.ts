/** The array that holds the inputs: read at once, or left in its file. */
import type { NumberArray } from '../../../data/index.ts';
import { DataError } from '../../../errors/index.ts';
import { openNumbers } from '../stream/open.ts';
import { assertHeld, isStreamed, type Streaming } from '../stream/setting.ts';
import { type ArrayFile, indices, titleOf } from './array-file.ts';

/**
 * The inputs, in memory or left in their file.
 * @throws DataError where the array holds texts, or no examples
 */
export async function inputArray(file: ArrayFile, array: string, streaming: Streaming): Promise<NumberArray> {
  const name = titleOf(file, array);
  const words = { name, array: array || null, places: indices };
  const place = (await file.placeOf?.(array)) ?? null;
  if (place !== null && isStreamed(streaming, place)) {
    assertHasExamples(name, place.shape);
    return { ...words, shape: place.shape, data: openNumbers(place) };
  }
  if (place !== null) assertHeld(name, place);
  const own = await file.read(array);
  if (own.kind === 'texts') {
    throw new DataError(`${name} holds texts`, { expected: 'numbers', remedy: 'Name another array as the inputs' });
  }
  assertHasExamples(name, own.shape);
  // Truth values are no pixels: as signed bytes they become reals.
  const data = own.isBoolean ? new Int8Array(own.data) : own.data;
  return { ...words, shape: own.shape, data };
}

function assertHasExamples(name: string, shape: readonly number[]): void {
  if (shape.length > 0 && !shape.includes(0)) return;
  throw new DataError(`${name} holds no examples`, {
    got: `shape ${shape.join('x') || 'of a single number'}`,
    expected: 'N examples along the first axis',
  });
}
