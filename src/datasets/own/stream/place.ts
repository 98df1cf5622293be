/** Where the elements of an array lie in a file: plain values, which any thread can open. */
import { statSync } from 'node:fs';
import { sizeOf } from '../../../graph/index.ts';
import { DataError } from '../../../errors/index.ts';
import { fileError } from '../../readers/bytes.ts';

interface Place {
  readonly path: string;
  readonly version: FileVersion;
  /** of the elements, as `numbersOf` has it: 'f4', 'u1', ...; truth values are 'i1' */
  readonly type: string;
  readonly isBig: boolean;
  /** [count, ...] */
  readonly shape: readonly number[];
}

/** Side by side, from a byte on. */
export interface PlainPlace extends Place {
  readonly kind: 'plain';
  readonly offset: number;
}

/** What the HDF5 library has to read: compressed, for one. */
export interface Hdf5Place extends Place {
  readonly kind: 'hdf5';
  readonly array: string;
  /** rows of a chunk; null: the array is in one piece */
  readonly chunkRows: number | null;
}

export type ArrayPlace = PlainPlace | Hdf5Place;

/** Bytes of an element. */
export function bytesOf({ type }: Pick<ArrayPlace, 'type'>): number {
  return Number(type.slice(1));
}

/** Bytes of a row. */
export function rowBytesOf({ type, shape }: Pick<ArrayPlace, 'type' | 'shape'>): number {
  return bytesOf({ type }) * sizeOf(shape.slice(1));
}

/** Bytes of rows of an array, as they are in its file. */
export interface RowBytes {
  /** @returns bytes that start at a multiple of eight in their buffer, and stay until others are read */
  read(first: number, count: number): Uint8Array;
}

/** What tells that a file is still the one that was looked at. */
export interface FileVersion {
  /** bytes */
  readonly size: number;
  /** milliseconds */
  readonly modified: number;
}

export function versionOf(path: string): FileVersion {
  try {
    const { size, mtimeMs } = statSync(path);
    return { size, modified: mtimeMs };
  } catch (cause) {
    throw fileError(path, cause);
  }
}

/** @throws DataError where a file is another by now: what was learned from it, and its digest, would not be its own */
export function assertUnchanged({ path, version }: Place): void {
  const { size, modified } = versionOf(path);
  if (size === version.size && modified === version.modified) return;
  throw new DataError(`${path} has changed while it was read`, {
    got: `${size} bytes, written ${new Date(modified).toISOString()}`,
    expected: `${version.size} bytes, written ${new Date(version.modified).toISOString()}`,
    remedy: 'Leave it as it is until the run has ended, or start a new run',
  });
}
