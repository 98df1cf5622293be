/** Files of all kinds as one: what a user's file holds, before anything is learned from it. */
import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import type { NumberArray, Table } from '../../data/index.ts';
import { DataError } from '../../errors/index.ts';
import { errorCode, fileError, readBytes, withFile, withFileAsync } from '../readers/bytes.ts';
import { isGzip } from '../readers/deflate.ts';
import type { ArrayFile } from './arrays/array-file.ts';
import { withHdf5 } from './arrays/hdf5.ts';
import { npyFilesIn, openNpyFolder } from './arrays/npy-folder.ts';
import { openNpy, openNpz } from './arrays/numpy.ts';
import { type CsvOptions, readCsv } from './csv/read.ts';
import { readParquet } from './parquet/read.ts';
import { isPicture } from './pictures/picture.ts';

/** A form of files that hold a table. */
interface TableForm {
  readonly kind: 'table';
  /** for messages */
  readonly name: string;
  /** @param start its first bytes, as Latin-1 */
  isForm(start: string, path: string): boolean;
  read(path: string, options: Omit<CsvOptions, 'delimiter'>): Promise<Table>;
}

/** A form of files that hold arrays with names. */
interface ArrayForm {
  readonly kind: 'arrays';
  readonly name: string;
  /** whether rows can be read where they lie */
  readonly canStream: boolean;
  isForm(start: string, path: string): boolean;
  open<T>(path: string, use: (file: ArrayFile) => Promise<T>): Promise<T>;
}

/** Every form of files with numbers or texts in them, a row each. */
const forms: readonly (TableForm | ArrayForm)[] = [
  {
    ...{ kind: 'table', name: 'parquet' },
    isForm: (start) => start.startsWith('PAR1'),
    read: (path, { choose }) => withFileAsync(path, (file) => readParquet(file, choose)),
  },
  {
    ...{ kind: 'arrays', name: 'hdf5', canStream: true },
    isForm: (start) => start.startsWith('\x89HDF'),
    open: (path, use) => withHdf5(path, lengthOf(path), use),
  },
  {
    ...{ kind: 'arrays', name: 'npy', canStream: false },
    isForm: (start) => start.startsWith('\x93NUMPY'),
    open: (path, use) => withFileAsync(path, (file) => use(openNpy(file))),
  },
  {
    ...{ kind: 'arrays', name: 'npz', canStream: false },
    isForm: (start) => start.startsWith('PK'),
    open: (path, use) => withFileAsync(path, (file) => use(openNpz(file))),
  },
  // by its name: text has no beginning of its own
  {
    ...{ kind: 'table', name: 'csv' },
    isForm: (_, path) => /\.(csv|tsv|tab|txt)(\.gz)?$/i.test(path),
    read: readTextTable,
  },
];

/** A folder of .npy files is as one file of arrays. */
const npyFolder: ArrayForm = {
  ...{ kind: 'arrays', name: 'npys', canStream: true },
  isForm: () => false,
  open: (path, use) => use(openNpyFolder(path)),
};

/** Pictures have no names to choose from: one alone, or a folder of them for each class. */
export type FileForm = TableForm | ArrayForm | { readonly kind: 'picture' } | { readonly kind: 'folder' };

/** What is read of a table or of arrays; pictures have no names to choose from. */
export interface OwnRows {
  readonly inputs:
    | { readonly kind: 'table'; readonly table: Table }
    | { readonly kind: 'array'; readonly array: NumberArray };
  /** null where they are not there, and need not be */
  readonly targets: Table | null;
}

/** By the file's first bytes, for text by its name. */
export function formOf(path: string): FileForm {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch (cause) {
    throw fileError(path, cause);
  }
  if (isFolder) return npyFilesIn(path).length > 0 ? npyFolder : { kind: 'folder' };
  const bytes = withFile(path, (file) => readBytes(file, 0, Math.min(8, file.length)));
  if (isPicture(bytes)) return { kind: 'picture' };
  const start = String.fromCharCode(...bytes);
  const form = forms.find((one) => one.isForm(start, path));
  if (form) return form;
  throw new DataError(`${path} is no data file that is read`, {
    got: bytes.length === 0 ? 'an empty file' : `a file that starts with ${JSON.stringify(start)}`,
    expected:
      '.csv or .tsv (.gz or not), .parquet, .npz, .h5, a folder of .npy files, or one with a folder of pictures per class',
  });
}

function lengthOf(path: string): number {
  return withFile(path, (file) => file.length);
}

/** Reads a table of texts by chunks, unpacked on the way where it is gzip. */
function readTextTable(path: string, options: Omit<CsvOptions, 'delimiter'>): Promise<Table> {
  const isPacked = withFile(path, isGzip);
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

/**
 * Of a file's bytes; of a folder of .npy files, of their names and bytes in order.
 * @returns lower-case hexadecimal
 */
export async function sha256Of(path: string, form: FileForm): Promise<string> {
  const hash = createHash('sha256');
  for (const name of form === npyFolder ? npyFilesIn(path) : [null]) {
    if (name !== null) hash.update(`${name}\0`);
    const file = createReadStream(name === null ? path : join(path, name), { highWaterMark: chunkBytes });
    for await (const chunk of file) hash.update(chunk as Uint8Array);
  }
  return hash.digest('hex');
}
