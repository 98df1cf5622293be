import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryBytes } from '../../src/datasets/readers/bytes.ts';
import { readIdx } from '../../src/datasets/readers/idx.ts';
import { idx } from './fixtures.ts';

const read = (bytes: Uint8Array, dimensions = 3) => readIdx(memoryBytes('images', bytes), dimensions);

describe('readIdx', () => {
  it('gives back what was written, on shared memory', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5), { minLength: 1, maxLength: 3 }), fc.nat(255), (shape, start) => {
        const size = shape.reduce((product, dimension) => product * dimension, 1);
        const data = Uint8Array.from({ length: size }, (_, i) => start + 7 * i);
        const array = read(idx(shape, data), shape.length);
        expect(array.shape).toEqual(shape);
        expect(array.data).toEqual(data);
        expect(array.data.buffer).toBeInstanceOf(SharedArrayBuffer);
      }),
    );
  });

  const file = idx([2, 2, 3], new Uint8Array(12));

  it('refuses other magic numbers', () => {
    expect(() => read(file, 1)).toThrowErrorMatchingInlineSnapshot(
      `[DataError: images is not the IDX file it should be: got magic number 0x00000803, expected 0x00000801 (unsigned bytes, 1 dimension). Check that images and labels have not changed places, and fetch or copy the file again]`,
    );
    expect(() => read(new TextEncoder().encode('<html>'))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: images is not the IDX file it should be: got magic number 0x3c68746d, expected 0x00000803 (unsigned bytes, 3 dimensions). Check that images and labels have not changed places, and fetch or copy the file again]`,
    );
    expect(() => read(new Uint8Array([0, 0]))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: images is not the IDX file it should be: got 2 bytes, expected 0x00000803 (unsigned bytes, 3 dimensions). Check that images and labels have not changed places, and fetch or copy the file again]`,
    );
  });

  it('refuses files that are not as long as they declare', () => {
    expect(() => read(file.subarray(0, 10))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: images is truncated: got 10 bytes, expected a header of 16. Fetch or copy it again]`,
    );
    expect(() => read(file.subarray(0, 20))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: images is truncated: got 20 bytes, expected 28 (2x2x3 and a header of 16). Fetch or copy it again]`,
    );
    expect(() => read(new Uint8Array([...file, 0]))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: images is longer than it declares: got 29 bytes, expected 28 (2x2x3 and a header of 16). Fetch or copy it again]`,
    );
  });

  it('refuses a size that no file can have, before it is allocated', () => {
    const huge = idx([0xffff_ffff, 0xffff_ffff, 0xffff_ffff], new Uint8Array(12));
    expect(() => read(huge)).toThrowErrorMatchingInlineSnapshot(
      `[DataError: images is truncated: got 28 bytes, expected 7.9228162458924105e+28 (4294967295x4294967295x4294967295 and a header of 16). Fetch or copy it again]`,
    );
  });
});
