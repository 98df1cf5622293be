import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ImageDataset, loadDataset } from '../../src/datasets/index.ts';
import { findFashionMnist } from '../../src/datasets/sets/fashion-mnist.ts';
import { fileError } from '../../src/datasets/readers/bytes.ts';
import {
  digits,
  enterTemporaryFolder,
  gzipped,
  idx,
  idxFiles,
  npy,
  npz,
  npzArrays,
  pixels,
  testCount,
  trainCount,
  writeFolder,
} from './fixtures.ts';

let leave: () => void;
beforeEach(() => {
  leave = enterTemporaryFolder();
});
afterEach(() => leave());

const load = (path = 'data', onWarning?: (message: string) => void): Promise<ImageDataset> =>
  loadDataset({ name: 'mnist', path, onWarning });

async function refused(path = 'data'): Promise<string> {
  try {
    const dataset = await load(path);
    return `read ${dataset.train.count} and ${dataset.test.count}`;
  } catch (error) {
    return String(error);
  }
}

async function expectDigits(path: string): Promise<void> {
  const dataset = await load(path);
  expect(dataset).toMatchObject({ name: 'mnist', classes: 10, source: path });
  for (const [part, count] of [
    ['train', trainCount],
    ['test', testCount],
  ] as const) {
    const set = dataset[part];
    expect(set).toMatchObject({ count, height: 28, width: 28, channels: 1, ...digits(count) });
    expect(set.images.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(set.labels.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(dataset[part]).toBe(set);
  }
}

describe('loadDataset', () => {
  it('reads IDX files, by both spellings of their names, gzipped or not', async () => {
    writeFolder('hyphens', idxFiles());
    const dotted = Object.entries(idxFiles()).map(([name, bytes]) => [name.replace('-idx', '.idx'), bytes]);
    writeFolder('dots', Object.fromEntries(dotted));
    writeFolder('zipped', gzipped(idxFiles()));
    writeFolder('dotsZipped', gzipped(Object.fromEntries(dotted)));
    const { 'train-images-idx3-ubyte': images, ...others } = idxFiles();
    writeFolder('mixed', { 'train-images-idx3-ubyte': images, ...gzipped(others) });
    for (const folder of ['hyphens', 'dots', 'zipped', 'dotsZipped', 'mixed']) await expectDigits(folder);
  });

  it('reads what a browser unpacked without taking .gz off the name', async () => {
    writeFolder('data', Object.fromEntries(Object.entries(idxFiles()).map(([name, bytes]) => [`${name}.gz`, bytes])));
    await expectDigits('data');
  });

  it('reads .npz files, compressed or not, by their own path or their folder', async () => {
    writeFileSync('stored.npz', npz(npzArrays(), 0));
    writeFolder('data', { 'mnist.npz': npz(npzArrays()) });
    for (const path of ['stored.npz', 'data', 'data/mnist.npz']) await expectDigits(path);
  });

  it('reads arrays of other types and flattened images where that loses nothing', async () => {
    const { images, labels } = digits(trainCount);
    const y_train = npy('<i8', [trainCount], BigInt64Array.from(labels, BigInt));
    const variants = {
      flat: npy('|u1', [trainCount, pixels], images),
      integers: npy('<i4', [trainCount, 28, 28], Int32Array.from(images)),
      longs: npy('<i8', [trainCount, 28, 28], BigInt64Array.from(images, BigInt)),
      floats: npy('<f4', [trainCount, 28, 28], Float32Array.from(images)),
      fractions: npy(
        '<f4',
        [trainCount, 28, 28],
        Float32Array.from(images, (byte) => byte / 255),
      ),
      doubles: npy(
        '<f8',
        [trainCount, pixels],
        Float64Array.from(images, (byte) => byte / 255),
      ),
    };
    for (const [name, x_train] of Object.entries(variants)) {
      writeFileSync(`${name}.npz`, npz({ ...npzArrays(), x_train, y_train }));
      await expectDigits(`${name}.npz`);
    }
  });

  it('reads Fashion-MNIST from the same formats', async () => {
    writeFolder('data', { 'fashion_mnist.npz': npz(npzArrays()) });
    const dataset = await loadDataset({ name: 'fashion-mnist', path: 'data' });
    expect(dataset).toMatchObject({ name: 'fashion-mnist', train: digits(trainCount) });
  });

  it('finds Fashion-MNIST in the cache folder, and says how to put it there', async () => {
    vi.stubEnv('CREDENCE_CACHE', 'cache');
    const fashion = { name: 'fashion-mnist', path: null } as const;
    await expect(
      findFashionMnist({ environment: { CREDENCE_CACHE: 'cache' } }, 'debian'),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DataError: Fashion-MNIST is not here, and credence does not fetch it. On Debian or Ubuntu, apt-get install dataset-fashion-mnist (it goes to debian); elsewhere get the four .gz files of the repository zalandoresearch/fashion-mnist (its folder data/fashion) and put them into cache/fashion-mnist, or pass --data PATH]`,
    );
    writeFolder('debian', gzipped(idxFiles()));
    expect(await findFashionMnist({ environment: { CREDENCE_CACHE: 'cache' } }, 'debian')).toBe('debian');
    writeFolder('cache/fashion-mnist', gzipped(idxFiles()));
    expect((await loadDataset(fashion)).test.count).toBe(testCount);
    vi.unstubAllEnvs();
  });

  it('does not read the test set before it is asked for', async () => {
    writeFolder('data', idxFiles());
    const dataset = await load();
    rmSync('data/t10k-images-idx3-ubyte');
    expect(dataset.train.count).toBe(trainCount);
    expect(() => dataset.test).toThrowErrorMatchingInlineSnapshot(
      `[DataError: data/t10k-images-idx3-ubyte does not exist. Check the path given with --data]`,
    );
  });

  it('warns where a class has no example', async () => {
    const labels = {
      'train-labels-idx1-ubyte': idx(
        [trainCount],
        Uint8Array.from({ length: trainCount }, (_, i) => i % 8),
      ),
    };
    writeFolder('data', { ...idxFiles(), ...labels });
    const warnings: string[] = [];
    const { train, test } = await load('data', (message) => warnings.push(message));
    expect([train.count, test.count]).toEqual([trainCount, testCount]);
    expect(warnings).toMatchInlineSnapshot(`
      [
        "data/train-labels-idx1-ubyte has no example of classes 8, 9",
      ]
    `);
  });
});

describe('bad paths', () => {
  it('that do not exist, or hold something else', async () => {
    expect(await refused('nowhere')).toMatchInlineSnapshot(
      `"DataError: nowhere does not exist. Check the path given with --data"`,
    );
    mkdirSync('empty');
    expect(await refused('empty')).toMatchInlineSnapshot(
      `"DataError: empty holds no MNIST: got an empty folder, expected train-images-idx3-ubyte and its three companions (.gz or not), or mnist.npz. Check the path given with --data"`,
    );
    writeFolder('photos', { 'a.jpg': new Uint8Array(1), 'b.jpg': new Uint8Array(1) });
    expect(await refused('photos')).toMatchInlineSnapshot(
      `"DataError: photos holds no MNIST: got 2 other files, expected train-images-idx3-ubyte and its three companions (.gz or not), or mnist.npz. Check the path given with --data"`,
    );
    expect(await refused('photos/a.jpg')).toMatchInlineSnapshot(
      `"DataError: photos/a.jpg is no .npz file, or is truncated: got 1 bytes without the end of a ZIP archive. Give an .npz file, or the folder with the IDX files, and fetch or copy it again if it is one"`,
    );
    expect(await refused('photos/a.jpg/deeper')).toMatchInlineSnapshot(
      `"DataError: photos/a.jpg/deeper does not exist. Check the path given with --data"`,
    );
    expect(await refused('/dev/null')).toMatchInlineSnapshot(
      `"DataError: /dev/null cannot be read: got no regular file, expected a file"`,
    );
  });

  it('that may not be read', () => {
    const failure = (code: string) => Object.assign(new Error('failed'), { code });
    expect(fileError('data/x', failure('EACCES'))).toMatchInlineSnapshot(
      `[DataError: data/x may not be read: got EACCES. Give yourself the right to read it]`,
    );
    expect(fileError('data/x', failure('EIO'))).toMatchInlineSnapshot(`[DataError: data/x cannot be read: got EIO]`);
  });

  it('that lack a file, or have a folder in its place', async () => {
    const { 't10k-labels-idx1-ubyte': labels, ...files } = idxFiles();
    writeFolder('data', files);
    expect(await refused()).toMatchInlineSnapshot(
      `"DataError: data lacks a file of the data set: expected t10k-labels-idx1-ubyte, or t10k-labels.idx1-ubyte, t10k-labels-idx1-ubyte.gz, t10k-labels.idx1-ubyte.gz. Put it beside the others"`,
    );
    writeFolder('data/t10k-labels-idx1-ubyte', { labels });
    expect(await refused()).toMatchInlineSnapshot(
      `"DataError: data/t10k-labels-idx1-ubyte cannot be read: got a folder, expected a file"`,
    );
  });

  it('that lack an array', async () => {
    const { y_test: _, ...arrays } = npzArrays();
    writeFolder('data', { 'mnist.npz': npz(arrays) });
    expect(await refused()).toMatchInlineSnapshot(
      `"DataError: data/mnist.npz lacks the array y_test: got x_train, y_train, x_test, expected x_train, y_train, x_test, y_test. Save it with numpy.savez and these names"`,
    );
    writeFolder('data', { 'mnist.npz': npz({}) });
    expect(await refused()).toMatchInlineSnapshot(
      `"DataError: data/mnist.npz lacks the array x_train: got no arrays, expected x_train, y_train, x_test, y_test. Save it with numpy.savez and these names"`,
    );
  });
});

describe('bad IDX files', () => {
  async function withFiles(changed: Record<string, Uint8Array>): Promise<string> {
    writeFolder('data', { ...idxFiles(), ...changed });
    return refused();
  }

  it('images and labels that do not belong together, plain and gzipped', async () => {
    const labels = idx([19], new Uint8Array(19));
    expect(await withFiles({ 'train-labels-idx1-ubyte': labels })).toMatchInlineSnapshot(
      `"DataError: data/train-images-idx3-ubyte and data/train-labels-idx1-ubyte do not belong together: got 20 images and 19 labels, expected as many labels as images"`,
    );
    rmSync('data', { recursive: true });
    writeFolder('data', gzipped({ ...idxFiles(), 'train-labels-idx1-ubyte': labels }));
    expect(await refused()).toMatchInlineSnapshot(
      `"DataError: data/train-images-idx3-ubyte.gz and data/train-labels-idx1-ubyte.gz do not belong together: got 20 images and 19 labels, expected as many labels as images"`,
    );
  });

  it('images of another size', async () => {
    const images = idx([trainCount, 32, 32], new Uint8Array(trainCount * 32 * 32));
    expect(await withFiles({ 'train-images-idx3-ubyte': images })).toMatchInlineSnapshot(
      `"DataError: data/train-images-idx3-ubyte does not hold images of MNIST: got shape 20x32x32, expected Nx28x28. Check that it is the file of this data set"`,
    );
  });

  it('labels out of range', async () => {
    const { labels } = digits(trainCount);
    labels[13] = 10;
    expect(await withFiles({ 'train-labels-idx1-ubyte': idx([trainCount], labels) })).toMatchInlineSnapshot(
      `"DataError: data/train-labels-idx1-ubyte has a label out of range: got 10 at index 13, expected 0 to 9. Check that it is the file of this data set"`,
    );
  });

  it('no examples', async () => {
    const empty = {
      'train-images-idx3-ubyte': idx([0, 28, 28], new Uint8Array(0)),
      'train-labels-idx1-ubyte': idx([0], new Uint8Array(0)),
    };
    expect(await withFiles(empty)).toMatchInlineSnapshot(
      `"DataError: data/train-images-idx3-ubyte is empty: got 0 images, expected at least 1"`,
    );
  });

  it('a test set that is truncated, before training starts', async () => {
    const images = idxFiles()['t10k-images-idx3-ubyte'].subarray(0, 5000);
    writeFolder('data', { ...idxFiles(), 't10k-images-idx3-ubyte': images });
    await expect(load()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DataError: data/t10k-images-idx3-ubyte is truncated: got 5000 bytes, expected 7856 (10x28x28 and a header of 16). Fetch or copy it again]`,
    );
  });
});

describe('bad arrays', () => {
  async function withArrays(changed: Record<string, Uint8Array>): Promise<string> {
    writeFileSync('mnist.npz', npz({ ...npzArrays(), ...changed }));
    return refused('mnist.npz');
  }
  const images = (value: number): Uint8Array =>
    npy('<f4', [trainCount, pixels], new Float32Array(trainCount * pixels).fill(value, 5, 6));

  it('images of the wrong shape', async () => {
    expect(
      await withArrays({ x_train: npy('|u1', [20, 28, 28, 3], new Uint8Array(20 * 28 * 28 * 3)) }),
    ).toMatchInlineSnapshot(
      `"DataError: mnist.npz, x_train does not hold images of MNIST: got shape 20x28x28x3, expected Nx28x28. Check that it is the file of this data set"`,
    );
    expect(await withArrays({ x_train: npy('|u1', [], new Uint8Array(1)) })).toMatchInlineSnapshot(
      `"DataError: mnist.npz, x_train does not hold images of MNIST: got shape of a single number, expected Nx28x28. Check that it is the file of this data set"`,
    );
  });

  it('pixels that are no bytes', async () => {
    expect(await withArrays({ x_train: images(0.3) })).toMatchInlineSnapshot(
      `"DataError: mnist.npz, x_train has a pixel that is no byte: got 0.30000001192092896 at index 5, expected whole numbers 0 to 255, or those divided by 255. Save the images as they were before they were standardised"`,
    );
    expect(await withArrays({ x_train: images(-1) })).toMatchInlineSnapshot(
      `"DataError: mnist.npz, x_train has a pixel that is no byte: got -1 at index 5, expected whole numbers 0 to 255, or those divided by 255. Save the images as they were before they were standardised"`,
    );
    expect(await withArrays({ x_train: images(Number.NaN) })).toMatchInlineSnapshot(
      `"DataError: mnist.npz, x_train has a pixel that is no byte: got NaN at index 5, expected whole numbers 0 to 255, or those divided by 255. Save the images as they were before they were standardised"`,
    );
    const integers = new Int32Array(trainCount * pixels).fill(256, 7, 8);
    expect(await withArrays({ x_train: npy('<i4', [trainCount, pixels], integers) })).toMatchInlineSnapshot(
      `"DataError: mnist.npz, x_train has a pixel that is no byte: got 256 at index 7, expected 0 to 255. Save the images as they were before they were standardised"`,
    );
  });

  it('labels that are no labels', async () => {
    const labels = digits(trainCount).labels;
    // Reals that are whole are labels, others are not.
    expect(await withArrays({ y_train: npy('<f4', [trainCount], Float32Array.from(labels)) })).toBe('read 20 and 10');
    const halves = Float64Array.from(labels, (label) => (label === 3 ? 3.5 : label));
    expect(await withArrays({ y_train: npy('<f8', [trainCount], halves) })).toMatchInlineSnapshot(
      `"DataError: mnist.npz, y_train has a label that is no whole number: got 3.5 at index 3, expected class numbers. Check that it is the array of the labels"`,
    );
    expect(await withArrays({ y_train: npy('|u1', [20, 10], new Uint8Array(200)) })).toMatchInlineSnapshot(
      `"DataError: mnist.npz, y_train does not hold one label per image: got shape 20x10, expected one dimension. Save class numbers, not one-hot vectors"`,
    );
    const negative = npy(
      '<i8',
      [trainCount],
      BigInt64Array.from(labels, (label) => BigInt(label === 4 ? -1 : label)),
    );
    expect(await withArrays({ y_train: negative })).toMatchInlineSnapshot(
      `"DataError: mnist.npz, y_train has a label out of range: got -1 at index 4, expected 0 to 9. Check that it is the file of this data set"`,
    );
    const objects = npy('|O', [trainCount], new Uint8Array(8 * trainCount));
    expect(await withArrays({ y_train: objects })).toMatchInlineSnapshot(
      `"DataError: mnist.npz, y_train has a data type that is not read: got '|O', expected integers, reals up to 64 bits or truth values. Save it again after array.astype('float64')"`,
    );
  });
});
