/**
 * NumPy's .npy files (NEP 1, versions 1 to 3): "\x93NUMPY", the version, the length of the header, a Python dictionary with
 * descr, fortran_order and shape as text, then the elements. The text is matched, never evaluated.
 */
import { DataError } from '../../errors/index.ts';

const magic = '\x93NUMPY';
/** NumPy itself writes 128 bytes, or a few hundred for structured types. */
const longestHeader = 0xffff;
/** What has to be at hand of a file to read its header. */
export const longestNpyStart = 12 + longestHeader;

/** The data types that are read, by their name in the file, and their bytes. */
export const itemBytes = { '|u1': 1, '<i4': 4, '<i8': 8, '<f4': 4, '<f8': 8 } as const;

export type NpyType = keyof typeof itemBytes;

/** Types of elements: the bytes of one, undefined for a type that is not read. */
export interface NpyTypes<T extends string> {
  bytesOf(dtype: string): number | undefined;
  isRead(dtype: string): dtype is T;
  /** for messages */
  readonly expected: string;
  /** for messages */
  readonly remedy: string;
}

const pixelTypes: NpyTypes<NpyType> = {
  bytesOf: (dtype) => (isRead(dtype) ? itemBytes[dtype] : undefined),
  isRead,
  expected: `one of ${Object.keys(itemBytes).join(', ')}`,
  remedy: "Save it again after array.astype('uint8')",
};

export interface NpyArray<T extends string = NpyType> {
  readonly name: string;
  readonly dtype: T;
  readonly shape: readonly number[];
  /** the elements' bytes, row-major, little-endian: a view of what was handed in */
  readonly data: Uint8Array;
}

/**
 * @throws DataError where the bytes are no .npy file, in Fortran order, of a type that is not read, or not as long as the
 * shape says
 */
export function readNpy(name: string, bytes: Uint8Array): NpyArray {
  return readNpyOf(name, bytes, pixelTypes);
}

/** The same for other types of elements. */
export function readNpyOf<T extends string>(name: string, bytes: Uint8Array, types: NpyTypes<T>): NpyArray<T> {
  const { dtype, shape, offset } = readNpyHeader(name, bytes, bytes.length, types);
  return { name, dtype, shape, data: bytes.subarray(offset) };
}

/** What stands before the elements, and where they begin. */
export interface NpyHeader<T extends string> {
  readonly dtype: T;
  readonly shape: readonly number[];
  /** bytes */
  readonly offset: number;
}

/**
 * Reads the header and holds what it declares against the length of the file.
 * @param start as much of it as there is, `longestNpyStart` bytes are enough
 * @param length of the file, bytes
 * @throws DataError as readNpy does
 */
export function readNpyHeader<T extends string>(
  name: string,
  start: Uint8Array,
  length: number,
  types: NpyTypes<T>,
): NpyHeader<T> {
  const { text, offset } = headerOf(name, start, length);
  const descr = /["']descr["']\s*:\s*["']([^"']*)["']/.exec(text)?.[1];
  const order = /["']fortran_order["']\s*:\s*(True|False)/.exec(text)?.[1];
  const dimensions = /["']shape["']\s*:\s*\(([\d\s,]*)\)/.exec(text)?.[1];
  // A structured type is a list; it has to be refused as a type, not as a header.
  const structured = descr === undefined && /["']descr["']\s*:\s*\[/.test(text);
  if (structured || (descr !== undefined && !types.isRead(descr))) {
    throw new DataError(`${name} has a data type that is not read`, {
      got: structured ? 'a structured type' : `'${shorten(descr ?? '')}'`,
      expected: types.expected,
      remedy: types.remedy,
    });
  }
  if (descr === undefined || order === undefined || dimensions === undefined) {
    throw new DataError(`${name} has a header that is none of NumPy's`, {
      got: JSON.stringify(shorten(text)),
      expected: "{'descr': ..., 'fortran_order': ..., 'shape': ...}",
    });
  }
  if (order === 'True') {
    throw new DataError(`${name} is in Fortran order`, {
      expected: 'C order',
      remedy: 'Save it again after numpy.ascontiguousarray(array)',
    });
  }
  const shape = dimensions.split(',').flatMap((digits) => (digits.trim() === '' ? [] : [Number(digits)]));
  const size = shape.reduce((product, dimension) => product * dimension, types.bytesOf(descr) ?? 1);
  const got = length - offset;
  if (size !== got) {
    throw new DataError(`${name} is ${got < size ? 'truncated' : 'longer than it declares'}`, {
      got: `${got} bytes of data`,
      expected: `${size} (shape ${shorten(shape.join('x'))}, ${descr})`,
      remedy: 'Fetch or copy it again',
    });
  }
  return { dtype: descr, shape, offset };
}

/**
 * The elements as numbers; 64-bit integers beyond 2^53 lose their last digits.
 * @returns a view where the type and the alignment allow, else a copy
 */
export function npyNumbers({ dtype, data }: NpyArray): Uint8Array | Int32Array | Float32Array | Float64Array {
  if (dtype === '|u1') return data;
  const width = itemBytes[dtype];
  const { buffer, byteOffset, byteLength } = data.byteOffset % width === 0 ? data : new Uint8Array(data);
  const length = byteLength / width;
  switch (dtype) {
    case '<i4':
      return new Int32Array(buffer, byteOffset, length);
    case '<f4':
      return new Float32Array(buffer, byteOffset, length);
    case '<f8':
      return new Float64Array(buffer, byteOffset, length);
    case '<i8':
      return integers64(new Int32Array(buffer, byteOffset, length * 2));
  }
}

/** From pairs of words, low and high: a BigInt per element would cost more than the file. */
function integers64(words: Int32Array): Float64Array {
  const numbers = new Float64Array(words.length / 2);
  for (let i = 0; i < numbers.length; i++) numbers[i] = words[2 * i + 1] * 2 ** 32 + (words[2 * i] >>> 0);
  return numbers;
}

function headerOf(name: string, bytes: Uint8Array, fileLength: number): { text: string; offset: number } {
  const start = String.fromCharCode(...bytes.subarray(0, magic.length));
  const version = bytes[magic.length];
  if (start !== magic || !(version >= 1 && version <= 3)) {
    throw new DataError(`${name} is no .npy file`, {
      got: start === magic ? `version ${version}` : JSON.stringify(start),
      expected: 'the magic string of NumPy, versions 1 to 3',
    });
  }
  const lengthBytes = version === 1 ? 2 : 4;
  const from = magic.length + 2 + lengthBytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let length = Number.NaN;
  if (bytes.length >= from) length = version === 1 ? view.getUint16(from - 2, true) : view.getUint32(from - 4, true);
  if (!(from + length <= fileLength && length <= longestHeader)) {
    throw new DataError(`${name} is damaged or truncated`, {
      got: Number.isNaN(length) ? `${bytes.length} bytes` : `a header of ${length} bytes in a file of ${fileLength}`,
      remedy: 'Fetch or copy it again',
    });
  }
  return {
    text: new TextDecoder('latin1').decode(new Uint8Array(bytes.subarray(from, from + length))),
    offset: from + length,
  };
}

function isRead(descr: string): descr is NpyType {
  return Object.hasOwn(itemBytes, descr);
}

function shorten(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}
