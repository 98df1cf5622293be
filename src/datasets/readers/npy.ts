/**
 * NumPy's .npy files (NEP 1, versions 1 to 3): "\x93NUMPY", the version, the length of the header, a Python dictionary with
 * descr, fortran_order and shape as text, then the elements. The text is matched, never evaluated.
 */
import type { Numbers } from '../../data/index.ts';
import { DataError } from '../../errors/index.ts';
import { type ByteSource, readBytes } from './bytes.ts';
import { isText, numbersOf, type NumpyType, numpyType, shorten, typeNotRead } from './numpy-types.ts';
import { rowMajor } from './row-major.ts';

const magic = '\x93NUMPY';
/** NumPy itself writes 128 bytes, or a few hundred for structured types. */
const longestHeader = 0xffff;
/** Before the header's text, at the most. */
const prefaceBytes = 12;
/** What has to be at hand of a file to read its header. */
export const longestNpyStart = prefaceBytes + longestHeader;
/** Axes: NumPy has 32, from version 2 on 64. */
export const mostAxes = 64;

/** Types that are asked for. */
export type NpyKind = 'numbers' | 'numbers and texts';

const expectations: Readonly<Record<NpyKind, string>> = {
  numbers: 'integers, reals up to 64 bits or truth values',
  'numbers and texts': 'integers, reals up to 64 bits, truth values or texts',
};

export interface NpyHeader {
  readonly type: NumpyType;
  readonly isFortran: boolean;
  readonly shape: readonly number[];
  /** where the elements start, bytes */
  readonly offset: number;
}

export interface NpyArray {
  readonly name: string;
  readonly type: NumpyType;
  readonly shape: readonly number[];
  /** the elements' bytes, row-major, in the file's byte order: a view of what was handed in, unless it was in Fortran order */
  readonly data: Uint8Array;
}

export function isNpy(start: Uint8Array): boolean {
  return String.fromCharCode(...start.subarray(0, magic.length)) === magic;
}

/** @throws DataError where the bytes are no .npy file, of a type that is not read, or not as long as the shape says */
export function readNpy(name: string, bytes: Uint8Array, kind: NpyKind = 'numbers'): NpyArray {
  const { type, isFortran, shape, offset } = readNpyHeader(name, bytes, bytes.length, kind);
  const data = bytes.subarray(offset);
  return { name, type, shape, data: isFortran ? rowMajor(data, shape, type.bytes) : data };
}

/**
 * Reads the header and holds what it declares against the length of the file.
 * @param start as much of it as there is, `longestNpyStart` bytes are enough
 * @param length of the file, bytes
 * @throws DataError as readNpy does
 */
export function readNpyHeader(name: string, start: Uint8Array, length: number, kind: NpyKind = 'numbers'): NpyHeader {
  const { text, offset } = headerOf(name, start, length);
  const descr = /["']descr["']\s*:\s*(?:["']([^"']*)["']|(\[))/.exec(text);
  const order = /["']fortran_order["']\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = shapeOf(/["']shape["']\s*:\s*\(([\dL\s,]*)\)/.exec(text)?.[1]);
  // A structured type is a list; it has to be refused as a type, not as a header.
  const descriptor = descr?.[1] ?? descr?.[2];
  const type = descriptor === undefined ? null : numpyType(descriptor);
  if (descriptor !== undefined && (type === null || (kind === 'numbers' && isText(type)))) {
    throw typeNotRead(name, descriptor, expectations[kind]);
  }
  if (type === null || order === undefined || shape === null) {
    throw new DataError(`${name} has a header that is none of NumPy's`, {
      got: JSON.stringify(shorten(text)),
      expected: "{'descr': ..., 'fortran_order': ..., 'shape': ...}",
    });
  }
  const size = shape.reduce((product, dimension) => product * dimension, type.bytes);
  const got = length - offset;
  if (size !== got) {
    throw new DataError(`${name} is ${got < size ? 'truncated' : 'longer than it declares'}`, {
      got: `${got} bytes of data`,
      expected: `${size} (shape ${shorten(shape.join('x'))}, ${type.descr})`,
      remedy: 'Fetch or copy it again',
    });
  }
  return { type, isFortran: order === 'True', shape, offset };
}

/** The header of a .npy file, without reading the rest; throws as readNpy does. */
export function readNpyFileHeader(source: ByteSource, kind?: NpyKind): NpyHeader {
  const start = readBytes(source, 0, Math.min(longestNpyStart, source.length));
  return readNpyHeader(source.name, start, source.length, kind);
}

/** The elements as numbers, as numbersOf gives them. */
export function npyNumbers({ type, data }: NpyArray): Numbers {
  return numbersOf(type, data);
}

/** null: no tuple of at most as many integers as NumPy has axes */
function shapeOf(tuple: string | undefined): number[] | null {
  if (tuple === undefined) return null;
  const extents = tuple.split(',').map((extent) => extent.trim());
  // (3,) is a tuple of one.
  if (extents.at(-1) === '') extents.pop();
  // Python 2 wrote its long integers with an L.
  return extents.length <= mostAxes && extents.every((extent) => /^\d+L?$/.test(extent))
    ? extents.map((extent) => Number.parseInt(extent, 10))
    : null;
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
  if (!(from + length <= bytes.length && length <= longestHeader)) {
    throw new DataError(`${name} is damaged or truncated`, {
      got: Number.isNaN(length) ? `${fileLength} bytes` : `a header of ${length} bytes in a file of ${fileLength}`,
      remedy: 'Fetch or copy it again',
    });
  }
  return {
    text: new TextDecoder('latin1').decode(new Uint8Array(bytes.subarray(from, from + length))),
    offset: from + length,
  };
}
