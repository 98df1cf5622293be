/** Scores, losses and groups, looked at before a figure is made of them. */
import { NotFiniteError, ShapeError, describeValue, firstNotFinite, isNumbers } from '../errors/index.ts';

/**
 * @param what for messages: `scores of the test set`
 * @throws ShapeError where it is no array of numbers, or an empty one; NotFiniteError naming the first example
 */
export function checkNumbers(what: string, values: ArrayLike<number>): void {
  if (!isNumbers(values) || values.length === 0) {
    throw new ShapeError(what, { got: describeValue(values), expected: 'a number for each of at least one example' });
  }
  const wrong = firstNotFinite(values);
  if (wrong < 0) return;
  throw new NotFiniteError(`${what}, example ${wrong}`, { got: `${values[wrong]}`, expected: 'a finite number' });
}

/** @throws as checkNumbers, and ShapeError where there are not as many as examples */
export function checkNumbersOf(what: string, values: ArrayLike<number>, count: number): void {
  checkNumbers(what, values);
  if (values.length === count) return;
  throw new ShapeError(what, { got: `${values.length}`, expected: `${count}, one for each example` });
}

/** Places of the values in ascending order; equal ones as they come. */
export function ascending(values: ArrayLike<number>): Int32Array {
  return Int32Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[a]! - values[b]! || a - b);
}
