/** Arrays that stay in their file: rows of them when they are asked for. */
import { closeSync } from 'node:fs';
import type { NumberKind, StoredNumbers } from '../../../data/index.ts';
import { fileBytes, openFile } from '../../readers/bytes.ts';
import { numbersOf, numpyType, swap } from '../../readers/numpy-types.ts';
import { openHdf5Rows } from './hdf5-rows.ts';
import { type ArrayPlace, assertUnchanged, bytesOf, type PlainPlace, type RowBytes, rowBytesOf } from './place.ts';

/** An array in a file, open for reading; it is closed when nobody holds it any more. */
export interface FileNumbers extends StoredNumbers {
  readonly place: ArrayPlace;
}

export function isFileNumbers(data: object): data is FileNumbers {
  return 'place' in data;
}

/** @throws DataError where the file cannot be opened */
export function openNumbers(place: ArrayPlace): FileNumbers {
  const rows = place.kind === 'plain' ? openPlainRows(place) : openHdf5Rows(place);
  const { type, isBig } = place;
  const numpy = numpyType(`<${type}`);
  if (numpy === null) throw new RangeError(`no type of NumPy: ${type}`);
  return {
    place,
    kind: kindOf(type),
    read(first, count) {
      assertUnchanged(place);
      const bytes = rows.read(first, count);
      if (isBig) swap(bytes, bytesOf(place));
      return numbersOf(numpy, bytes);
    },
  };
}

function kindOf(type: string): NumberKind {
  if (type === 'u1') return 'bytes';
  return type.startsWith('f') ? 'reals' : 'integers';
}

const closing = new FinalizationRegistry<number>((file) => closeSync(file));

function openPlainRows(place: PlainPlace): RowBytes {
  const { path, offset } = place;
  const rowBytes = rowBytesOf(place);
  const file = openFile(path);
  const source = fileBytes(path, file);
  let room = new Uint8Array(0);
  const rows: RowBytes = {
    read(first, count) {
      if (room.length < count * rowBytes) room = new Uint8Array(count * rowBytes);
      const bytes = room.subarray(0, count * rowBytes);
      source.readInto(bytes, offset + first * rowBytes);
      return bytes;
    },
  };
  closing.register(rows, file);
  return rows;
}
