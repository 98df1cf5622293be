/** The one way in which files of a run folder, and small files that a user names, are read: never before they were looked at. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** Bytes, of what has no reason to be larger. */
const smallFile = 2 ** 24;

/** Of files that grow with the steps of a run. */
export const longFile = 400 * 2 ** 20;

/**
 * A regular file, whole. A pipe, a device, a socket or a folder in its place is refused at once, and no more is read than it
 * may have, whatever it says of its size.
 * @throws Error with a code: that of the system, ENOTFILE for what is no file, EFBIG for what is too large
 */
export function readRegular(path: string, most: number = smallFile): Buffer {
  return inRegular(path, (file, size) => {
    if (size > most) throw failure('EFBIG', `${path} has ${size} bytes, where at most ${most} are read`);
    // files of /proc say that they have none
    return readFrom(file, null, size === 0 ? Math.min(most, 2 ** 16) : size);
  });
}

/**
 * The last bytes of a regular file, or all of a shorter one.
 * @throws Error with a code: that of the system, ENOTFILE for what is no file
 */
export function readEnd(path: string, most: number): Buffer {
  return inRegular(path, (file, size) => readFrom(file, Math.max(0, size - most), Math.min(size, most)));
}

function inRegular(path: string, read: (file: number, size: number) => Buffer): Buffer {
  // without O_NONBLOCK a pipe waits for somebody who writes
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const status = fstatSync(file);
    if (!status.isFile()) {
      const kind = status.isDirectory() ? 'a folder' : status.isFIFO() ? 'a pipe' : 'a device';
      throw failure('ENOTFILE', `${path} is ${kind}, no file`);
    }
    return read(file, status.size);
  } finally {
    closeSync(file);
  }
}

/** @param place of the first byte; null: on from where it was */
function readFrom(file: number, place: number | null, count: number): Buffer {
  const bytes = Buffer.allocUnsafe(count);
  let done = 0;
  while (done < count) {
    const read = readSync(file, bytes, done, count - done, place === null ? null : place + done);
    if (read === 0) break;
    done += read;
  }
  return bytes.subarray(0, done);
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
