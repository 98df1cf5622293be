/** Arrays as inputs: pictures of bytes stay bytes, all else becomes float32, standardised per channel if asked for. */
import { DataError } from '../errors/index.ts';
import { sizeOf } from '../graph/index.ts';
import { placesOf } from './cells.ts';
import { momentsOf, scaleOf } from './moments.ts';
import type { InputSchema } from './schema.ts';
import { sharedBuffer } from './shared.ts';
import type { RowPlaces } from './table.ts';

/** A view of the elements of a file, in the file's own type. */
export type Numbers =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

export interface NumberArray {
  /** for messages: the file, or the array in it */
  readonly name: string;
  /** its name in the file; null where it is the file's only one, or pictures */
  readonly array: string | null;
  /** [count, ...] */
  readonly shape: readonly number[];
  readonly data: Numbers;
  readonly places: RowPlaces;
}

/**
 * The shape that a network gets: bytes [N, H, W] are grey pictures [H, W, 1], and [N, H, W, C] are as they are; of other
 * arrays, [N, L] are signals of one channel [L, 1], and all else is as it is.
 */
function exampleShape({ shape, data }: Pick<NumberArray, 'shape' | 'data'>): Pick<InputSchema, 'shape' | 'dtype'> {
  const own = shape.slice(1);
  if (data instanceof Uint8Array && own.length === 2) return { shape: [...own, 1], dtype: 'u8' };
  if (data instanceof Uint8Array && own.length === 3) return { shape: own, dtype: 'u8' };
  if (own.length === 0) return { shape: [1], dtype: 'f32' };
  return { shape: own.length === 1 ? [...own, 1] : own, dtype: 'f32' };
}

/**
 * @param train rows of the training part
 * @param standardize per channel, the last axis; bytes are left as they are
 */
export function fitArrayInputs(array: NumberArray, train: Int32Array, standardize: boolean): InputSchema {
  const { shape, dtype } = exampleShape(array);
  const schema = { shape, dtype, columns: null, unused: [], array: array.array, missing: 'error' } as const;
  if (dtype === 'u8' || !standardize) return { ...schema, shift: null, scale: null };
  const size = sizeOf(shape);
  const channels = shape.at(-1) ?? 1;
  const positions = size / channels;
  const { data } = array;
  const elements = Int32Array.from({ length: positions }, (_, i) => i * channels);
  const moments = Array.from({ length: channels }, (_, channel) => {
    // The moments of a channel are those of its rows, joined: exact sums of squares over rows of equal length.
    const means = momentsOf(train, (row) => momentsOf(elements, (at) => data[row * size + at + channel]).mean);
    let squares = 0;
    for (const row of train) {
      for (const at of elements) squares += (data[row * size + at + channel] - means.mean) ** 2;
    }
    return { ...means, deviation: Math.sqrt(squares / (train.length * positions)) };
  });
  return { ...schema, shift: moments.map((moment) => moment.mean), scale: moments.map(scaleOf) };
}

/**
 * @returns [rows, ...shape], u8 as they are, else (x - shift) / scale in double, rounded once
 * @throws DataError where a number is not finite, or where its examples have another shape than the schema says
 */
export function encodeArrayInputs(
  array: NumberArray,
  rows: Int32Array,
  schema: InputSchema,
): Uint8Array | Float32Array {
  const got = exampleShape(array);
  if (got.shape.join('x') !== schema.shape.join('x') || (got.dtype === 'f32' && schema.dtype === 'u8')) {
    throw new DataError(`${array.name} does not hold examples as the network expects them`, {
      got: `${['N', ...got.shape].join('x')} (${got.dtype})`,
      expected: `${['N', ...schema.shape].join('x')} (${schema.dtype})`,
      remedy: 'Cut or scale them as the examples were that it was trained on',
    });
  }
  const { data } = array;
  const size = sizeOf(schema.shape);
  if (schema.dtype === 'u8' && data instanceof Uint8Array) {
    const out = new Uint8Array(sharedBuffer(array.name, rows.length * size));
    rows.forEach((row, i) => out.set(data.subarray(row * size, (row + 1) * size), i * size));
    return out;
  }
  const out = new Float32Array(sharedBuffer(array.name, 4 * rows.length * size));
  const channels = schema.shape.at(-1) ?? 1;
  for (let i = 0, at = 0; i < rows.length; i++) {
    for (let j = 0, from = rows[i] * size; j < size; j++) {
      const channel = j % channels;
      out[at++] = (data[from + j] - (schema.shift?.[channel] ?? 0)) / (schema.scale?.[channel] ?? 1);
    }
  }
  return out;
}

/**
 * Rows that can be used; a row with NaN may be left out, an infinity may not.
 * @throws DataError naming the first rows
 */
export function finiteRows(array: NumberArray, leaveOut: boolean): Int32Array {
  const [count] = array.shape;
  const size = sizeOf(array.shape.slice(1));
  const { data } = array;
  if (!(data instanceof Float32Array || data instanceof Float64Array)) {
    return Int32Array.from({ length: count }, (_, row) => row);
  }
  const usable: number[] = [];
  const holes: number[] = [];
  const infinite: number[] = [];
  for (let row = 0; row < count; row++) {
    let at = row * size;
    while (at < (row + 1) * size && Number.isFinite(data[at])) at++;
    if (at === (row + 1) * size) usable.push(row);
    else if (data.subarray(row * size, (row + 1) * size).some((x) => Math.abs(x) === Infinity)) infinite.push(row);
    else holes.push(row);
  }
  const wrong = infinite.length > 0 ? infinite : holes;
  if (wrong.length === 0 || (leaveOut && infinite.length === 0)) return Int32Array.from(usable);
  throw new DataError(`${array.name} holds numbers that are not finite`, {
    got: `${infinite.length > 0 ? 'infinity' : 'NaN'} at ${placesOf(wrong, array.places)}, ${wrong.length} of ${count}`,
    expected: 'finite numbers',
    remedy: infinite.length > 0 ? 'Correct them' : 'Correct them, or choose missing: drop (without these examples)',
  });
}
