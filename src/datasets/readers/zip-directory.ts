/**
 * The central directory of a ZIP archive (PKWARE's APPNOTE 6.3), zip64 or not. Every declared offset and size is held against
 * the length of the file before it is used.
 */
import { DataError } from '../../errors/index.ts';
import { type ByteSource, checkSize, readBytes } from './bytes.ts';

const endSignature = 0x0605_4b50;
const endBytes = 22;
const longestComment = 0xffff;
const end64Signature = 0x0606_4b50;
const end64Bytes = 56;
const locator64Signature = 0x0706_4b50;
const locator64Bytes = 20;
/** What stands for a number that is in the zip64 record. */
const elsewhere16 = 0xffff;
const elsewhere32 = 0xffff_ffff;
const extra64 = 1;
const directorySignature = 0x0201_4b50;
const directoryBytes = 46;

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
 * @throws DataError where the source is no ZIP archive, or its directory points out of the file
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
  const endAt = source.length - tailBytes + end;
  const { count, bytes, start, limit } = directoryOf(source, tail, end, endAt);
  if (!(start + bytes <= limit && count * directoryBytes <= bytes)) {
    throw damaged(source, `a directory of ${count} entries in ${bytes} bytes at ${start}`);
  }
  checkSize(source.name, bytes);
  const entries = new Map<string, ZipEntry>();
  const directory = viewOf(readBytes(source, start, bytes));
  for (let i = 0, at = 0; i < count; i++) {
    if (at + directoryBytes > bytes || directory.getUint32(at, true) !== directorySignature) {
      throw damaged(source, `no directory entry ${i} of ${count}`);
    }
    const nameBytes = directory.getUint16(at + 28, true);
    const extraBytes = directory.getUint16(at + 30, true);
    const next = at + directoryBytes + nameBytes + extraBytes + directory.getUint16(at + 32, true);
    if (next > bytes) throw damaged(source, `directory entry ${i} beyond the end`);
    const name = new TextDecoder().decode(new Uint8Array(directory.buffer, at + directoryBytes, nameBytes));
    const extra = new DataView(directory.buffer, at + directoryBytes + nameBytes, extraBytes);
    const sizes = [at + 24, at + 20, at + 42].map((place) => directory.getUint32(place, true));
    const [size, compressedSize, offset] = in64(sizes, extra);
    entries.set(name, {
      ...{ name, size, compressedSize, offset },
      flags: directory.getUint16(at + 8, true),
      method: directory.getUint16(at + 10, true),
      crc: directory.getUint32(at + 16, true),
    });
    at = next;
  }
  return entries;
}

/** Where the directory is, and where it must end: by the last record, or by that of zip64 where it refers to one. */
function directoryOf(source: ByteSource, tail: DataView, end: number, endAt: number) {
  const count = tail.getUint16(end + 10, true);
  const bytes = tail.getUint32(end + 12, true);
  const start = tail.getUint32(end + 16, true);
  const needs64 = count === elsewhere16 || bytes === elsewhere32 || start === elsewhere32;
  const locatorAt = endAt - locator64Bytes;
  const locator = needs64 && locatorAt >= 0 ? viewOf(readBytes(source, locatorAt, locator64Bytes)) : null;
  if (locator?.getUint32(0, true) !== locator64Signature) {
    // Right below the limits, these are the numbers themselves.
    return { count, bytes, start, limit: endAt };
  }
  const at = Number(locator.getBigUint64(8, true));
  if (!(at + end64Bytes <= locatorAt)) throw damaged(source, `the end of a zip64 directory at ${at}`);
  const record = viewOf(readBytes(source, at, end64Bytes));
  if (record.getUint32(0, true) !== end64Signature) throw damaged(source, `no end of a zip64 directory at ${at}`);
  const [count64, bytes64, start64] = [32, 40, 48].map((place) => Number(record.getBigUint64(place, true)));
  return { count: count64, bytes: bytes64, start: start64, limit: at };
}

/** Sizes and offset of an entry: those that do not fit into 32 bits stand in the extra field of zip64, in this order. */
function in64(sizes: readonly number[], extra: DataView): number[] {
  const wide: number[] = [];
  for (let at = 0; at + 4 <= extra.byteLength; at += 4 + extra.getUint16(at + 2, true)) {
    if (extra.getUint16(at, true) !== extra64) continue;
    const end = Math.min(extra.byteLength, at + 4 + extra.getUint16(at + 2, true));
    for (let from = at + 4; from + 8 <= end; from += 8) wide.push(Number(extra.getBigUint64(from, true)));
    break;
  }
  // What should be there and is not, stays larger than any file.
  return sizes.map((size) => (size === elsewhere32 ? (wide.shift() ?? Infinity) : size));
}

export function damaged(source: ByteSource, got: string): DataError {
  return new DataError(`${source.name} is damaged or truncated`, {
    got: `${got} in ${source.length} bytes`,
    remedy: 'Fetch or copy it again',
  });
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
