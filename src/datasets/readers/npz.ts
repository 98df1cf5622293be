/** NumPy's .npz files: ZIP archives of arrays. An array's header is read first, and held against what is expected. */
import { DataError } from '../../errors/index.ts';
import type { ByteSource } from './bytes.ts';
import { isNpy, longestNpyStart, type NpyArray, type NpyHeader, type NpyKind, readNpy, readNpyHeader } from './npy.ts';
import { readZipEntry, readZipStart } from './zip.ts';
import { readZipDirectory, type ZipEntry } from './zip-directory.ts';

/**
 * The arrays by their names. NumPy ends them in .npy; other writers do not, and to NumPy as here an entry is an array by
 * how it begins.
 * @throws DataError where the source is no ZIP archive
 */
export function npzArrays(source: ByteSource): ReadonlyMap<string, ZipEntry> {
  const arrays = new Map<string, ZipEntry>();
  for (const [name, entry] of readZipDirectory(source)) {
    if (name.endsWith('.npy')) arrays.set(name.slice(0, -4), entry);
    else if (!arrays.has(name) && beginsAsArray(source, entry)) arrays.set(name, entry);
  }
  return arrays;
}

function beginsAsArray(source: ByteSource, entry: ZipEntry): boolean {
  try {
    return isNpy(readZipStart(source, entry, 6));
  } catch (error) {
    // Of an entry that nobody asks for, it does not matter what is wrong.
    if (error instanceof DataError) return false;
    throw error;
  }
}

/** The header of an array, without unpacking the array. */
export function readNpzHeader(source: ByteSource, entry: ZipEntry, name: string, kind?: NpyKind): NpyHeader {
  // Nearly all headers are 128 bytes long.
  const start = readZipStart(source, entry, 128);
  const isLong = start.length === 128 && headerEnd(start) > start.length;
  return readNpyHeader(name, isLong ? readZipStart(source, entry, longestNpyStart) : start, entry.size, kind);
}

/** Where a header of version 1 ends, beyond 128 bytes for the others. */
function headerEnd(start: Uint8Array): number {
  return start[6] === 1 ? 10 + start[8] + 256 * start[9] : Infinity;
}

/**
 * An array, unpacked where its header declares what the entry holds.
 * @throws DataError as the readers of both formats do
 */
export function readNpzArray(source: ByteSource, entry: ZipEntry, name: string, kind?: NpyKind): NpyArray {
  readNpzHeader(source, entry, name, kind);
  return readNpy(name, readZipEntry(source, entry), kind);
}
