/** Files of all kinds as one: what a user's file holds, before anything is learned from it. */
import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import type { NumberArray, Table } from '../../data/index.ts';
import { DataError } from '../../errors/index.ts';
import { errorCode, fileError, readBytes, withFile, withFileAsync } from '../readers/bytes.ts';
import type { ArrayFile } from './arrays/array-file.ts';
import { withHdf5 } from './arrays/hdf5.ts';
import { npyFilesIn, openNpyFolder } from './arrays/npy-folder.ts';
import { openNpy, openNpz } from './arrays/numpy.ts';
import { type CsvOptions, readCsv } from './csv/read.ts';
import { readParquet } from './parquet/read.ts';
import { isPicture } from './pictures/picture.ts';

export type FileKind = 'csv' | 'parquet' | 'npz' | 'npy' | 'npys' | 'hdf5' | 'picture' | 'folder';

/** What is read of a table or of arrays; pictures have no names to choose from. */
export interface OwnRows {
  readonly inputs:
    | { readonly kind: 'table'; readonly table: Table }
    | { readonly kind: 'array'; readonly array: NumberArray };
  /** null where they are not there, and need not be */
  readonly targets: Table | null;
}

/** By the file's first bytes, for text by its name. */
export function kindOf(path: string): FileKind {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch (cause) {
    throw fileError(path, cause);
  }
  if (isFolder) return npyFilesIn(path).length > 0 ? 'npys' : 'folder';
  const start = withFile(path, (file) => readBytes(file, 0, Math.min(8, file.length)));
  const text = String.fromCharCode(...start);
  if (text.startsWith('PAR1')) return 'parquet';
  if (text.startsWith('\x89HDF')) return 'hdf5';
  if (text.startsWith('\x93NUMPY')) return 'npy';
  if (text.startsWith('PK')) return 'npz';
  if (isPicture(start)) return 'picture';
  if (/\.(csv|tsv|tab|txt)(\.gz)?$/i.test(path)) return 'csv';
  throw new DataError(`${path} is no data file that is read`, {
    got: start.length === 0 ? 'an empty file' : `a file that starts with ${JSON.stringify(text)}`,
    expected:
      '.csv or .tsv (.gz or not), .parquet, .npz, .h5, a folder of .npy files, or one with a folder of pictures per class',
  });
}

/** Reads a table by chunks, unpacked on the way where it is gzip. */
export async function readTableFile(
  path: string,
  kind: 'csv' | 'parquet',
  options: Omit<CsvOptions, 'delimiter'>,
): Promise<Table> {
  if (kind === 'parquet') return withFileAsync(path, (file) => readParquet(file, options.choose));
  const isPacked = withFile(path, (file) => file.length > 2 && readBytes(file, 0, 2).join() === '31,139');
  const delimiter = /\.(tsv|tab)(\.gz)?$/i.test(path) ? '\t' : null;
  return readCsv(path, () => chunksOf(path, isPacked), { ...options, delimiter });
}

const chunkBytes = 2 ** 18;
/** A packed table may unpack to so much, or to so many times its length: a cell of two bytes takes eight in memory. */
const freeBytes = 2 ** 24;
const largestRatio = 64;

async function* chunksOf(path: string, isPacked: boolean): AsyncGenerator<Uint8Array> {
  const file = createReadStream(path, { highWaterMark: chunkBytes });
  try {
    if (!isPacked) return yield* file;
    const unpacked = createGunzip({ chunkSize: chunkBytes });
    file.on('error', (error) => unpacked.destroy(error));
    const most = Math.max(freeBytes, largestRatio * statSync(path).size);
    let length = 0;
    for await (const chunk of file.pipe(unpacked) as AsyncIterable<Uint8Array>) {
      length += chunk.length;
      if (length > most) throw unpacksToTooMuch(path, most);
      yield chunk;
    }
  } catch (cause) {
    const code = errorCode(cause);
    if (!code?.startsWith('Z_')) throw code?.startsWith('E') ? fileError(path, cause) : cause;
    throw new DataError(`${path} is damaged or truncated`, { got: code, remedy: 'Fetch or copy it again', cause });
  } finally {
    file.destroy();
  }
}

function unpacksToTooMuch(path: string, most: number): DataError {
  return new DataError(`${path} unpacks to far more than its length`, {
    got: `over ${most} bytes`,
    expected: `at most ${largestRatio} times its length`,
    remedy: 'Unpack it with gunzip and give the unpacked file',
  });
}

/** Opens a file of arrays, or a folder of them, for `use`. */
export async function withArrayFile<T>(
  path: string,
  kind: 'npz' | 'npy' | 'npys' | 'hdf5',
  use: (file: ArrayFile) => Promise<T>,
): Promise<T> {
  if (kind === 'npys') return use(openNpyFolder(path));
  if (kind === 'hdf5')
    return withHdf5(
      path,
      withFile(path, (file) => file.length),
      use,
    );
  return withFileAsync(path, (file) => use(kind === 'npz' ? openNpz(file) : openNpy(file)));
}

/**
 * Of a file's bytes; of a folder of .npy files, of their names and bytes in order.
 * @returns lower-case hexadecimal
 */
export async function sha256Of(path: string, kind: FileKind): Promise<string> {
  const hash = createHash('sha256');
  for (const name of kind === 'npys' ? npyFilesIn(path) : [null]) {
    if (name !== null) hash.update(`${name}\0`);
    const file = createReadStream(name === null ? path : join(path, name), { highWaterMark: chunkBytes });
    for await (const chunk of file) hash.update(chunk as Uint8Array);
  }
  return hash.digest('hex');
}
