/** NumPy's files: .npy arrays of any numeric type, of truth values or of texts, alone or as entries of an .npz. */
import type { Numbers } from '../../../data/index.ts';
import { DataError } from '../../../errors/index.ts';
import { sizeOf } from '../../../graph/index.ts';
import { type ByteSource, readBytes } from '../../readers/bytes.ts';
import { longestNpyStart, type NpyTypes, readNpyHeader, readNpyOf } from '../../readers/npy.ts';
import { type PlainPlace, versionOf } from '../stream/place.ts';
import { readZipDirectory, readZipEntry } from '../../readers/zip.ts';
import type { ArrayFile, FileArray } from './array-file.ts';

/** Kind (b: truth values, i, u: integers, f: reals) and bytes of an element. */
const numeric = /^[<>|=]?(b1|[iu][1248]|f[248])$/;
const unicode = /^[<>]U(\d{1,6})$/;
const byteText = /^\|S(\d{1,6})$/;

const types: NpyTypes<string> = {
  bytesOf(dtype) {
    const text = unicode.exec(dtype);
    if (text) return 4 * Number(text[1]);
    return Number(byteText.exec(dtype)?.[1] ?? numeric.exec(dtype)?.[1].slice(1) ?? Number.NaN);
  },
  isRead: (dtype): dtype is string => numeric.test(dtype) || unicode.test(dtype) || byteText.test(dtype),
  expected: 'integers, reals up to 64 bits, truth values or texts',
  remedy: "Save it again after array.astype('float32')",
};

/** Arrays that are read at once. */
interface NumpyFile extends ArrayFile {
  read(array: string): FileArray;
}

/** An .npz file: arrays by their names. */
export function openNpz(source: ByteSource): NumpyFile {
  const entries = readZipDirectory(source);
  const names = [...entries.keys()].filter((name) => name.endsWith('.npy')).map((name) => name.slice(0, -4));
  if (names.length === 0) {
    const isSheet = entries.has('xl/workbook.xml');
    throw new DataError(`${source.name} holds no arrays`, {
      got: isSheet ? 'an Excel workbook' : `a ZIP archive of ${entries.size} entries`,
      expected: 'an .npz file of NumPy',
      remedy: isSheet ? 'Save the sheet as CSV' : undefined,
    });
  }
  return {
    ...{ name: source.name, names },
    read(array) {
      const entry = entries.get(`${array}.npy`);
      if (!entry) throw new DataError(`${source.name} has no array ${array}`);
      return arrayOf(`${source.name}, ${array}`, readZipEntry(source, entry));
    },
  };
}

/** A .npy file: one array, without a name. */
export function openNpy(source: ByteSource): NumpyFile {
  const read = (): FileArray => arrayOf(source.name, readBytes(source, 0, source.length));
  return { name: source.name, names: [''], read, placeOf: () => placeOf(source) };
}

/** Where a .npy file's elements lie; null: they are texts. */
function placeOf(source: ByteSource): PlainPlace | null {
  const { name: path, length } = source;
  const start = readBytes(source, 0, Math.min(length, longestNpyStart));
  const { dtype, shape, offset } = readNpyHeader(path, start, length, types);
  if (!numeric.test(dtype)) return null;
  const type = dtype.slice(-2);
  // truth values are no pixels
  const own = type === 'b1' ? 'i1' : type;
  return { kind: 'plain', path, version: versionOf(path), type: own, isBig: dtype.startsWith('>'), shape, offset };
}

function arrayOf(name: string, bytes: Uint8Array): FileArray {
  const { dtype, shape, data } = readNpyOf(name, bytes, types);
  const count = sizeOf(shape);
  if (unicode.test(dtype) || byteText.test(dtype)) {
    return { kind: 'texts', shape, texts: textsOf(dtype, data, count) };
  }
  const kind = dtype.slice(-2);
  const width = Number(kind[1]);
  // The reader's bytes are left alone; a copy also starts at a multiple of the element.
  const own = data.byteOffset % width === 0 && !dtype.startsWith('>') ? data : new Uint8Array(data);
  if (dtype.startsWith('>')) swap(own, width);
  return { kind: 'numbers', shape, data: numbersOf(kind, own), isBoolean: kind === 'b1' };
}

export function swap(bytes: Uint8Array, width: number): void {
  for (let at = 0; at + width <= bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}

/** @param kind as in NumPy, of little-endian elements that start at a multiple of their width */
export function numbersOf(kind: string, { buffer, byteOffset, byteLength }: Uint8Array): Numbers {
  const length = byteLength / Number(kind[1]);
  switch (kind) {
    case 'i1':
      return new Int8Array(buffer, byteOffset, length);
    case 'u2':
      return new Uint16Array(buffer, byteOffset, length);
    case 'i2':
      return new Int16Array(buffer, byteOffset, length);
    case 'f2':
      return Float32Array.from(new Uint16Array(buffer, byteOffset, length), halfToNumber);
    case 'u4':
      return new Uint32Array(buffer, byteOffset, length);
    case 'i4':
      return new Int32Array(buffer, byteOffset, length);
    case 'f4':
      return new Float32Array(buffer, byteOffset, length);
    case 'f8':
      return new Float64Array(buffer, byteOffset, length);
    case 'i8':
    case 'u8':
      return words64(new Uint32Array(buffer, byteOffset, 2 * length), kind === 'i8');
    default:
      return new Uint8Array(buffer, byteOffset, length);
  }
}

/** From pairs of words, low and high: a BigInt per element would cost more than the file. Exact up to 2^53. */
function words64(words: Uint32Array, isSigned: boolean): Float64Array {
  const numbers = new Float64Array(words.length / 2);
  for (let i = 0; i < numbers.length; i++) {
    const high = isSigned ? words[2 * i + 1] | 0 : words[2 * i + 1];
    numbers[i] = high * 2 ** 32 + words[2 * i];
  }
  return numbers;
}

/** IEEE 754 binary16. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** Texts of equal length, filled up with zeros: four bytes per character, or one. */
function textsOf(dtype: string, data: Uint8Array, count: number): string[] {
  const width = types.bytesOf(dtype) ?? 0;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const isLittle = !dtype.startsWith('>');
  return Array.from({ length: count }, (_, i) => {
    const bytes = data.subarray(i * width, (i + 1) * width);
    if (byteText.test(dtype)) return new TextDecoder().decode(new Uint8Array(bytes)).replace(/\0+$/, '');
    let text = '';
    for (let at = i * width; at < (i + 1) * width; at += 4) {
      const code = view.getUint32(at, isLittle);
      if (code !== 0) text += String.fromCodePoint(Math.min(code, 0x10ffff));
    }
    return text;
  });
}
