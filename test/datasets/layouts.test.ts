/** The forms in which people have the sets of images that are known by name, beside the usual ones of load.test.ts. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadDataset } from '../../src/datasets/index.ts';
import { pickle, pickledArray, pickles } from './cifar-fixtures.ts';
import {
  digits,
  enterTemporaryFolder,
  gzipped,
  idx,
  idxFiles,
  npy,
  npyOfHeader,
  npz,
  npzArrays,
  pixels,
  trainCount,
  writeFolder,
} from './fixtures.ts';

let leave: () => void;
beforeEach(() => {
  leave = enterTemporaryFolder();
});
afterEach(() => leave());

const { images, labels } = digits(trainCount);

async function read(path: string, warnings: string[] = []) {
  const dataset = await loadDataset({ name: 'mnist', path, onWarning: (line) => warnings.push(line) });
  return { train: dataset.train, test: dataset.test };
}

async function expectDigits(path: string): Promise<void> {
  const { train, test } = await read(path);
  expect(train.images, path).toEqual(images);
  expect(train.labels, path).toEqual(labels);
  expect(test.images, path).toEqual(digits(10).images);
}

describe('folders of IDX files', () => {
  it('with a folder of the same name beside a file, or around it', async () => {
    const entries = Object.entries(idxFiles());
    for (const [name, bytes] of entries) {
      writeFolder('beside', { [name.replace('-idx', '.idx')]: bytes });
      writeFolder(`beside/${name}`, { [name]: bytes });
      writeFolder(`around/${name}`, { [name]: bytes });
      writeFolder(`packed/${name}.gz`, { [`${name}.gz`]: gzipSync(bytes) });
      writeFolder(`dotted/${name}`, { [name.replace('-idx', '.idx')]: bytes });
      writeFolder('signs', { [name.replaceAll('-', '.').toUpperCase()]: bytes });
      writeFolder('under', { [name.replaceAll('-', '_')]: bytes });
    }
    for (const path of ['beside', 'around', 'packed', 'dotted', 'signs', 'under']) await expectDigits(path);
  });

  it('within a folder that other libraries make', async () => {
    writeFolder('torch/MNIST/raw', { ...idxFiles(), ...gzipped(idxFiles()) });
    writeFolder('torch/FashionMNIST/raw', { 'train-images-idx3-ubyte': new Uint8Array(3) });
    for (const path of ['torch', 'torch/MNIST', 'torch/MNIST/raw']) await expectDigits(path);
    writeFolder('both/FashionMNIST/raw', gzipped(idxFiles()));
    const fashion = await loadDataset({ name: 'fashion-mnist', path: 'both' });
    expect(fashion.train.images).toEqual(images);
  });

  it('whose images have an axis for their channel', async () => {
    writeFolder('axis', { ...idxFiles(), 'train-images-idx3-ubyte': idx([trainCount, 28, 28, 1], images) });
    await expectDigits('axis');
    renameSync('axis/train-images-idx3-ubyte', 'axis/train-images-idx4-ubyte');
    await expectDigits('axis');
  });
});

describe('.npz files', () => {
  const withArrays = (path: string, changed: Readonly<Record<string, Uint8Array>>) =>
    writeFileSync(path, npz({ ...npzArrays(), ...changed }));

  it('whose images have an axis for their channel, first or last', async () => {
    withArrays('last.npz', { x_train: npy('|u1', [trainCount, 28, 28, 1], images) });
    withArrays('first.npz', { x_train: npy('|u1', [trainCount, 1, 28, 28], images) });
    for (const path of ['last.npz', 'first.npz']) await expectDigits(path);
  });

  it('whose entries do not end in .npy, or are no arrays', async () => {
    const entries = { ...npzArrays(), README: new TextEncoder().encode('not an array'), empty: new Uint8Array(0) };
    for (const level of [0, 6] as const) writeFileSync(`${level}.npz`, zipSync(entries, { level }));
    for (const path of ['0.npz', '6.npz']) await expectDigits(path);
  });

  it('of Python 2, and in the order of Fortran', async () => {
    const header = (order: string, shape: string) => `{'descr': '|u1', 'fortran_order': ${order}, 'shape': ${shape}, }`;
    withArrays('long.npz', { x_train: npyOfHeader(header('False', `(${trainCount}L, 28L, 28L)`), images) });
    const turned = images.map((_, i) => images[(i % trainCount) * pixels + Math.floor(i / trainCount)]);
    withArrays('fortran.npz', { x_train: npyOfHeader(header('True', `(${trainCount}, ${pixels})`), turned) });
    for (const path of ['long.npz', 'fortran.npz']) await expectDigits(path);
  });

  it('of every type that holds these pixels: integers, reals, and those divided by 255', async () => {
    const count = images.length;
    const big = <T extends { buffer: ArrayBufferLike; BYTES_PER_ELEMENT: number }>(array: T): Uint8Array => {
      const bytes = new Uint8Array(array.buffer);
      const width = array.BYTES_PER_ELEMENT;
      for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
      return bytes;
    };
    const view = new DataView(new ArrayBuffer(4));
    /** To 16 bits, the last of which is rounded; of numbers from 2^-14 to 2^15, and 0. */
    const half = (x: number): number => {
      view.setFloat32(0, x);
      const bits = view.getUint32(0);
      return x === 0 ? 0 : ((((bits >> 23) & 0xff) - 112) << 10) + Math.round((bits & 0x7fffff) / 8192);
    };
    const arrays: Readonly<Record<string, ArrayBufferView>> = {
      '<i2': Int16Array.from(images),
      '>i2': big(Int16Array.from(images)),
      '<u2': Uint16Array.from(images),
      '>u4': big(Uint32Array.from(images)),
      '<u8': BigUint64Array.from(images, BigInt),
      '>f4': big(Float32Array.from(images, (byte) => byte / 255)),
      '>f8': big(Float64Array.from(images)),
      '<f2': Uint16Array.from(images, half),
      '>f2': big(Uint16Array.from(images, (byte) => half(byte / 255))),
    };
    for (const [descr, array] of Object.entries(arrays)) {
      expect(array.byteLength % count).toBe(0);
      withArrays('typed.npz', { x_train: npy(descr, [trainCount, 28, 28], array) });
      const { train } = await read('typed.npz');
      expect(train.images, descr).toEqual(images);
    }
  });

  it('of truth values, which are black and white', async () => {
    const bits = images.map((byte) => Number(byte > 127));
    withArrays('bool.npz', { x_train: npy('|b1', [trainCount, 28, 28], bits) });
    const warnings: string[] = [];
    const { train } = await read('bool.npz', warnings);
    expect(train.images).toEqual(bits.map((bit) => 255 * bit));
    expect(warnings).toEqual([]);
  });

  it('of pixels that are nearly black, with a warning', async () => {
    const bits = images.map((byte) => Number(byte > 127));
    const shape = [trainCount, 28, 28];
    withArrays('dark.npz', {
      x_train: npy('|u1', shape, bits),
      x_test: npy('<i4', [10, pixels], new Int32Array(7840)),
    });
    writeFolder('dark', { ...idxFiles(), 'train-images-idx3-ubyte': idx(shape, bits) });
    const warnings: string[] = [];
    for (const path of ['dark.npz', 'dark']) await read(path, warnings);
    // Ones and zeros of a type of reals are black and white.
    withArrays('reals.npz', { x_train: npy('<f4', shape, Float32Array.from(bits)) });
    expect((await read('reals.npz', warnings)).train.images).toEqual(bits.map((bit) => 255 * bit));
    expect(warnings.join('\n')).toMatchInlineSnapshot(`
      "dark.npz, x_train has no pixel above 1, where white is 255: if its pixels were 0 to 1, save them again after (array * 255).round().astype('uint8')
      dark.npz, x_test has no pixel above 1, where white is 255: if its pixels were 0 to 1, save them again after (array * 255).round().astype('uint8')
      dark/train-images-idx3-ubyte has no pixel above 1, where white is 255: if its pixels were 0 to 1, save them again after (array * 255).round().astype('uint8')"
    `);
  });

  it('of shapes that do not fit, before anything is unpacked', async () => {
    // A test set is looked at before a training starts, too.
    withArrays('shape.npz', { x_test: npy('|u1', [10, 32, 32], new Uint8Array(10240)) });
    withArrays('count.npz', { y_test: npy('|u1', [9], new Uint8Array(9)) });
    const lines: string[] = [];
    for (const path of ['shape.npz', 'count.npz']) {
      lines.push(await loadDataset({ name: 'mnist', path }).then(() => 'opened', String));
    }
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "DataError: shape.npz, x_test does not hold images of MNIST: got shape 10x32x32, expected Nx28x28. Check that it is the file of this data set
      DataError: count.npz, x_test and count.npz, y_test do not belong together: got 10 images and 9 labels, expected as many labels as images"
    `);
  });
});

describe("CIFAR's pickles", () => {
  it('refuse labels that are no whole numbers', async () => {
    const half = [']', '(', 'G', Uint8Array.of(0x3f, 0xe0, 0, 0, 0, 0, 0, 0), 'e'];
    const batch = pickle({ labels: half, data: pickledArray([1, 3072], new Uint8Array(3072)) });
    mkdirSync('c');
    writeFolder('c', { ...pickles(), test_batch: batch });
    const dataset = await loadDataset({ name: 'cifar10', path: 'c' });
    expect(() => dataset.test).toThrowErrorMatchingInlineSnapshot(
      `[DataError: c/test_batch, labels has a label that is no whole number: got 0.5 at index 0, expected 0 to 9. Check that it is the file of this data set]`,
    );
  });
});
