import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withHdf5 } from '../../../src/datasets/own/arrays/hdf5.ts';
import { openNpz } from '../../../src/datasets/own/arrays/numpy.ts';
import { memoryBytes } from '../../../src/datasets/readers/bytes.ts';
import { type OwnDataOptions, openOwnData, readOwnInputs } from '../../../src/datasets/index.ts';
import { enterTemporaryFolder, npy, npz } from '../fixtures.ts';
import { defaults, held, made } from './fixtures.ts';

let leave: () => void;
beforeEach(() => {
  leave = enterTemporaryFolder();
});
afterEach(() => leave());

const f32 = (...numbers: number[]) => Float32Array.from(numbers);
const targets = npy('<f8', [4], Float64Array.of(1, 2, 3, 5));

function open(arrays: Readonly<Record<string, Uint8Array>>, options: Partial<OwnDataOptions> = {}) {
  writeFileSync('a.npz', npz(arrays));
  return openOwnData({ ...defaults, path: 'a.npz', target: null, ...options });
}

const range = (count: number) => Float32Array.from({ length: count }, (_, i) => i);

describe('openOwnData, of arrays', () => {
  it('keeps pictures of bytes, grey ones with an axis for their channel', async () => {
    const pixels = Uint8Array.from({ length: 24 }, (_, i) => i);
    const grey = await open({ X: npy('|u1', [4, 3, 2], pixels), y: targets }, { test: [1], standardize: true });
    expect(grey.schema.input).toMatchObject({ shape: [3, 2, 1], dtype: 'u8', array: 'X', shift: null, scale: null });
    expect(grey.train.inputs).toEqual(Uint8Array.from([...pixels.subarray(0, 6), ...pixels.subarray(12)]));
    expect(grey.test?.inputs).toEqual(pixels.slice(6, 12));
    const colour = await open({ images: npy('|u1', [4, 1, 2, 3], pixels), labels: targets });
    expect(colour.train.shape).toEqual([1, 2, 3]);
    expect(colour.train.inputs).toEqual(pixels);
    const warnings: string[] = [];
    const onWarning = (line: string) => void warnings.push(line);
    await open({ x: npy('|u1', [4, 3, 2], new Uint8Array(24).fill(1)), y: targets }, { onWarning });
    await open({ x: npy('|b1', [4, 3, 2], new Uint8Array(24).fill(1)), y: targets }, { onWarning });
    expect(warnings.join('\n')).toMatchInlineSnapshot(
      `"a.npz, x has no pixel above 1, where white is 255: if its pixels were 0 to 1, save them again after (array * 255).round().astype('uint8')"`,
    );
  });

  it('gives signals an axis for their channel, and standardises per channel', async () => {
    const signals = await open({ x: npy('<f4', [4, 3], range(12)), y: targets });
    expect(signals.train.shape).toEqual([3, 1]);
    expect(signals.train.inputs).toEqual(range(12));
    const two = await open({ x: npy('<f4', [4, 3, 2], range(24)), y: targets }, { standardize: true, test: [3] });
    // Channel 0 of the training part: 0, 2, ..., 16 with mean 8 and variance 4 (9^2 - 1) / 12; channel 1 is one more.
    const deviation = Math.sqrt((4 * 80) / 12);
    expect(two.schema.input.shift?.map((mean) => Number(mean.toFixed(12)))).toEqual([8, 9]);
    for (const scale of two.schema.input.scale ?? []) expect(scale).toBeCloseTo(deviation, 12);
    const [scale = 0] = two.schema.input.scale ?? [];
    expect(held(two.train).subarray(0, 3)).toEqual(f32(-8 / scale, -8 / scale, -6 / scale));
    expect(two.test && held(two.test)[0]).toBe(Math.fround(10 / scale));
  });

  it('takes several targets from the columns of an array', async () => {
    const { schema, train } = await open({
      x: npy('<f4', [2, 3], range(6)),
      y: npy('<i4', [2, 2], Int32Array.of(1, 2, 3, 4)),
    });
    expect(schema.target.names).toEqual(['y[0]', 'y[1]']);
    expect(train.targets).toEqual(f32(1, 2, 3, 4));
  });

  it('makes classes of truth values and of texts', async () => {
    const x = npy('<f4', [3, 2], range(6));
    const truth = await open({ x, y: npy('|b1', [3], Uint8Array.of(1, 0, 1)) });
    expect([truth.schema.target.classes, truth.train.targets]).toEqual([['false', 'true'], Int32Array.of(1, 0, 1)]);
    const letters = npy('<U2', [3], Uint32Array.of(98, 0, 97, 99, 98, 0));
    const named = await open({ x, kind: letters }, { target: 'kind' });
    expect([named.schema.target.classes, named.train.targets]).toEqual([['ac', 'b'], Int32Array.of(1, 0, 1)]);
  });

  it('leaves out examples that are not numbers, where asked for', async () => {
    const x = npy('<f4', [3, 2], f32(0, 1, Number.NaN, 3, 4, 5));
    const { train } = await open({ x, y: npy('<f4', [3], f32(1, 2, 3)) }, { missing: 'drop' });
    expect(train.rows).toEqual(Int32Array.of(0, 2));
  });

  it('reads HDF5 as the same arrays', async () => {
    const path = join(made, 'arrays.h5');
    const { schema, train, test } = await openOwnData({ ...defaults, path, target: null, test: [0, 11] });
    expect(schema.input).toMatchObject({ array: 'x', shape: [8, 2], dtype: 'f32' });
    expect(train.inputs).toEqual(
      range(192)
        .map((i) => i / 4)
        .subarray(16, 176),
    );
    expect(test?.targets).toEqual(f32(0, 121));
    const other = { path, target: 'more/kind', inputs: ['more/images'], test: 0 };
    const pictures = await openOwnData({ ...defaults, ...other });
    expect(pictures.train.shape).toEqual([3, 2, 1]);
    expect(pictures.train.inputs).toEqual(Uint8Array.from({ length: 72 }, (_, i) => i));
    expect(pictures.train.targets).toEqual(Int32Array.from({ length: 12 }, (_, i) => i % 3));
    const truth = await openOwnData({ ...defaults, ...other, target: 'more/even' });
    expect(truth.train.targets).toEqual(Int32Array.from({ length: 12 }, (_, i) => 1 - (i % 2)));
  });
});

describe('withHdf5', () => {
  it('reads every numeric type, of either byte order, and truth values', async () => {
    const path = join(made, 'kinds.h5');
    await withHdf5(path, readFileSync(path).length, async (file) => {
      expect(file.names).toHaveLength(13);
      for (const name of file.names) {
        const array = await file.read(name);
        const expected = Array.from({ length: 12 }, (_, i) =>
          name === 'b1' ? Number(i % 3 === 0) : name.includes('i') ? i - 5 : i,
        );
        expect(array.kind === 'numbers' && [...array.data], name).toEqual(expected);
        expect(array.kind === 'numbers' && array.isBoolean).toBe(name === 'b1');
      }
    });
  });
});

describe('openNpz', () => {
  it('reads every numeric type, of either byte order', () => {
    const bytes = (...values: number[]) => Uint8Array.from(values);
    const arrays = {
      b1: npy('|b1', [2], bytes(1, 0)),
      i1: npy('|i1', [2], bytes(255, 1)),
      u2: npy('<u2', [2], bytes(255, 255, 1, 0)),
      i2: npy('>i2', [2], bytes(255, 254, 0, 1)),
      // 1, -2, the smallest number above 0, infinity (IEEE 754 binary16)
      f2: npy('<f2', [4], bytes(0, 0x3c, 0, 0xc0, 1, 0, 0, 0x7c)),
      u4: npy('<u4', [1], bytes(255, 255, 255, 255)),
      i4: npy('>i4', [1], bytes(255, 255, 255, 255)),
      u8: npy('<u8', [1], BigUint64Array.of(2n ** 53n)),
      i8: npy('<i8', [2], BigInt64Array.of(-(2n ** 53n), -1n)),
      f4: npy('<f4', [1], f32(0.5)),
      f8: npy('>f8', [1], bytes(0x3f, 0xb9, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a)),
      S: npy('|S3', [2], bytes(97, 0, 0, 98, 99, 100)),
    };
    const file = openNpz(memoryBytes('a.npz', npz(arrays)));
    const read = Object.fromEntries(
      file.names.map((name) => {
        const array = file.read(name);
        return [name, array.kind === 'texts' ? array.texts : [...array.data]];
      }),
    );
    expect(read).toEqual({
      ...{ b1: [1, 0], i1: [-1, 1], u2: [65535, 1], i2: [-2, 1], f2: [1, -2, 2 ** -24, Infinity] },
      ...{ u4: [2 ** 32 - 1], i4: [-1], u8: [2 ** 53], i8: [-(2 ** 53), -1], f4: [0.5], f8: [0.1], S: ['a', 'bcd'] },
    });
  });
});

describe('readOwnInputs, of arrays', () => {
  it('finds the array by its name, or takes the only one', async () => {
    const x = npy('<f4', [4, 3], range(12));
    const { schema, train } = await open({ x, y: targets }, { standardize: true });
    const all = await readOwnInputs(['a.npz'], schema);
    expect([all.inputs, all.targets]).toEqual([train.inputs, train.targets]);
    writeFileSync('b.npy', npy('<f8', [1, 3], Float64Array.of(0, 1, 2)));
    writeFileSync('c.npz', npz({ other: npy('<i4', [1, 3], Int32Array.of(3, 4, 5)) }));
    const both = await readOwnInputs(['b.npy', 'c.npz'], schema);
    expect(both.inputs).toEqual(held(train).subarray(0, 6));
    expect(both.names).toEqual(['b.npy[0]', 'c.npz[0]']);
  });
});

describe('arrays that do not fit', () => {
  const x = npy('<f4', [4, 3], range(12));
  const refusal = (arrays: Readonly<Record<string, Uint8Array>>, options: Partial<OwnDataOptions> = {}) =>
    open(arrays, options).then(() => 'read', String);

  it('are refused in one line', async () => {
    const lines = [
      await refusal({ x }),
      await refusal({ x, z: targets }),
      await refusal({ a: x, b: x, y: targets }),
      await refusal({ x, y: targets }, { target: 'Yy' }),
      await refusal({ x, y: targets }, { inputs: ['x', 'y'] }),
      await refusal({ x, y: npy('<f4', [3], range(3)) }),
      await refusal({ x: npy('<f4', [2, 1], f32(1, Number.NaN)), y: npy('<f4', [2], range(2)) }),
      await refusal({ x: npy('<f4', [2, 1], f32(1, Infinity)), y: npy('<f4', [2], range(2)) }, { missing: 'drop' }),
      await refusal({ x: npy('<f4', [2, 1], range(2)), y: npy('<f4', [2], f32(1, Number.NaN)) }),
      await refusal({ x: npy('<c8', [1], range(2)), y: targets }),
      await refusal({ x: npy('<f4', [0, 3], range(0)), y: targets }),
      await refusal({ x: npy('<U1', [1], Uint32Array.of(97)), y: npy('<f4', [1], range(1)) }),
    ];
    const { schema } = await open({ x, y: targets });
    writeFileSync('b.npy', npy('<f4', [1, 4], range(4)));
    lines.push(await readOwnInputs(['b.npy'], schema).then(() => 'read', String));
    writeFileSync('b.npz', npz({ a: x, b: x }));
    lines.push(await readOwnInputs(['b.npz'], schema).then(() => 'read', String));
    writeFileSync('b.csv', 'a,b\n1,2\n');
    lines.push(await readOwnInputs(['b.csv'], schema).then(() => 'read', String));
    writeFileSync('a.h5', '\x89HDF\r\n\x1a\n and nothing more', 'latin1');
    lines.push(await openOwnData({ ...defaults, path: 'a.h5' }).then(() => 'read', String));
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "UsageError: a.npz holds a single array: got x, expected inputs and targets. Save both in one file, numpy.savez(file, x=inputs, y=targets), or as x.npy and y.npy in a folder of their own
      UsageError: a.npz does not say which array holds the targets: got x, z, expected one named y, labels, target, targets. Name one of these as the target
      UsageError: a.npz does not say which array holds the inputs: got a, b, expected one named x, inputs, data, images, or the only one beside the targets. Name one of these as the inputs
      UsageError: a.npz has no array Yy: expected one of x, y
      UsageError: inputs of a.npz are one array: got x, y, expected one name
      DataError: a.npz, y does not hold one target per example: got shape 3, expected 4, as there are inputs, or 4 x targets
      DataError: a.npz, x holds numbers that are not finite: got NaN at index 1, 1 of 2, expected finite numbers. Correct them, or choose missing: drop (without these examples)
      DataError: a.npz, x holds numbers that are not finite: got infinity at index 1, 1 of 2, expected finite numbers. Correct them
      DataError: a.npz has missing cells in column y: got 1 of 2, index 1, expected a target in each row. Fill them in, or choose missing: drop (without these rows)
      DataError: a.npz, x has a data type that is not read: got '<c8', expected integers, reals up to 64 bits, truth values or texts
      DataError: a.npz, x holds no examples: got shape 0x3, expected N examples along the first axis
      DataError: a.npz, x holds texts: expected numbers. Name another array as the inputs
      DataError: b.npy does not hold examples as the network expects them: got Nx4x1 (f32), expected Nx3x1 (f32). Cut or scale them as the examples were that it was trained on
      DataError: b.npz has other arrays than the training file: got a, b, expected x
      DataError: b.csv does not have the form of the training data: got a table, expected arrays (.npz, .npy, .h5) or pictures
      DataError: a.h5 is no HDF5 file, or is damaged: got bytes that the HDF5 library cannot open. Fetch or copy it again"
    `);
  });
});
