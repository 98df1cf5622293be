/** HDF5, by h5wasm, which is the HDF Group's library in WebAssembly and reads from the file system itself. */
import { DataError } from '../../../errors/index.ts';
import { checkSize } from '../../readers/bytes.ts';
import type { ArrayFile, FileArray } from './array-file.ts';
import { defaultPatience, Hdf5Thread } from './hdf5-thread.ts';
import { numbersOf } from './numpy.ts';

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
    return await use({ name: path, names: names.map((name) => name.replace(/^\//, '')), read });
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
  const isWhole = (type === integer || type === enumeration) && [1, 2, 4, 8].includes(size);
  const isReal = type === real && (size === 4 || size === 8);
  const kind = `${isReal ? 'f' : signed ? 'i' : 'u'}${size}`;
  // The library gives a BigInt per integer of 64 bits; its bytes are enough.
  const raw = !vlen && littleEndian && (isWhole || isReal) ? rawBytes(await thread.value(array)) : null;
  if (raw?.length !== bytes) {
    throw new DataError(`${title} has a data type that is not read`, {
      got:
        isWhole || isReal ? `${kind}${littleEndian ? '' : ', big-endian'}` : `a type of class ${type}, ${size} bytes`,
      expected: 'little-endian integers, reals of 32 or 64 bits, truth values or texts',
    });
  }
  const isBoolean = type === enumeration && isTruth(metadata.enum_type?.members ?? {});
  return { kind: 'numbers', shape, data: numbersOf(kind, raw), isBoolean };
}

function rawBytes(value: unknown): Uint8Array | null {
  if (!ArrayBuffer.isView(value)) return null;
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

/** h5py writes NumPy's truth values as an enumeration. */
function isTruth(members: Readonly<Record<string, number>>): boolean {
  return Object.keys(members).sort().join() === 'FALSE,TRUE';
}
