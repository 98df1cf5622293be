import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { npyNumbers, readNpy } from '../../src/datasets/readers/npy.ts';
import { npy, npyOfHeader } from './fixtures.ts';

const read = (bytes: Uint8Array) => readNpy('mnist.npz, x_train', bytes);

describe('readNpy', () => {
  it('gives back arrays of every type that is read, in every version', () => {
    const arrays = fc.oneof(
      fc.uint8Array().map((data) => ({ descr: '|u1', data, numbers: Array.from(data) })),
      fc.int32Array().map((data) => ({ descr: '<i4', data, numbers: Array.from(data) })),
      fc.float32Array().map((data) => ({ descr: '<f4', data, numbers: Array.from(data) })),
      fc.float64Array().map((data) => ({ descr: '<f8', data, numbers: Array.from(data) })),
      fc
        .array(fc.maxSafeInteger())
        .map((numbers) => ({ descr: '<i8', data: BigInt64Array.from(numbers.map(BigInt)), numbers })),
    );
    fc.assert(
      fc.property(arrays, fc.constantFrom(1, 2, 3), fc.nat(7), ({ descr, data, numbers }, version, shift) => {
        const file = npy(descr, [1, data.length], data, version);
        const moved = new Uint8Array(file.length + shift).subarray(shift);
        moved.set(file);
        const array = read(moved);
        expect(array.shape).toEqual([1, data.length]);
        expect(array.dtype).toBe(descr);
        expect(Array.from(npyNumbers(array))).toEqual(numbers);
      }),
    );
  });

  it('does not mind the order of the keys, the quotes or the blanks', () => {
    const array = read(npyOfHeader(`{"shape":(2,), "fortran_order" : False,"descr":"|u1"}`, new Uint8Array(2)));
    expect(array).toMatchObject({ shape: [2], dtype: '|u1' });
  });

  it('reads a single number as an array without dimensions', () => {
    expect(read(npy('|u1', [], new Uint8Array([7])))).toMatchObject({ shape: [], data: new Uint8Array([7]) });
  });

  it('refuses types that it does not read', () => {
    for (const descr of ['|O', '>i4', '<U5', '|b1', '<c16']) {
      expect(() => read(npy(descr, [0], new Uint8Array(0))), descr).toThrow(`got '${descr}', expected one of |u1`);
    }
    expect(() => read(npy('|O', [1], new Uint8Array(8)))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: mnist.npz, x_train has a data type that is not read: got '|O', expected one of |u1, <i4, <i8, <f4, <f8. Save it again after array.astype('uint8')]`,
    );
    const structured = `{'descr': [('a', '<i4'), ('b', '|u1')], 'fortran_order': False, 'shape': (1,), }`;
    expect(() => read(npyOfHeader(structured, new Uint8Array(5)))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: mnist.npz, x_train has a data type that is not read: got a structured type, expected one of |u1, <i4, <i8, <f4, <f8. Save it again after array.astype('uint8')]`,
    );
  });

  it('refuses Fortran order', () => {
    const header = `{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }`;
    expect(() => read(npyOfHeader(header, new Uint8Array(6)))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: mnist.npz, x_train is in Fortran order: expected C order. Save it again after numpy.ascontiguousarray(array)]`,
    );
  });

  it("refuses what is none of NumPy's files, and never evaluates", () => {
    expect(() => read(new TextEncoder().encode('PK\x03\x04 and so on'))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: mnist.npz, x_train is no .npy file: got "PK\\u0003\\u0004 a", expected the magic string of NumPy, versions 1 to 3]`,
    );
    expect(() => read(npy('|u1', [1], new Uint8Array(1), 4))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: mnist.npz, x_train is no .npy file: got version 4, expected the magic string of NumPy, versions 1 to 3]`,
    );
    const code = `{'descr': __import__('os'), 'fortran_order': False, 'shape': (1,), }`;
    expect(() => read(npyOfHeader(code, new Uint8Array(1)))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: mnist.npz, x_train has a header that is none of NumPy's: got "{'descr': __import__('os'), 'fortran_order': False, 'shape': (1,), }           …", expected {'descr': ..., 'fortran_order': ..., 'shape': ...}]`,
    );
    const negative = `{'descr': '|u1', 'fortran_order': False, 'shape': (-1,), }`;
    expect(() => read(npyOfHeader(negative, new Uint8Array(1)))).toThrow('has a header that is none of');
  });

  it('refuses files that are not as long as they declare', () => {
    const file = npy('<f4', [2, 3], new Float32Array(6));
    expect(() => read(file.subarray(0, 9))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: mnist.npz, x_train is damaged or truncated: got 9 bytes. Fetch or copy it again]`,
    );
    expect(() => read(file.subarray(0, 40))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: mnist.npz, x_train is damaged or truncated: got a header of 118 bytes in a file of 40. Fetch or copy it again]`,
    );
    expect(() => read(file.subarray(0, file.length - 1))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: mnist.npz, x_train is truncated: got 23 bytes of data, expected 24 (shape 2x3, <f4). Fetch or copy it again]`,
    );
    expect(() => read(new Uint8Array([...file, 0]))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: mnist.npz, x_train is longer than it declares: got 25 bytes of data, expected 24 (shape 2x3, <f4). Fetch or copy it again]`,
    );
    const huge = `{'descr': '|u1', 'fortran_order': False, 'shape': (${'9'.repeat(400)}, 9), }`;
    expect(() => read(npyOfHeader(huge, new Uint8Array(1)))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: mnist.npz, x_train is truncated: got 1 bytes of data, expected Infinity (shape Infinityx9, |u1). Fetch or copy it again]`,
    );
  });
});
