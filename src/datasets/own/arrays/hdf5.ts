/** HDF5, by h5wasm, which is the HDF Group's library in WebAssembly and reads from the file system itself. */
import { DataError } from '../../../errors/index.ts';
import { checkSize } from '../../readers/bytes.ts';
import { numbersOf, numpyType } from '../../readers/numpy-types.ts';
import { type ArrayPlace, versionOf } from '../stream/place.ts';
import type { ArrayFile, FileArray } from './array-file.ts';
import type { Metadata } from 'h5wasm';
import { defaultPatience } from './hdf5-library.ts';
import { Hdf5Thread } from './hdf5-thread.ts';

/** Classes of types (H5T_class_t). */
const integer = 0;
const real = 1;
const text = 3;
const enumeration = 8;
/** Deflate's, per chunk. */
const largestRatio = 1032;

/**
 * Reads arrays of an HDF5 file while `use` runs. Their names are paths without the first slash: `x`, `group/x`.
 * @param length of the file, bytes: what its arrays declare is held against it
 * @param patience milliseconds after which a file without an end is given up
 * @throws DataError where it is none, is damaged, or an array is of a type that is not read
 */
export async function withHdf5<T>(
  path: string,
  length: number,
  use: (file: ArrayFile) => Promise<T>,
  patience = defaultPatience,
): Promise<T> {
  const thread = new Hdf5Thread(path, length, patience);
  try {
    const names = await thread.names();
    if (names.length === 0) {
      throw new DataError(`${path} holds no arrays`, { expected: 'an HDF5 file with datasets' });
    }
    return await use({
      name: path,
      names: names.map((name) => name.replace(/^\//, '')),
      shape: async (array) => (await thread.metadata(array)).shape ?? [],
      read: (array) => arrayOf(thread, `${path}, ${array}`, array, length),
      placeOf: (array) => placeOf(thread, path, array, length),
    });
  } finally {
    await thread.end();
  }
}

async function arrayOf(thread: Hdf5Thread, title: string, array: string, length: number): Promise<FileArray> {
  const metadata = await thread.metadata(array);
  const { shape, bytes } = extentOf(metadata, title, length);
  const { size, type, littleEndian } = metadata;
  checkSize(title, bytes);
  if (type === text) {
    const value = await thread.value(array);
    return { kind: 'texts', shape, texts: [value].flat().map((own) => (typeof own === 'string' ? own : '')) };
  }
  const kind = kindOf(metadata);
  const numpy = kind === null ? null : numpyType(`<${kind}`);
  const raw = numpy && (await thread.bytes(array));
  if (numpy === null || raw === null || raw.length !== bytes) {
    throw new DataError(`${title} has a data type that is not read`, {
      got: kind ? `${kind}${littleEndian ? '' : ', big-endian'}` : `a type of class ${type}, ${size} bytes`,
      expected: 'integers, reals of 16, 32 or 64 bits, truth values or texts',
    });
  }
  return { kind: 'numbers', shape, data: numbersOf(numpy, raw), isBoolean: isTruth(metadata) };
}

/** @throws DataError where there is no array, or more of it than the file can hold */
function extentOf({ shape, size, virtual_sources: sources }: Metadata, title: string, length: number) {
  if (shape === null) throw new DataError(`${title} is empty`, { expected: 'an array' });
  const bytes = shape.reduce((product, extent) => product * extent, size);
  if (size >= 1 && bytes <= largestRatio * length && (sources?.length ?? 0) === 0) return { shape, bytes };
  throw new DataError(`${title} is damaged, or its values are in another file`, {
    got: `${bytes} bytes of values in a file of ${length}`,
    remedy: 'Copy the dataset into one file',
  });
}

/** Of numbers, as NumPy calls it: f4, i8, ...; null: it holds none. */
function kindOf({ size, type, signed, vlen }: Metadata): string | null {
  const isWhole = type === integer || type === enumeration;
  return !vlen && (isWhole || type === real) ? `${type === real ? 'f' : signed ? 'i' : 'u'}${size}` : null;
}

/** Where its elements are to be had; null: not row by row. */
async function placeOf(thread: Hdf5Thread, path: string, array: string, length: number): Promise<ArrayPlace | null> {
  const metadata = await thread.metadata(array);
  const { shape } = extentOf(metadata, `${path}, ${array}`, length);
  const own = kindOf(metadata);
  // The library gives no rows of reals of 16 bits.
  if (own === null || own === 'f2' || numpyType(`<${own}`) === null || !metadata.littleEndian) return null;
  // truth values are no pixels
  const type = isTruth(metadata) ? 'i1' : own;
  const place = { path, version: versionOf(path), type, isBig: false, shape };
  const chunkRows = metadata.chunks?.[0] ?? null;
  const isEmpty = shape.length === 0 || shape.includes(0);
  const offset = chunkRows === null && !isEmpty ? await thread.offset(array) : null;
  return offset === null ? { kind: 'hdf5', ...place, array, chunkRows } : { kind: 'plain', ...place, offset };
}

/** h5py writes NumPy's truth values as an enumeration. */
function isTruth({ type, enum_type: names }: Metadata): boolean {
  const members = type === enumeration ? (names?.members ?? {}) : {};
  return Object.keys(members).sort().join() === 'FALSE,TRUE';
}
