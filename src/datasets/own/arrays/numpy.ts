/** NumPy's files: .npy arrays of any numeric type, of truth values or of texts, alone or as entries of an .npz. */
import { DataError } from '../../../errors/index.ts';
import { sizeOf } from '../../../graph/index.ts';
import { type ByteSource, readBytes } from '../../readers/bytes.ts';
import { type NpyArray, type NpyHeader, npyNumbers, readNpy, readNpyFileHeader } from '../../readers/npy.ts';
import { npzArrays, readNpzArray, readNpzHeader } from '../../readers/npz.ts';
import { isText, textsOf } from '../../readers/numpy-types.ts';
import { readZipDirectory, type ZipEntry } from '../../readers/zip-directory.ts';
import { type PlainPlace, versionOf } from '../stream/place.ts';
import type { ArrayFile, FileArray } from './array-file.ts';

/** Arrays that are read at once. */
interface NumpyFile extends ArrayFile {
  read(array: string): FileArray;
}

/** An .npz file: arrays by their names. */
export function openNpz(source: ByteSource): NumpyFile {
  const arrays = npzArrays(source);
  if (arrays.size === 0) {
    const entries = readZipDirectory(source);
    const isSheet = entries.has('xl/workbook.xml');
    throw new DataError(`${source.name} holds no arrays`, {
      got: isSheet ? 'an Excel workbook' : `a ZIP archive of ${entries.size} entries`,
      expected: 'an .npz file of NumPy',
      remedy: isSheet ? 'Save the sheet as CSV' : undefined,
    });
  }
  const kind = 'numbers and texts';
  const entryOf = (array: string): ZipEntry => {
    const entry = arrays.get(array);
    if (entry) return entry;
    throw new DataError(`${source.name} has no array ${array}`);
  };
  return {
    ...{ name: source.name, names: [...arrays.keys()] },
    shape: (array) => readNpzHeader(source, entryOf(array), `${source.name}, ${array}`, kind).shape,
    read: (array) => fileArray(readNpzArray(source, entryOf(array), `${source.name}, ${array}`, kind)),
  };
}

/** A .npy file: one array, without a name. */
export function openNpy(source: ByteSource): NumpyFile {
  const kind = 'numbers and texts';
  const header = () => readNpyFileHeader(source, kind);
  return {
    ...{ name: source.name, names: [''] },
    shape: () => header().shape,
    read: () => fileArray(readNpy(source.name, readBytes(source, 0, source.length), kind)),
    placeOf: () => placeOf(source.name, header()),
  };
}

/** Where a .npy file's elements lie; null: they are texts, or not row by row. */
function placeOf(path: string, { type, isFortran, shape, offset }: NpyHeader): PlainPlace | null {
  if (isText(type) || (isFortran && shape.length > 1)) return null;
  // truth values are no pixels
  const kind = type.kind === 'b' ? 'i1' : `${type.kind}${type.bytes}`;
  return { kind: 'plain', path, version: versionOf(path), type: kind, isBig: type.isBig, shape, offset };
}

function fileArray(array: NpyArray): FileArray {
  const { type, shape, data } = array;
  if (isText(type)) return { kind: 'texts', shape, texts: textsOf(type, data, sizeOf(shape)) };
  return { kind: 'numbers', shape, data: npyNumbers(array), isBoolean: type.kind === 'b' };
}
