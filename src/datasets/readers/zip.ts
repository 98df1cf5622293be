/**
 * ZIP archives (PKWARE's APPNOTE 6.3), as far as .npz files need them: a central directory without zip64, entries stored or
 * deflated, not encrypted. Every declared offset and size is held against the length of the file before it is used.
 */
import { crc32 } from 'node:zlib';
import { DataError } from '../../errors/index.ts';
import { type ByteSource, readBytes, sharedBytes } from './bytes.ts';
import { inflate } from './deflate.ts';

const endSignature = 0x0605_4b50;
const endBytes = 22;
const longestComment = 0xffff;
const directorySignature = 0x0201_4b50;
const directoryBytes = 46;
const localSignature = 0x0403_4b50;
const localBytes = 30;
const stored = 0;
const deflated = 8;
const encrypted = 1;

export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly flags: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  /** where the local header starts */
  readonly offset: number;
}

/**
 * The entries by their names.
 * @throws DataError where the source is no ZIP archive, needs zip64, or its directory points out of the file
 */
export function readZipDirectory(source: ByteSource): ReadonlyMap<string, ZipEntry> {
  const tailBytes = Math.min(source.length, endBytes + longestComment);
  const tail = viewOf(readBytes(source, source.length - tailBytes, tailBytes));
  let end = tailBytes - endBytes;
  while (end >= 0 && tail.getUint32(end, true) !== endSignature) end--;
  if (end < 0) {
    throw new DataError(`${source.name} is no .npz file, or is truncated`, {
      got: `${source.length} bytes without the end of a ZIP archive`,
      remedy: 'Give an .npz file, or the folder with the IDX files, and fetch or copy it again if it is one',
    });
  }
  const count = tail.getUint16(end + 10, true);
  const bytes = tail.getUint32(end + 12, true);
  const start = tail.getUint32(end + 16, true);
  if (count === 0xffff || bytes === 0xffff_ffff || start === 0xffff_ffff) {
    throw new DataError(`${source.name} needs zip64`, {
      expected: 'an archive below 4 GiB',
      remedy: 'Save fewer examples, or the images as uint8',
    });
  }
  if (start + bytes > source.length - tailBytes + end || count * directoryBytes > bytes) {
    throw damaged(source, `a directory of ${count} entries in ${bytes} bytes at ${start}`);
  }
  const entries = new Map<string, ZipEntry>();
  const directory = viewOf(readBytes(source, start, bytes));
  for (let i = 0, at = 0; i < count; i++) {
    if (at + directoryBytes > bytes || directory.getUint32(at, true) !== directorySignature) {
      throw damaged(source, `no directory entry ${i} of ${count}`);
    }
    const nameBytes = directory.getUint16(at + 28, true);
    const extraBytes = directory.getUint16(at + 30, true) + directory.getUint16(at + 32, true);
    const next = at + directoryBytes + nameBytes + extraBytes;
    if (next > bytes) throw damaged(source, `directory entry ${i} beyond the end`);
    const name = new TextDecoder().decode(new Uint8Array(directory.buffer, at + directoryBytes, nameBytes));
    entries.set(name, {
      name,
      flags: directory.getUint16(at + 8, true),
      method: directory.getUint16(at + 10, true),
      crc: directory.getUint32(at + 16, true),
      compressedSize: directory.getUint32(at + 20, true),
      size: directory.getUint32(at + 24, true),
      offset: directory.getUint32(at + 42, true),
    });
    at = next;
  }
  return entries;
}

/**
 * An entry's bytes, on a SharedArrayBuffer where the entry is stored and not compressed.
 * @throws DataError where it is encrypted, compressed by another method than deflate, damaged or beyond the file
 */
export function readZipEntry(source: ByteSource, entry: ZipEntry): Uint8Array {
  const { method, size, compressedSize } = entry;
  const name = `${source.name}, ${entry.name}`;
  if (entry.flags & encrypted || (method !== stored && method !== deflated)) {
    throw new DataError(`${name} cannot be unpacked`, {
      got: entry.flags & encrypted ? 'an encrypted entry' : `compression method ${method}`,
      expected: 'stored or deflated, as numpy.savez and numpy.savez_compressed write',
    });
  }
  if (entry.offset + localBytes > source.length) throw damaged(source, `${entry.name} at ${entry.offset}`);
  const local = viewOf(readBytes(source, entry.offset, localBytes));
  if (local.getUint32(0, true) !== localSignature) {
    throw damaged(source, `no entry ${entry.name} at ${entry.offset}`);
  }
  const start = entry.offset + localBytes + local.getUint16(26, true) + local.getUint16(28, true);
  if (start + compressedSize > source.length || (method === stored && size !== compressedSize)) {
    throw damaged(source, `${compressedSize} bytes of ${entry.name} at ${start}`);
  }
  let bytes: Uint8Array;
  if (method === stored) {
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

function damaged(source: ByteSource, got: string): DataError {
  return new DataError(`${source.name} is damaged or truncated`, {
    got: `${got} in ${source.length} bytes`,
    remedy: 'Fetch or copy it again',
  });
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
