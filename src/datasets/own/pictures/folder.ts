/** A folder with a folder of pictures per class. */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { columnOfCells, type NumberArray, type Table } from '../../../data/index.ts';
import { DataError } from '../../../errors/index.ts';
import { sizeOf } from '../../../graph/index.ts';
import { fileError, memoryBytes, readBytes, sharedBytes, withFile } from '../../readers/bytes.ts';
import type { PictureHeader } from './jpeg.ts';
import { pictureEndings, readPicture, readPictureHeader } from './picture.ts';

export const className = 'class';

export interface PictureFolder {
  readonly inputs: NumberArray;
  /** one column, the names of the classes */
  readonly targets: Table;
  /** of the pictures' paths and bytes, in their order */
  readonly sha256: string;
}

/**
 * Reads all pictures of a folder. Classes are its folders, in the order of their names, pictures in that of theirs.
 * @throws DataError where there are none, or one has another size than the first
 */
export async function readPictureFolder(folder: string, warn?: (line: string) => void): Promise<PictureFolder> {
  const classes = entriesOf(folder).filter((entry) => entry.isFolder);
  const files = classes.flatMap(({ name }) => {
    const pictures = picturesIn(join(folder, name));
    if (pictures.length === 0) warn?.(`${join(folder, name)} holds no pictures`);
    return pictures.map((path) => ({ path, class: name }));
  });
  if (files.length === 0) {
    throw new DataError(`${folder} holds no pictures in folders of classes`, {
      got: classes.length === 0 ? 'no folder' : `the folders ${classes.map((own) => own.name).join(', ')}`,
      expected: 'a folder per class with .png or .jpg files in it',
      remedy: 'Check the path; train and test folders are given one by one',
    });
  }
  const paths = files.map((file) => file.path);
  const { data, shape, sha256 } = await readPictures(folder, paths, null, warn);
  const places = { unit: 'picture', of: (row: number) => paths[row] } as const;
  const column = columnOfCells(className, files.length, (row) => files[row].class);
  return {
    inputs: { name: folder, array: null, shape: [files.length, ...shape], data, places },
    targets: { name: folder, count: files.length, columns: [column], places },
    sha256,
  };
}

interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
}

/** Without hidden ones, by their names' code units. */
function entriesOf(folder: string): Entry[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.name.startsWith('.'))
      .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (cause) {
    throw fileError(folder, cause);
  }
}

export function picturesIn(folder: string): string[] {
  return entriesOf(folder)
    .filter((entry) => !entry.isFolder && pictureEndings.has(extname(entry.name).toLowerCase()))
    .map((entry) => join(folder, entry.name));
}

/**
 * Pictures of one size, one after the other.
 * @param name for messages
 * @param wanted [height, width, channels]; null: as the first is, in colour where one is
 * @returns data [pictures, height, width, channels], on a SharedArrayBuffer
 */
export async function readPictures(
  name: string,
  paths: readonly string[],
  wanted: readonly number[] | null,
  warn?: (line: string) => void,
): Promise<{ readonly data: Uint8Array; readonly shape: readonly number[]; readonly sha256: string }> {
  const headers = paths.map((path) => withFile(path, readPictureHeader));
  const shape = wanted ?? commonShape(paths, headers);
  const clear = headers.filter((header) => header.hasAlpha).length;
  if (clear > 0) warn?.(`${name}: the transparency of ${clear} of ${paths.length} pictures is left away`);
  const size = sizeOf(shape);
  const hash = createHash('sha256');
  let data: Uint8Array | null = null;
  for (const [i, path] of paths.entries()) {
    const bytes = withFile(path, (file) => readBytes(file, 0, file.length));
    hash.update(`${path.slice(name.length)}\0${bytes.length}\0`).update(bytes);
    const picture = await readPicture(memoryBytes(path, bytes), shape);
    // Only now: a header that lies about the size ended above.
    data ??= sharedBytes(name, paths.length * size);
    data.set(picture, i * size);
  }
  return { data: data ?? new Uint8Array(0), shape, sha256: hash.digest('hex') };
}

function commonShape(paths: readonly string[], headers: readonly PictureHeader[]): readonly number[] {
  const [{ width, height }] = headers;
  const other = headers.findIndex((header) => header.width !== width || header.height !== height);
  if (other >= 0) {
    throw new DataError(`${paths[other]} has another size than ${paths[0]}`, {
      got: `${headers[other].width}x${headers[other].height} pixels`,
      expected: `${width}x${height}`,
      remedy: 'Cut or scale all pictures to one size',
    });
  }
  return [height, width, headers.some((header) => header.channels === 3) ? 3 : 1];
}
