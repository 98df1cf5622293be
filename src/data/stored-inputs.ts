/** Inputs whose rows stay in their file until a batch asks for them; how they are encoded, bit by bit, is as in memory. */
import { sizeOf } from '../graph/index.ts';
import { type InputRows, type Inputs, areInMemory, dtypeOf } from '../models/index.ts';
import { assertExamples, rowEncoder } from './array-inputs.ts';
import { gatherRows } from './gather.ts';
import { type NumberArray, rowsAtOnce, type StoredNumbers } from './number-rows.ts';
import type { InputSchema } from './schema.ts';

/**
 * @param rows places in the array, of the examples
 * @throws DataError where its examples have another shape than the schema says
 */
export function storedInputs(
  array: NumberArray & { readonly data: StoredNumbers },
  rows: Int32Array,
  schema: InputSchema,
): InputRows {
  assertExamples(array, schema);
  const { data } = array;
  const size = sizeOf(schema.shape);
  const most = rowsAtOnce(size);
  const encode = rowEncoder(schema);
  return {
    dtype: schema.dtype,
    length: rows.length * size,
    gather(indices, into) {
      // In the order of the file, so that what lies together is read together.
      const places = ascending(indices, (index) => rows[index]);
      const rowAt = (i: number) => rows[indices[places[i]]];
      for (let i = 0; i < places.length; ) {
        const first = rowAt(i);
        let last = first;
        let end = i + 1;
        while (end < places.length && rowAt(end) <= Math.min(last + 1, first + most - 1)) last = rowAt(end++);
        const block = data.read(first, last - first + 1);
        for (; i < end; i++) encode(block, (rowAt(i) - first) * size, into, places[i] * size);
      }
    },
  };
}

/** A row is below 2^31, a place in a batch below 2^21: both fit the 53 bits of one number, which sorts without a function. */
const placeSpan = 2 ** 21;

/** Places of `indices` in the order of their rows. */
function ascending(indices: Int32Array, rowOf: (index: number) => number): Uint32Array {
  const keys = Float64Array.from(indices, (index, place) => rowOf(index) * placeSpan + place).sort();
  return Uint32Array.from(keys, (key) => key % placeSpan);
}

/**
 * Inputs of several files, one behind the other.
 * @param size numbers of an example
 */
export function joinedInputs(parts: readonly Inputs[], size: number): InputRows {
  const begins = [0];
  for (const part of parts) begins.push(begins.at(-1)! + part.length / size);
  return {
    dtype: dtypeOf(parts[0]),
    length: begins.at(-1)! * size,
    gather(indices, into) {
      parts.forEach((part, p) => {
        const places = [...indices.keys()].filter((i) => indices[i] >= begins[p] && indices[i] < begins[p + 1]);
        // Runs of places that follow each other, which examples asked for in order are.
        for (let i = 0; i < places.length; ) {
          let end = i + 1;
          while (end < places.length && places[end] === places[end - 1] + 1) end++;
          const own = Int32Array.from(places.slice(i, end), (place) => indices[place] - begins[p]);
          const room = into.subarray(places[i] * size, (places[end - 1] + 1) * size);
          if (areInMemory(part)) gatherRows(part, size, own, room);
          else part.gather(own, room);
          i = end;
        }
      });
    },
  };
}
