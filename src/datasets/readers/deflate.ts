/** Deflate and gzip (RFC 1951, 1952) with an output that is known and bounded before a byte of it is allocated. */
import { gunzipSync, inflateRawSync } from 'node:zlib';
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

export function isGzip(source: ByteSource): boolean {
  if (source.length < 2) return false;
  const [first, second] = readBytes(source, 0, 2);
  return first === 0x1f && second === 0x8b;
}

/**
 * Unpacks a gzip file into memory. Its last four bytes declare the size; a file of several members is refused.
 * @throws DataError where it is truncated, broken, or of another size than declared
 */
export function gunzip(source: ByteSource): ByteSource {
  const compressed = readBytes(source, 0, source.length);
  if (compressed.length < 18) {
    throw new DataError(`${source.name} is truncated`, {
      got: `${compressed.length} bytes`,
      expected: 'a gzip file of at least 18',
      remedy: 'Fetch or copy it again',
    });
  }
  const size = new DataView(compressed.buffer).getUint32(compressed.length - 4, true);
  return memoryBytes(source.name, unpack(source.name, compressed, size, gunzipSync));
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
  const bound = largestRatio * compressed.length;
  if (size > bound) {
    throw new DataError(`${name} is damaged or truncated`, {
      got: `${compressed.length} compressed bytes`,
      expected: `them to unpack to ${size}, which deflate cannot`,
      remedy: 'Fetch or copy it again',
    });
  }
  checkSize(name, size);
  let bytes: Uint8Array;
  try {
    // One piece with a byte to spare: zlib then neither joins pieces nor asks for another.
    bytes = method(compressed, { maxOutputLength: Math.max(1, size), chunkSize: size + 64 });
  } catch (cause) {
    const tooLong = errorCode(cause) === 'ERR_BUFFER_TOO_LARGE';
    throw new DataError(`${name} ${tooLong ? 'unpacks to more than it declares' : 'is damaged or truncated'}`, {
      got: tooLong ? `more than ${size} bytes` : (errorCode(cause) ?? String(cause)),
      expected: tooLong ? `${size}` : `${size} bytes of deflate data`,
      remedy: tooLong ? remedy : 'Fetch or copy it again',
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
