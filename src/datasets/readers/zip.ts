/**
 * Entries of ZIP archives (PKWARE's APPNOTE 6.3), as far as .npz files need them: stored or deflated, not encrypted. Every
 * declared offset and size is held against the length of the file before it is used.
 */
import { crc32 } from 'node:zlib';
import { DataError } from '../../errors/index.ts';
import { type ByteSource, readBytes, sharedBytes } from './bytes.ts';
import { inflate, inflateStart } from './deflate.ts';
import { damaged, viewOf, type ZipEntry } from './zip-directory.ts';

const localSignature = 0x0403_4b50;
const localBytes = 30;
const stored = 0;
const deflated = 8;
const encrypted = 1;

/**
 * An entry's bytes, on a SharedArrayBuffer where the entry is stored and not compressed.
 * @throws DataError where it is encrypted, compressed by another method than deflate, damaged or beyond the file
 */
export function readZipEntry(source: ByteSource, entry: ZipEntry): Uint8Array {
  const { size, compressedSize } = entry;
  const name = `${source.name}, ${entry.name}`;
  const start = startOf(source, entry);
  let bytes: Uint8Array;
  if (entry.method === stored) {
    bytes = sharedBytes(name, size);
    source.readInto(bytes, start);
  } else {
    bytes = inflate(name, readBytes(source, start, compressedSize), size);
  }
  const crc = crc32(bytes);
  if (crc === entry.crc) return bytes;
  throw new DataError(`${name} is damaged`, {
    got: `CRC-32 ${crc.toString(16)}`,
    expected: entry.crc.toString(16),
    remedy: 'Fetch or copy it again',
  });
}

/**
 * The beginning of an entry, without unpacking the rest: `length` bytes, fewer only where the entry has no more.
 * @throws DataError as readZipEntry does, but for what is wrong further on
 */
export function readZipStart(source: ByteSource, entry: ZipEntry, length: number): Uint8Array {
  const start = startOf(source, entry);
  const wanted = Math.min(length, entry.size);
  if (entry.method === stored) return readBytes(source, start, wanted);
  const name = `${source.name}, ${entry.name}`;
  const packed = (from: number, to: number) =>
    readBytes(source, start + from, Math.min(to, entry.compressedSize) - from);
  return inflateStart(name, packed, entry.compressedSize, wanted);
}

/** Where an entry's bytes begin. */
function startOf(source: ByteSource, entry: ZipEntry): number {
  const { method, size, compressedSize } = entry;
  if (entry.flags & encrypted || (method !== stored && method !== deflated)) {
    throw new DataError(`${source.name}, ${entry.name} cannot be unpacked`, {
      got: entry.flags & encrypted ? 'an encrypted entry' : `compression method ${method}`,
      expected: 'stored or deflated, as numpy.savez and numpy.savez_compressed write',
    });
  }
  if (!(entry.offset + localBytes <= source.length)) throw damaged(source, `${entry.name} at ${entry.offset}`);
  const local = viewOf(readBytes(source, entry.offset, localBytes));
  if (local.getUint32(0, true) !== localSignature) {
    throw damaged(source, `no entry ${entry.name} at ${entry.offset}`);
  }
  const start = entry.offset + localBytes + local.getUint16(26, true) + local.getUint16(28, true);
  if (!(start + compressedSize <= source.length) || (method === stored && size !== compressedSize)) {
    throw damaged(source, `${compressedSize} bytes of ${entry.name} at ${start}`);
  }
  return start;
}
