/** A folder of .npy files: arrays by the names of their files, as in an .npz that was unpacked. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '../../../errors/index.ts';
import { fileError, withFile } from '../../readers/bytes.ts';
import type { ArrayFile } from './array-file.ts';
import { openNpy } from './numpy.ts';

const ending = '.npy';

/** In the order of their names' code units; none where the folder is of another kind. */
export function npyFilesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(ending) && !name.startsWith('.'))
      .sort();
  } catch (cause) {
    throw fileError(folder, cause);
  }
}

export function openNpyFolder(folder: string): ArrayFile {
  const names = npyFilesIn(folder).map((name) => name.slice(0, -ending.length));
  const fileOf = (array: string): string => {
    if (names.includes(array)) return join(folder, `${array}${ending}`);
    throw new DataError(`${folder} has no array ${array}`);
  };
  return {
    ...{ name: folder, names },
    shape: (array) => withFile(fileOf(array), (file) => openNpy(file).shape('')),
    read: (array) => withFile(fileOf(array), (file) => openNpy(file).read('')),
    placeOf: (array) => withFile(fileOf(array), (file) => openNpy(file).placeOf?.('') ?? null),
  };
}
