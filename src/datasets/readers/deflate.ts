/** Deflate and gzip (RFC 1951, 1952) with an output that is known and bounded before a byte of it is allocated. */
import { constants, gunzipSync, inflateRawSync } from 'node:zlib';
import { DataError } from '../../errors/index.ts';
import { type ByteSource, checkSize, errorCode, memoryBytes, readBytes } from './bytes.ts';

/** Deflate makes at most 258 bytes out of two bits, or 1032 out of one byte (zlib's technical notes). */
const largestRatio = 1032;

/**
 * @param size what the archive declares
 * @throws DataError where deflate could never reach that size, or the stream is broken or has another length
 */
export function inflate(name: string, compressed: Uint8Array, size: number): Uint8Array {
  return unpack(name, compressed, size, inflateRawSync);
}

/** So much packed data is looked at first for a beginning; a block may begin with a table longer than that. */
const startBytes = 64;

/**
 * The beginning of what deflate has packed.
 * @param packed bytes of the packed data, from and to
 * @param packedBytes how many there are
 * @returns `length` bytes, fewer only where there are no more
 * @throws DataError where the stream is broken
 */
export function inflateStart(
  name: string,
  packed: (from: number, to: number) => Uint8Array,
  packedBytes: number,
  length: number,
  method: typeof gunzipSync = inflateRawSync,
): Uint8Array {
  // Twice as much, until it is enough: never more than 1032 times what had not been enough.
  for (let taken = startBytes; ; taken *= 2) {
    const isAll = taken >= packedBytes;
    let bytes: Uint8Array;
    try {
      bytes = method(packed(0, taken), { finishFlush: constants.Z_SYNC_FLUSH });
    } catch (cause) {
      throw broken(name, cause, 'deflate data');
    }
    if (bytes.length >= length || isAll) return bytes.subarray(0, length);
  }
}

/** Enough for the header of an IDX file. */
const headerBytes = 64;

export function isGzip(source: ByteSource): boolean {
  if (source.length < 2) return false;
  const [first, second] = readBytes(source, 0, 2);
  return first === 0x1f && second === 0x8b;
}

/**
 * The beginning of what a gzip file unpacks to, as a source of the length that the file declares in its last four bytes.
 * @throws DataError where it is truncated or broken, or deflate could never reach that length
 */
export function gzipStart(source: ByteSource): ByteSource {
  const { name, length } = source;
  if (length < 18) {
    throw new DataError(`${name} is truncated`, {
      got: `${length} bytes`,
      expected: 'a gzip file of at least 18',
      remedy: 'Fetch or copy it again',
    });
  }
  const size = new DataView(readBytes(source, length - 4, 4).buffer).getUint32(0, true);
  checkReach(name, length, size);
  const packed = (from: number, to: number) => readBytes(source, from, Math.min(to, length) - from);
  const start = inflateStart(name, packed, length, Math.min(size, headerBytes), gunzipSync);
  return { ...memoryBytes(name, start), length: size };
}

/**
 * Unpacks a gzip file into memory; one of several members is refused.
 * @param check throws where the beginning (gzipStart) is not what the caller expects, before the rest is unpacked
 * @throws DataError where it is truncated, broken, or of another size than declared
 */
export function gunzip(source: ByteSource, check: (start: ByteSource) => void = () => {}): ByteSource {
  const start = gzipStart(source);
  check(start);
  return memoryBytes(source.name, unpack(source.name, readBytes(source, 0, source.length), start.length, gunzipSync));
}

/**
 * Unpacks by one of zlib's methods.
 * @param size how many bytes must come out
 * @throws DataError where deflate could never reach that size, or the stream is broken or has another length
 */
export function unpack(
  name: string,
  compressed: Uint8Array,
  size: number,
  method: typeof gunzipSync,
  remedy = 'Unpack it with gunzip or unzip and give the unpacked files',
): Uint8Array {
  checkReach(name, compressed.length, size);
  let bytes: Uint8Array;
  try {
    // One piece with a byte to spare: zlib then neither joins pieces nor asks for another.
    bytes = method(compressed, { maxOutputLength: Math.max(1, size), chunkSize: size + 64 });
  } catch (cause) {
    const tooLong = errorCode(cause) === 'ERR_BUFFER_TOO_LARGE';
    if (!tooLong) throw broken(name, cause, `${size} bytes of deflate data`);
    throw new DataError(`${name} unpacks to more than it declares`, {
      got: `more than ${size} bytes`,
      expected: `${size}`,
      remedy,
      cause,
    });
  }
  if (bytes.length !== size) {
    throw new DataError(`${name} unpacks to less than it declares`, {
      got: `${bytes.length} bytes`,
      expected: `${size}`,
      remedy: 'Fetch or copy it again',
    });
  }
  return bytes;
}

/** Whether deflate can make so much of the compressed bytes, and memory hold it. */
function checkReach(name: string, compressed: number, size: number): void {
  if (size > largestRatio * compressed) {
    throw new DataError(`${name} is damaged or truncated`, {
      got: `${compressed} compressed bytes`,
      expected: `them to unpack to ${size}, which deflate cannot`,
      remedy: 'Fetch or copy it again',
    });
  }
  checkSize(name, size);
}

function broken(name: string, cause: unknown, expected: string): DataError {
  return new DataError(`${name} is damaged or truncated`, {
    got: errorCode(cause) ?? String(cause),
    expected,
    remedy: 'Fetch or copy it again',
    cause,
  });
}
