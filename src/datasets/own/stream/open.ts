/** Arrays that stay in their file: rows of them when they are asked for. */
import { closeSync, openSync, readSync } from 'node:fs';
import { DataError } from '../../../errors/index.ts';
import type { NumberKind, StoredNumbers } from '../../../data/index.ts';
import { fileError } from '../../readers/bytes.ts';
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
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (cause) {
    throw fileError(path, cause);
  }
  let room = new Uint8Array(0);
  const rows: RowBytes = {
    read(first, count) {
      if (room.length < count * rowBytes) room = new Uint8Array(count * rowBytes);
      const bytes = room.subarray(0, count * rowBytes);
      readFully(path, file, bytes, offset + first * rowBytes);
      return bytes;
    },
  };
  closing.register(rows, file);
  return rows;
}

function readFully(path: string, file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    let got: number;
    try {
      got = readSync(file, bytes, done, bytes.length - done, position + done);
    } catch (cause) {
      throw fileError(path, cause);
    }
    if (got === 0) {
      throw new DataError(`${path} is truncated`, {
        got: `${position + done} bytes`,
        expected: `at least ${position + bytes.length}`,
        remedy: 'Fetch or copy it again',
      });
    }
    done += got;
  }
}
