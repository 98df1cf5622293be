/** What readers read from: bytes with a length known beforehand, in a file or in memory. */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { DataError } from '../../errors/index.ts';

export interface ByteSource {
  /** for messages: a path, or an entry of an archive */
  readonly name: string;
  readonly length: number;
  /**
   * Fills `target` with the bytes from `position` on.
   * @throws DataError where the source ends before
   */
  readInto(target: Uint8Array, position: number): void;
}

/** No array of a data file may be longer; what one machine trains on is far below. */
const largestArray = 2 ** 31;

/** Zeros, on a SharedArrayBuffer. Callers hold `length` against the file's first. */
export function sharedBytes(name: string, length: number): Uint8Array {
  checkSize(name, length);
  try {
    return new Uint8Array(new SharedArrayBuffer(length));
  } catch (cause) {
    throw new DataError(`${name} does not fit into memory`, { got: `${length} bytes to hold`, cause });
  }
}

export function checkSize(name: string, length: number): void {
  if (length <= largestArray) return;
  throw new DataError(`${name} is too large`, {
    got: `${length} bytes`,
    expected: `at most ${largestArray}`,
    remedy: 'Cut the data set into a smaller one',
  });
}

export function memoryBytes(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    length: bytes.length,
    readInto(target, position) {
      if (position + target.length > bytes.length) throw endsEarly(name, position + target.length, bytes.length);
      target.set(bytes.subarray(position, position + target.length));
    },
  };
}

export function readBytes(source: ByteSource, position: number, length: number): Uint8Array {
  if (position + length > source.length) throw endsEarly(source.name, position + length, source.length);
  const bytes = new Uint8Array(length);
  source.readInto(bytes, position);
  return bytes;
}

/**
 * Opens a file for `use` and closes it.
 * @throws DataError where it is missing, no regular file, or not readable
 */
export function withFile<T>(path: string, use: (source: ByteSource) => T): T {
  const file = openFile(path);
  try {
    return use(fileBytes(path, file));
  } finally {
    closeSync(file);
  }
}

/** The same for a `use` that takes its time. */
export async function withFileAsync<T>(path: string, use: (source: ByteSource) => Promise<T>): Promise<T> {
  const file = openFile(path);
  try {
    return await use(fileBytes(path, file));
  } finally {
    closeSync(file);
  }
}

/**
 * Opens a file that stays open.
 * @throws DataError as withFile does
 */
export function openFile(path: string): number {
  try {
    // Asked before it is opened: opening a pipe would wait for its writer.
    const status = statSync(path);
    if (status.isFile()) return openSync(path, 'r');
    throw new DataError(`${path} cannot be read`, {
      got: status.isDirectory() ? 'a folder' : 'no regular file',
      expected: 'a file',
    });
  } catch (error) {
    throw error instanceof DataError ? error : fileError(path, error);
  }
}

/** @param file that was opened for reading */
export function fileBytes(path: string, file: number): ByteSource {
  const length = fstatSync(file).size;
  return {
    name: path,
    length,
    readInto(target, position) {
      let done = 0;
      while (done < target.length) {
        let got: number;
        try {
          got = readSync(file, target, done, target.length - done, position + done);
        } catch (cause) {
          throw fileError(path, cause);
        }
        if (got === 0) throw endsEarly(path, position + target.length, position + done);
        done += got;
      }
    },
  };
}

/** A failed call of the file system as an error for people. */
export function fileError(path: string, cause: unknown): DataError {
  const code = errorCode(cause);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new DataError(`${path} does not exist`, { remedy: 'Check the path given with --data', cause });
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new DataError(`${path} may not be read`, { got: code, remedy: 'Give yourself the right to read it', cause });
  }
  return new DataError(`${path} cannot be read`, { got: code ?? String(cause), cause });
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function endsEarly(name: string, needed: number, length: number): DataError {
  return new DataError(`${name} is truncated`, {
    got: `${length} bytes`,
    expected: `at least ${needed}`,
    remedy: 'Fetch or copy it again',
  });
}
