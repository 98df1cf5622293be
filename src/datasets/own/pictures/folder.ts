/** A folder with a folder of pictures per class. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { columnOfCells, type NumberArray, type Table } from '../../../data/index.ts';
import { DataError } from '../../../errors/index.ts';
import { sizeOf } from '../../../graph/index.ts';
import { memoryBytes, readBytes, sharedBytes, withFile } from '../../readers/bytes.ts';
import { warnIfBlack } from '../../sets/pixels.ts';
import type { PictureHeader } from './jpeg.ts';
import { attempt, isStrict, type LeftOut, listingOf, tellLeftOut, tellUnused, type Tolerance } from './listing.ts';
import { readPicture, readPictureHeader } from './picture.ts';

export const className = 'class';

export interface PictureFolder {
  readonly inputs: NumberArray;
  /** one column, the names of the classes */
  readonly targets: Table;
  /** of the pictures' paths and bytes, in their order */
  readonly sha256: string;
}

/**
 * Reads all pictures of a folder. Classes are its folders, in the order of their names, pictures in that of theirs. What
 * cannot be read is left out and told, unless that takes a class all of its pictures.
 * @throws DataError where there are none, or one has another size than the first
 */
export async function readPictureFolder(folder: string, tolerance: Tolerance = {}): Promise<PictureFolder> {
  const { onWarning: warn } = tolerance;
  const { folders, pictures, others } = listingOf(folder);
  const unused = [...pictures, ...others];
  const files = folders.flatMap((name) => {
    const own = listingOf(join(folder, name));
    unused.push(...own.others, ...own.folders.map((inner) => join(folder, name, inner)));
    if (own.pictures.length === 0) warn?.(`${join(folder, name)} holds no pictures`);
    return own.pictures.map((path) => ({ path, class: name }));
  });
  if (files.length === 0) {
    throw new DataError(`${folder} holds no pictures in folders of classes`, {
      got: folders.length === 0 ? 'no folder' : `the folders ${folders.join(', ')}`,
      expected: 'a folder per class with .png or .jpg files in it',
      remedy: 'Check the path; train and test folders are given one by one',
    });
  }
  tellUnused(folder, unused, warn);
  const read = await readPictures(
    folder,
    files.map((file) => file.path),
    null,
    tolerance,
  );
  const { paths, data, shape, sha256, leftOut } = read;
  const isRead = new Set(paths);
  const kept = files.filter((file) => isRead.has(file.path));
  const keptClasses = new Set(kept.map((file) => file.class));
  const lost = files.find((file) => !keptClasses.has(file.class));
  if (lost) {
    throw new DataError(`${join(folder, lost.class)} holds no picture that can be read`, {
      got: leftOut.find(({ name }) => name === lost.path)?.reason,
      remedy: 'Mend its pictures, or take the folder away',
    });
  }
  const places = { unit: 'picture', of: (row: number) => paths[row] } as const;
  const column = columnOfCells(className, kept.length, (row) => kept[row].class);
  return {
    inputs: { name: folder, array: null, shape: [kept.length, ...shape], data, places },
    targets: { name: folder, count: kept.length, columns: [column], places },
    sha256,
  };
}

interface Pictures {
  /** those that were read */
  readonly paths: readonly string[];
  /** [pictures, height, width, channels], on a SharedArrayBuffer */
  readonly data: Uint8Array;
  readonly shape: readonly number[];
  readonly sha256: string;
  readonly leftOut: readonly LeftOut[];
}

/**
 * Pictures of one size, one after the other.
 * @param name for messages
 * @param wanted [height, width, channels]; null: as the first is, in colour where one is
 * @throws DataError where none can be read; where one has another size than the first, when nothing else says the size
 */
export async function readPictures(
  name: string,
  given: readonly string[],
  wanted: readonly number[] | null,
  tolerance: Tolerance,
): Promise<Pictures> {
  const { onWarning: warn } = tolerance;
  const strict = isStrict(tolerance);
  const leftOut: LeftOut[] = [];
  const usable: { readonly path: string; readonly header: PictureHeader }[] = [];
  for (const path of given) {
    const header = await attempt(path, () => withFile(path, readPictureHeader), strict);
    if ('reason' in header) leftOut.push(header);
    else usable.push({ path, header });
  }
  const shape = wanted ?? (usable.length === 0 ? [0, 0, 0] : commonShape(usable));
  const clear = usable.filter(({ header }) => header.hasAlpha).length;
  if (clear > 0) warn?.(`${name}: the transparency of ${clear} of ${given.length} pictures is left away`);
  const size = sizeOf(shape);
  const hash = createHash('sha256');
  const paths: string[] = [];
  let data: Uint8Array | null = null;
  for (const { path } of usable) {
    const bytes = withFile(path, (file) => readBytes(file, 0, file.length));
    const picture = await attempt(path, () => readPicture(memoryBytes(path, bytes), shape, 'dropped'), strict);
    if ('reason' in picture) {
      leftOut.push(picture);
      continue;
    }
    hash.update(`${path.slice(name.length)}\0${bytes.length}\0`).update(bytes);
    // Only now: a header that lies about the size ended above.
    data ??= sharedBytes(name, usable.length * size);
    data.set(picture, paths.length * size);
    paths.push(path);
  }
  if (data === null) throw new DataError(`${name} holds no picture that can be read`, { got: leftOut[0]?.reason });
  const used = data.subarray(0, paths.length * size);
  tellLeftOut(leftOut, given.length, 'pictures', warn);
  warnIfBlack(name, used, warn);
  return { paths, data: used, shape, sha256: hash.digest('hex'), leftOut };
}

function commonShape(
  pictures: readonly { readonly path: string; readonly header: PictureHeader }[],
): readonly number[] {
  const [first] = pictures;
  const { width, height } = first.header;
  const other = pictures.find(({ header }) => header.width !== width || header.height !== height);
  if (other) {
    throw new DataError(`${other.path} has another size than ${first.path}`, {
      got: `${other.header.width}x${other.header.height} pixels`,
      expected: `${width}x${height}`,
      remedy: 'Cut or scale all pictures to one size',
    });
  }
  return [height, width, pictures.some(({ header }) => header.channels === 3) ? 3 : 1];
}
