/** Types of NumPy's elements by the names that it writes (`<f4`, `|b1`), and elements of each as numbers. */
import type { Numbers } from '../../data/index.ts';
import { DataError } from '../../errors/index.ts';

export interface NumpyType {
  /** as in the file */
  readonly descr: string;
  /** b: truth values, i and u: integers, f: reals, U and S: texts of equal length */
  readonly kind: 'b' | 'i' | 'u' | 'f' | 'U' | 'S';
  /** of an element */
  readonly bytes: number;
  readonly isBig: boolean;
}

/** Truth values, integers, reals; NumPy takes them without the sign of the byte order, and with one that says nothing. */
const numeric = /^[<>|=]?(?:([?])|(b1|[iu][1248]|f[248]))$/;
const unicode = /^[<>|=]?U(\d{1,6})$/;
const byteText = /^[|<>=]?S(\d{1,6})$/;

/** null: a type that is not read */
export function numpyType(descr: string): NumpyType | null {
  const isBig = descr.startsWith('>');
  const number = numeric.exec(descr);
  if (number) {
    const [kind, bytes] = number[1] === '?' ? 'b1' : number[2];
    return { descr, kind: kind as 'b' | 'i' | 'u' | 'f', bytes: Number(bytes), isBig };
  }
  const characters = unicode.exec(descr);
  if (characters) return { descr, kind: 'U', bytes: 4 * Number(characters[1]), isBig };
  const bytes = byteText.exec(descr);
  return bytes ? { descr, kind: 'S', bytes: Number(bytes[1]), isBig } : null;
}

export function isText({ kind }: NumpyType): boolean {
  return kind === 'U' || kind === 'S';
}

/** What may be done about a type that is not read, where that loses nothing. */
function remedyFor(descr: string): string | undefined {
  if (descr.startsWith('[')) return 'Save its fields as arrays of their own';
  // NumPy itself refuses what is no number then.
  if (/^[<>|=]?(O\d*|f1[026]|g)$/.test(descr)) return "Save it again after array.astype('float64')";
  return undefined;
}

/** What a file says of itself, for messages: it may be long. */
export function shorten(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}

/** @param descr as in the file; of a structured type the list */
export function typeNotRead(name: string, descr: string, expected: string): DataError {
  return new DataError(`${name} has a data type that is not read`, {
    got: descr.startsWith('[') ? 'a structured type' : `'${shorten(descr)}'`,
    expected,
    remedy: remedyFor(descr),
  });
}

/**
 * Elements as numbers, of either byte order. Integers of 64 bits are exact up to 2^53; reals of 16 bits become 32.
 * @param data row-major
 * @returns a view where the byte order and the alignment allow, else a copy
 */
export function numbersOf({ kind, bytes: width, isBig }: NumpyType, data: Uint8Array): Numbers {
  const isSwapped = isBig && width > 1;
  const own = isSwapped || data.byteOffset % width !== 0 ? new Uint8Array(data) : data;
  if (isSwapped) swap(own, width);
  const { buffer, byteOffset, byteLength } = own;
  const length = byteLength / width;
  switch (`${kind}${width}`) {
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
      return words64(new Uint32Array(buffer, byteOffset, 2 * length), kind === 'i');
    default:
      return new Uint8Array(buffer, byteOffset, length);
  }
}

export function swap(bytes: Uint8Array, width: number): void {
  for (let first = 0; first + width <= bytes.length; first += width) {
    for (let i = first, j = first + width - 1; i < j; i++, j--) {
      const byte = bytes[i];
      bytes[i] = bytes[j];
      bytes[j] = byte;
    }
  }
}

/** From pairs of words, low and high: a BigInt per element would cost more than the file. */
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
export function textsOf({ kind, bytes: width, isBig }: NumpyType, data: Uint8Array, count: number): string[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Array.from({ length: count }, (_, i) => {
    const bytes = data.subarray(i * width, (i + 1) * width);
    if (kind === 'S') return new TextDecoder().decode(new Uint8Array(bytes)).replace(/\0+$/, '');
    let text = '';
    for (let at = i * width; at < (i + 1) * width; at += 4) {
      const code = view.getUint32(at, !isBig);
      if (code !== 0) text += String.fromCodePoint(Math.min(code, 0x10ffff));
    }
    return text;
  });
}
