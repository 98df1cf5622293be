import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { npyNumbers, readNpy } from '../../src/datasets/readers/npy.ts';
import { errorOf } from '../run/disk.ts';
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
        expect(array.type.descr).toBe(descr);
        expect(Array.from(npyNumbers(array))).toEqual(numbers);
      }),
    );
  });

  it('does not mind the order of the keys, the quotes or the blanks', () => {
    const array = read(npyOfHeader(`{"shape":(2,), "fortran_order" : False,"descr":"|u1"}`, new Uint8Array(2)));
    expect(array).toMatchObject({ shape: [2], type: { descr: '|u1' } });
  });

  it('reads a single number as an array without dimensions', () => {
    expect(read(npy('|u1', [], new Uint8Array([7])))).toMatchObject({ shape: [], data: new Uint8Array([7]) });
  });

  it('reads every type of numbers in either byte order, and in the order of Fortran', () => {
    const values = [0, 1, 2, 3, 4, 5];
    /** Elements of NumPy's types, written big-endian. */
    const writers: Readonly<Record<string, (view: DataView, at: number, value: number) => void>> = {
      b1: (view, at, value) => view.setUint8(at, Number(value > 0)),
      i1: (view, at, value) => view.setInt8(at, -value),
      u1: (view, at, value) => view.setUint8(at, value),
      i2: (view, at, value) => view.setInt16(at, -value),
      u2: (view, at, value) => view.setUint16(at, 300 * value),
      i4: (view, at, value) => view.setInt32(at, -70000 * value),
      u4: (view, at, value) => view.setUint32(at, 4e9 + value),
      i8: (view, at, value) => view.setBigInt64(at, BigInt(-(2 ** 40) * value)),
      u8: (view, at, value) => view.setBigUint64(at, BigInt(2 ** 40 * value)),
      f4: (view, at, value) => view.setFloat32(at, value / 4),
      f8: (view, at, value) => view.setFloat64(at, value / 10),
      // 1, 1.5, 2, 3 ... have their exponent and first binary places in the upper bytes
      f2: (view, at, value) => view.setUint16(at, [0, 0x3c00, 0x4000, 0x4200, 0x4400, 0x4500][value]),
    };
    const expected: Readonly<Record<string, (value: number) => number>> = {
      ...{ b1: (v) => Number(v > 0), i1: (v) => -v + 0, u1: (v) => v, i2: (v) => -v + 0, u2: (v) => 300 * v },
      ...{ i4: (v) => -70000 * v + 0, u4: (v) => 4e9 + v, i8: (v) => -(2 ** 40) * v + 0, u8: (v) => 2 ** 40 * v },
      ...{ f2: (v) => v, f4: (v) => v / 4, f8: (v) => v / 10 },
    };
    for (const [kind, write] of Object.entries(writers)) {
      const width = Number(kind[1]);
      for (const [order, fortran] of [
        ['>', 'False'],
        ['<', 'False'],
        ['>', 'True'],
        ['<', 'True'],
      ] as const) {
        const bytes = new Uint8Array(values.length * width);
        const view = new DataView(bytes.buffer);
        // [2, 3]: in Fortran's order the rows run fastest.
        values.forEach((_, i) => write(view, i * width, fortran === 'True' ? (i % 2) * 3 + Math.floor(i / 2) : i));
        if (order === '<') for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
        const descr = width === 1 ? `|${kind}` : `${order}${kind}`;
        const header = `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': (2, 3), }`;
        const array = read(npyOfHeader(header, bytes));
        expect(
          Array.from(npyNumbers(array), (x) => x + 0),
          `${descr} ${fortran}`,
        ).toEqual(values.map(expected[kind]));
      }
    }
  });

  it('puts arrays of more axes into row-major order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }), (shape) => {
        const size = shape.reduce((product, extent) => product * extent, 1);
        const header = `{'descr': '<i2', 'fortran_order': True, 'shape': (${shape.map((n) => `${n},`).join(' ')}), }`;
        const array = read(npyOfHeader(header, new Uint8Array(Int16Array.from({ length: size }, (_, i) => i).buffer)));
        // Element [i, j, k] of Fortran's order stands at i + n0 (j + n1 k).
        const expectedPlaces = Array.from({ length: size }, (_, at) => {
          let rest = at;
          const index = shape.toReversed().map((extent) => {
            const own = rest % extent;
            rest = Math.floor(rest / extent);
            return own;
          });
          return index.reduce((place, own, axis) => place * shape[shape.length - 1 - axis] + own, 0);
        });
        expect(Array.from(npyNumbers(array))).toEqual(expectedPlaces);
      }),
    );
  });

  it('reads the long integers of Python 2', () => {
    const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (2L, 3L), }`;
    expect(read(npyOfHeader(header, new Uint8Array(6))).shape).toEqual([2, 3]);
    const one = `{'descr': '|u1', 'fortran_order': False, 'shape': (6L,), }`;
    expect(read(npyOfHeader(one, new Uint8Array(6))).shape).toEqual([6]);
  });

  it('refuses types that it does not read, with a remedy only where it loses nothing', () => {
    const refusal = (descr: string) => String(errorOf(() => read(npy(descr, [0], new Uint8Array(0)))));
    const structured = `{'descr': [('a', '<i4'), ('b', '|u1')], 'fortran_order': False, 'shape': (1,), }`;
    expect(
      [
        ...['|O', '<f16', '<c16', '<U5', '<M8[ns]', '<f3', ''].map(refusal),
        String(errorOf(() => read(npyOfHeader(structured, new Uint8Array(5))))),
      ].join('\n'),
    ).toMatchInlineSnapshot(`
      "DataError: mnist.npz, x_train has a data type that is not read: got '|O', expected integers, reals up to 64 bits or truth values. Save it again after array.astype('float64')
      DataError: mnist.npz, x_train has a data type that is not read: got '<f16', expected integers, reals up to 64 bits or truth values. Save it again after array.astype('float64')
      DataError: mnist.npz, x_train has a data type that is not read: got '<c16', expected integers, reals up to 64 bits or truth values
      DataError: mnist.npz, x_train has a data type that is not read: got '<U5', expected integers, reals up to 64 bits or truth values
      DataError: mnist.npz, x_train has a data type that is not read: got '<M8[ns]', expected integers, reals up to 64 bits or truth values
      DataError: mnist.npz, x_train has a data type that is not read: got '<f3', expected integers, reals up to 64 bits or truth values
      DataError: mnist.npz, x_train has a data type that is not read: got '', expected integers, reals up to 64 bits or truth values
      DataError: mnist.npz, x_train has a data type that is not read: got a structured type, expected integers, reals up to 64 bits or truth values. Save its fields as arrays of their own"
    `);
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
