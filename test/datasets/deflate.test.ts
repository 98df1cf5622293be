import { deflateRawSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryBytes, readBytes } from '../../src/datasets/readers/bytes.ts';
import { gunzip, inflate, isGzip } from '../../src/datasets/readers/deflate.ts';

const unzip = (bytes: Uint8Array) => gunzip(memoryBytes('labels.gz', bytes));
// Level 0: a length that does not change with the version of zlib.
const zipped = new Uint8Array(
  gzipSync(
    Uint8Array.from({ length: 1000 }, (_, i) => (i * i * i) >> 5),
    { level: 0 },
  ),
);

function withSize(size: number): Uint8Array {
  const bytes = zipped.slice();
  new DataView(bytes.buffer).setUint32(bytes.length - 4, size, true);
  return bytes;
}

describe('gunzip', () => {
  it('gives back what was packed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
        const packed = memoryBytes('file', gzipSync(bytes));
        expect(isGzip(packed)).toBe(true);
        const unpacked = gunzip(packed);
        expect(readBytes(unpacked, 0, unpacked.length)).toEqual(bytes);
      }),
    );
  });

  it('is not tried on what is no gzip file', () => {
    expect(isGzip(memoryBytes('file', new Uint8Array([0x1f])))).toBe(false);
    expect(isGzip(memoryBytes('file', new Uint8Array([0, 0, 8, 3])))).toBe(false);
  });

  it('refuses what is broken or of another size than declared', () => {
    expect(() => unzip(zipped.subarray(0, 10))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: labels.gz is truncated: got 10 bytes, expected a gzip file of at least 18. Fetch or copy it again]`,
    );
    expect(() => unzip(zipped.subarray(0, zipped.length - 30))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: labels.gz is damaged or truncated: got 993 compressed bytes, expected them to unpack to 3011511101, which deflate cannot. Fetch or copy it again]`,
    );
    expect(() => unzip(withSize(999))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: labels.gz is damaged or truncated: got Z_DATA_ERROR, expected 999 bytes of deflate data. Fetch or copy it again]`,
    );
    const crcBroken = zipped.slice();
    crcBroken[zipped.length - 8] ^= 1;
    expect(() => unzip(crcBroken)).toThrowErrorMatchingInlineSnapshot(
      `[DataError: labels.gz is damaged or truncated: got Z_DATA_ERROR, expected 1000 bytes of deflate data. Fetch or copy it again]`,
    );
    expect(() => unzip(new Uint8Array([...zipped, ...zipped]))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: labels.gz unpacks to more than it declares: got more than 1000 bytes, expected 1000. Unpack it with gunzip or unzip and give the unpacked files]`,
    );
  });

  it('refuses a size that deflate cannot reach, and one that is too large, before it is allocated', () => {
    expect(() => unzip(withSize(0xffff_ffff))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: labels.gz is damaged or truncated: got 1023 compressed bytes, expected them to unpack to 4294967295, which deflate cannot. Fetch or copy it again]`,
    );
    const large = new Uint8Array(4_200_000);
    large.set([0x1f, 0x8b]);
    large.fill(0xff, large.length - 4);
    expect(() => unzip(large)).toThrowErrorMatchingInlineSnapshot(
      `[DataError: labels.gz is too large: got 4294967295 bytes, expected at most 2147483648. Cut the data set into a smaller one]`,
    );
  });
});

describe('inflate', () => {
  const packed = deflateRawSync(new Uint8Array(100_000));

  it('stops a bomb at the declared size', () => {
    expect(inflate('entry', packed, 100_000)).toHaveLength(100_000);
    expect(() => inflate('entry', packed, 1000)).toThrowErrorMatchingInlineSnapshot(
      `[DataError: entry unpacks to more than it declares: got more than 1000 bytes, expected 1000. Unpack it with gunzip or unzip and give the unpacked files]`,
    );
  });

  it('refuses a stream that ends early', () => {
    expect(() => inflate('entry', packed, 100_001)).toThrowErrorMatchingInlineSnapshot(
      `[DataError: entry unpacks to less than it declares: got 100000 bytes, expected 100001. Fetch or copy it again]`,
    );
  });
});
