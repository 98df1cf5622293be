/** Arrays as inputs: pictures of bytes stay bytes, all else becomes float32, standardised per channel if asked for. */
import { DataError } from '../errors/index.ts';
import { sizeOf } from '../graph/index.ts';
import { placesOf } from './cells.ts';
import { Mean, scaleOf } from './moments.ts';
import { eachRow, kindOfNumbers, type NumberArray, type Numbers } from './number-rows.ts';
import type { InputSchema } from './schema.ts';
import { sharedBuffer } from './shared.ts';

/**
 * The shape that a network gets: bytes [N, H, W] are grey pictures [H, W, 1], and [N, H, W, C] are as they are; of other
 * arrays, [N, L] are signals of one channel [L, 1], and all else is as it is.
 */
function exampleShape({ shape, data }: Pick<NumberArray, 'shape' | 'data'>): Pick<InputSchema, 'shape' | 'dtype'> {
  const own = shape.slice(1);
  const isOfBytes = kindOfNumbers(data) === 'bytes';
  if (isOfBytes && own.length === 2) return { shape: [...own, 1], dtype: 'u8' };
  if (isOfBytes && own.length === 3) return { shape: own, dtype: 'u8' };
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
  const moments = channelMoments(array, train, shape);
  return { ...schema, shift: moments.map((moment) => moment.mean), scale: moments.map(scaleOf) };
}

/** Of each channel over rows of equal length, in two passes over them: the mean of their means, and squares from there. */
function channelMoments(array: NumberArray, train: Int32Array, shape: readonly number[]) {
  const size = sizeOf(shape);
  const channels = shape.at(-1) ?? 1;
  const means = Array.from({ length: channels }, () => new Mean());
  eachRow(array, train, (numbers, from) => {
    for (const [channel, mean] of means.entries()) mean.add(meanOf(numbers, from + channel, from + size, channels));
  });
  const squares = new Float64Array(channels);
  const mean = Float64Array.from(means, (own) => own.value);
  eachRow(array, train, (numbers, from) => {
    for (let j = 0, channel = 0; j < size; j++) {
      squares[channel] += (numbers[from + j] - mean[channel]) ** 2;
      if (++channel === channels) channel = 0;
    }
  });
  const values = (train.length * size) / channels;
  return means.map(({ count }, channel) => {
    return { mean: mean[channel], deviation: Math.sqrt(squares[channel] / values), count };
  });
}

/** Every `step`th number: as `Mean` has it, without a call for each. */
function meanOf(numbers: Numbers, begin: number, end: number, step: number): number {
  let sum = 0;
  let count = 0;
  let first = Number.NaN;
  let isConstant = true;
  for (let i = begin; i < end; i += step) {
    const x = numbers[i];
    if (Number.isNaN(x)) continue;
    if (count === 0) first = x;
    else if (x !== first) isConstant = false;
    sum += x;
    count++;
  }
  return isConstant ? first : sum / count;
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
  assertExamples(array, schema);
  const size = sizeOf(schema.shape);
  const length = rows.length * size;
  const isOfBytes = schema.dtype === 'u8';
  const buffer = sharedBuffer(array.name, isOfBytes ? length : 4 * length);
  const out = isOfBytes ? new Uint8Array(buffer) : new Float32Array(buffer);
  const encode = rowEncoder(schema);
  let at = 0;
  eachRow(array, rows, (numbers, from) => {
    encode(numbers, from, out, at);
    at += size;
  });
  return out;
}

/** @throws DataError where examples have another shape than the schema says */
export function assertExamples(array: NumberArray, schema: InputSchema): void {
  const got = exampleShape(array);
  if (got.shape.join('x') === schema.shape.join('x') && !(got.dtype === 'f32' && schema.dtype === 'u8')) return;
  throw new DataError(`${array.name} does not hold examples as the network expects them`, {
    got: `${['N', ...got.shape].join('x')} (${got.dtype})`,
    expected: `${['N', ...schema.shape].join('x')} (${schema.dtype})`,
    remedy: 'Cut or scale them as the examples were that it was trained on',
  });
}

type RowEncoder = (numbers: Numbers, from: number, out: Uint8Array | Float32Array, at: number) => void;

/** How the elements of a row become inputs, put into `out` from `at` on. */
export function rowEncoder({ shape, dtype, shift, scale }: InputSchema): RowEncoder {
  const size = sizeOf(shape);
  const channels = shape.at(-1) ?? 1;
  if (dtype === 'u8' || (shift === null && scale === null)) {
    return (numbers, from, out, at) => out.set(numbers.subarray(from, from + size), at);
  }
  const [shifts, scales] = [new Float64Array(channels), new Float64Array(channels).fill(1)];
  if (shift) shifts.set(shift);
  if (scale) scales.set(scale);
  const [onlyShift, onlyScale] = [shifts[0], scales[0]];
  // Half the time of the loop that asks for the channel: a batch that is read waits for it.
  if (channels === 1) {
    return (numbers, from, out, at) => {
      for (let j = 0; j < size; j++) out[at + j] = (numbers[from + j] - onlyShift) / onlyScale;
    };
  }
  return (numbers, from, out, at) => {
    for (let j = 0, channel = 0; j < size; j++) {
      out[at + j] = (numbers[from + j] - shifts[channel]) / scales[channel];
      if (++channel === channels) channel = 0;
    }
  };
}

/**
 * Rows that can be used; a row with NaN may be left out, an infinity may not.
 * @throws DataError naming the first rows
 */
export function finiteRows(array: NumberArray, leaveOut: boolean): Int32Array {
  const [count] = array.shape;
  const size = sizeOf(array.shape.slice(1));
  if (kindOfNumbers(array.data) !== 'reals') return Int32Array.from({ length: count }, (_, row) => row);
  const usable: number[] = [];
  const holes: number[] = [];
  const infinite: number[] = [];
  eachRow(array, null, (numbers, from, row) => {
    const end = from + size;
    let at = from;
    while (at < end && Number.isFinite(numbers[at])) at++;
    if (at === end) usable.push(row);
    else if (numbers.subarray(from, end).some((x) => Math.abs(x) === Infinity)) infinite.push(row);
    else holes.push(row);
  });
  const wrong = infinite.length > 0 ? infinite : holes;
  if (wrong.length === 0 || (leaveOut && infinite.length === 0)) return Int32Array.from(usable);
  throw new DataError(`${array.name} holds numbers that are not finite`, {
    got: `${infinite.length > 0 ? 'infinity' : 'NaN'} at ${placesOf(wrong, array.places)}, ${wrong.length} of ${count}`,
    expected: 'finite numbers',
    remedy: infinite.length > 0 ? 'Correct them' : 'Correct them, or choose missing: drop (without these examples)',
  });
}
