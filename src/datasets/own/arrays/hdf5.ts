/** HDF5, by h5wasm, which is the HDF Group's library in WebAssembly and reads from the file system itself. */
import { openSync } from 'node:fs';
import { devNull } from 'node:os';
import type { Dataset, File } from 'h5wasm/node';
import { CredenceError, DataError } from '../../../errors/index.ts';
import { checkSize } from '../../readers/bytes.ts';
import type { ArrayFile, FileArray } from './array-file.ts';
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
 * @throws DataError where it is none, is damaged, or an array is of a type that is not read
 */
export async function withHdf5<T>(path: string, length: number, use: (file: ArrayFile) => T): Promise<T> {
  const h5wasm = await import('h5wasm/node');
  silence(await h5wasm.ready);
  return guarded(path, () => {
    const file = new h5wasm.File(path, 'r');
    try {
      if (file.file_id <= 0n) throw new Error('bytes that the HDF5 library cannot open');
      const names = file.paths().filter((name) => file.get(name) instanceof h5wasm.Dataset);
      const read = (array: string): FileArray => {
        const dataset = guarded(path, () => file.get(array));
        if (!(dataset instanceof h5wasm.Dataset)) throw new DataError(`${path} has no array ${array}`);
        return guarded(`${path}, ${array}`, () => arrayOf(`${path}, ${array}`, dataset, length));
      };
      if (names.length > 0) return use({ name: path, names: names.map((name) => name.replace(/^\//, '')), read });
      throw new DataError(`${path} holds no arrays`, { expected: 'an HDF5 file with datasets' });
    } finally {
      close(file);
    }
  });
}

let isSilent = false;

/**
 * For each error the library writes a page to stderr, which is a stream of its file system: it goes nowhere. (Its handler
 * that throws instead ends in an abort where a text is read.)
 */
function silence({ FS }: { readonly FS: unknown }): void {
  const streams: unknown = typeof FS === 'object' && FS !== null && 'streams' in FS ? FS.streams : null;
  const stderr: unknown = Array.isArray(streams) ? streams[2] : null;
  if (isSilent || typeof stderr !== 'object' || stderr === null || !('nfd' in stderr)) return;
  stderr.nfd = openSync(devNull, 'w');
  isSilent = true;
}

function close(file: File): void {
  try {
    file.close();
  } catch {
    // What went wrong before is what counts.
  }
}

/** Whatever the library throws, traps of WebAssembly included, is the file's fault. */
function guarded<T>(name: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof CredenceError) throw error;
    const first = error instanceof Error ? error.message.split('\n')[0].trim() : String(error);
    const message = first.includes('name not defined') ? 'what the HDF5 library does not know' : first;
    throw new DataError(`${name} is no HDF5 file, or is damaged`, {
      got: message.slice(0, 200) || 'an error of the HDF5 library',
      remedy: 'Fetch or copy it again',
      cause: error,
    });
  }
}

function arrayOf(name: string, dataset: Dataset, length: number): FileArray {
  const { shape, size, type, signed, littleEndian, vlen, virtual_sources: sources } = dataset.metadata;
  if (shape === null) throw new DataError(`${name} is empty`, { expected: 'an array' });
  const bytes = shape.reduce((product, extent) => product * extent, size);
  checkSize(name, bytes);
  if (!(size >= 1) || bytes > largestRatio * length || (sources?.length ?? 0) > 0) {
    throw new DataError(`${name} is damaged, or its values are in another file`, {
      got: `${bytes} bytes of values in a file of ${length}`,
      remedy: 'Copy the dataset into one file',
    });
  }
  if (type === text) {
    const value = dataset.value;
    const texts = [value].flat().map((own) => (typeof own === 'string' ? own : ''));
    return { kind: 'texts', shape, texts };
  }
  const isNumber = !vlen && [1, 2, 4, 8].includes(size) && (type === integer || type === enumeration || type === real);
  if (!isNumber || (type === real && size < 4)) {
    throw new DataError(`${name} has a data type that is not read`, {
      got: typeof dataset.dtype === 'string' ? dataset.dtype : 'a compound or nested type',
      expected: 'integers, reals up to 64 bits, truth values or texts',
    });
  }
  // The value as the library would give it has a BigInt per 64-bit integer; its bytes are enough.
  const raw = rawBytes(dataset.value);
  const kind = `${type === real ? 'f' : signed ? 'i' : 'u'}${size}`;
  const isBoolean = type === enumeration && isTruth(dataset.metadata.enum_type?.members ?? {});
  if (raw === null || raw.length !== bytes || !littleEndian) {
    throw new DataError(`${name} has a data type that is not read`, {
      got: littleEndian ? kind : `${kind}, big-endian`,
      expected: 'little-endian integers or reals',
    });
  }
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
