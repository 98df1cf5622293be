/** HDF5, by h5wasm, which is the HDF Group's library in WebAssembly and reads from the file system itself. */
import { DataError } from '../../../errors/index.ts';
import { checkSize } from '../../readers/bytes.ts';
import { numbersOf, numpyType } from '../../readers/numpy-types.ts';
import type { ArrayFile, FileArray } from './array-file.ts';
import { defaultPatience, Hdf5Thread } from './hdf5-thread.ts';

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
    const read = (array: string): Promise<FileArray> => arrayOf(thread, `${path}, ${array}`, array, length);
    const shape = async (array: string): Promise<readonly number[]> => (await thread.metadata(array)).shape ?? [];
    return await use({ name: path, names: names.map((name) => name.replace(/^\//, '')), shape, read });
  } finally {
    await thread.end();
  }
}

async function arrayOf(thread: Hdf5Thread, title: string, array: string, length: number): Promise<FileArray> {
  const metadata = await thread.metadata(array);
  const { shape, size, type, signed, littleEndian, vlen, virtual_sources: sources } = metadata;
  if (shape === null) throw new DataError(`${title} is empty`, { expected: 'an array' });
  const bytes = shape.reduce((product, extent) => product * extent, size);
  checkSize(title, bytes);
  if (!(size >= 1) || bytes > largestRatio * length || (sources?.length ?? 0) > 0) {
    throw new DataError(`${title} is damaged, or its values are in another file`, {
      got: `${bytes} bytes of values in a file of ${length}`,
      remedy: 'Copy the dataset into one file',
    });
  }
  if (type === text) {
    const value = await thread.value(array);
    return { kind: 'texts', shape, texts: [value].flat().map((own) => (typeof own === 'string' ? own : '')) };
  }
  const isBoolean = type === enumeration && isTruth(metadata.enum_type?.members ?? {});
  const kind = type === real ? 'f' : type === integer || type === enumeration ? (signed ? 'i' : 'u') : null;
  const numpy = kind && !vlen ? numpyType(`<${kind}${size}`) : null;
  const raw = numpy && (await thread.bytes(array));
  if (numpy === null || raw === null || raw.length !== bytes) {
    throw new DataError(`${title} has a data type that is not read`, {
      got: kind ? `${kind}${size}${littleEndian ? '' : ', big-endian'}` : `a type of class ${type}, ${size} bytes`,
      expected: 'integers, reals of 16, 32 or 64 bits, truth values or texts',
    });
  }
  return { kind: 'numbers', shape, data: numbersOf(numpy, raw), isBoolean };
}

/** h5py writes NumPy's truth values as an enumeration. */
function isTruth(members: Readonly<Record<string, number>>): boolean {
  return Object.keys(members).sort().join() === 'FALSE,TRUE';
}
