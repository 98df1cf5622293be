import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { encode } from 'fast-png';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DatasetName, type Labels, loadDataset } from '../../src/datasets/index.ts';
import type { ImageSet } from '../../src/data/index.ts';
import { writeArrays } from '../../src/datasets/sets/array-files.ts';
import {
  binaries,
  binaryBatch,
  images,
  json,
  pickle,
  pickledArray,
  pickledBatch,
  pickles,
  picture,
  pictures,
  testImages,
  trainImages,
} from './cifar-fixtures.ts';
import { enterTemporaryFolder, npy, npz, writeFolder } from './fixtures.ts';

let leave: () => void;
beforeEach(() => {
  leave = enterTemporaryFolder();
});
afterEach(() => leave());

const load = (path: string, name: DatasetName = 'cifar10', labels: Labels = 'fine') =>
  loadDataset({ name, path, labels });

/** The error's line, whenever it comes. */
async function refused(path: string, name: DatasetName = 'cifar10', labels: Labels = 'fine'): Promise<string> {
  try {
    const { train, test } = await load(path, name, labels);
    return `read: ${train.count} and ${test.count} images`;
  } catch (error) {
    return String(error);
  }
}

function expectSet(
  set: ImageSet,
  { interleaved, labels }: Pick<ReturnType<typeof images>, 'interleaved' | 'labels'>,
): void {
  expect(set).toMatchObject({ count: labels.length, height: 32, width: 32, channels: 3 });
  expect(Buffer.compare(set.images, interleaved)).toBe(0);
  expect([...set.labels]).toEqual(labels);
  expect(set.images.buffer).toBeInstanceOf(SharedArrayBuffer);
}

const forms = { pickles, binaries, pictures };

describe('CIFAR-10', () => {
  it.each(Object.entries(forms))('from its %s', async (_, files) => {
    writeFolder('set', files());
    const { train, test, classes, name, source } = await load('set');
    expect({ classes, name, source }).toEqual({ classes: 10, name: 'cifar10', source: 'set' });
    expectSet(train, trainImages);
    expectSet(test, testImages);
  });

  it('from the folder in which an archive puts them', async () => {
    writeFolder('downloads/cifar-10-batches-py', pickles());
    expectSet((await load('downloads')).test, testImages);
  });

  it('from the IDX files that a fetch leaves, the same', async () => {
    writeFolder('set', pickles());
    mkdirSync('idx');
    writeArrays(await load('set'), 'idx');
    expect(readdirSync('idx')).toEqual([
      ...['t10k-images-idx4-ubyte', 't10k-labels-idx1-ubyte', 'train-images-idx4-ubyte', 'train-labels-idx1-ubyte'],
    ]);
    const { train, test } = await load('idx');
    expectSet(train, trainImages);
    expectSet(test, testImages);
  });

  it('from an .npz file as Keras has it, labels in a column', async () => {
    const arrays = ([part, { interleaved, labels }]: readonly [string, typeof testImages]) => ({
      [`x_${part}`]: npy('|u1', [labels.length, 32, 32, 3], interleaved),
      [`y_${part}`]: npy('|u1', [labels.length, 1], Uint8Array.from(labels)),
    });
    writeFileSync('cifar10.npz', npz({ ...arrays(['train', trainImages]), ...arrays(['test', testImages]) }));
    expectSet((await load('cifar10.npz')).train, trainImages);
  });

  it('says what is wrong with its files', async () => {
    const wrong: Record<string, Record<string, Uint8Array>> = {
      nothing: {},
      incomplete: { ...pickles(), other: new Uint8Array(3) },
      truncated: { ...binaries(), 'data_batch_3.bin': binaries()['data_batch_3.bin']!.subarray(1) },
      torn: { ...pickles(), data_batch_2: pickles()['data_batch_2']!.subarray(0, 500) },
      unlabelled: { ...pickles(), test_batch: pickle({ data: pickledArray([1, 3072], new Uint8Array(3072)) }) },
      short: { ...pickles(), test_batch: pickledBatch(testImages, { labels: [1, 2] }) },
      large: { ...pickles(), test_batch: pickledBatch(testImages, { labels: [1, 2, 10] }) },
      grey: { ...pickles(), test_batch: pickle({ data: pickledArray([1, 1024], new Uint8Array(1024)) }) },
      textual: { ...pickles(), test_batch: pickle({ data: ['N'] }) },
      wordy: { ...pictures(), 'train_lables.json': Buffer.from('["cat"]') },
      unfinished: { ...pictures(), 'train_lables.json': Buffer.from('[1,2') },
      few: { ...pictures(), 'train_lables.json': json([1, 2, 3]) },
      corrupt: { ...pictures(), 'data_batch_4.png': picture(images(0, 2)).fill(0, 300, 320) },
      narrow: {
        ...pictures(),
        'data_batch_1.png': encode({ width: 28, height: 1, data: new Uint8Array(84), channels: 3 }),
      },
      pale: {
        ...pictures(),
        'test_batch.png': encode({ width: 1024, height: 1, data: new Uint8Array(1024), channels: 1 }),
      },
    };
    delete wrong['incomplete']!['data_batch_4'];
    const refusals: string[] = [];
    for (const [folder, files] of Object.entries(wrong)) {
      writeFolder(folder, files);
      refusals.push(await refused(folder));
    }
    writeFileSync('cifar-10-python.tar.gz', 'x');
    refusals.push(
      await refused('cifar-10-python.tar.gz'),
      await refused('nowhere'),
      await refused('nothing', 'cifar10', 'coarse'),
    );
    expect(refusals.join('\n')).toMatchInlineSnapshot(`
      "DataError: nothing holds no CIFAR-10: got an empty folder, expected data_batch_1 to data_batch_5 and test_batch (with .bin, .png or without), or train-images-idx4-ubyte and its three companions (.gz or not), or cifar10.npz. Check the path given with --data
      DataError: incomplete lacks a file of the data set: expected data_batch_4. Put it beside the others
      DataError: truncated/data_batch_3.bin is truncated, or another kind of file: got 6145 bytes, expected a multiple of 3073: a label and an image in each record. Fetch or copy it again
      DataError: torn/data_batch_2 is truncated: got 500 bytes, expected at least 6342. Fetch or copy it again
      DataError: unlabelled/test_batch does not hold a batch of CIFAR-10: got a dictionary of "data", expected a dictionary with data and labels. Check that it is the file of this data set
      DataError: short/test_batch and short/test_batch, labels do not belong together: got 3 images and 2 labels, expected as many labels as images
      DataError: large/test_batch, labels has a label out of range: got 10 at index 2, expected 0 to 9. Check that it is the file of this data set
      DataError: grey/test_batch, data does not hold images of CIFAR-10: got shape 1x1024, expected Nx3072. Check that it is the file of this data set
      DataError: textual/test_batch, data is no array of NumPy
      DataError: wordy/train_lables.json does not hold labels: expected a JSON list of integers
      DataError: unfinished/train_lables.json is damaged or truncated: got text that is no JSON. Fetch or copy it again
      DataError: few/data_batch_2.png and few/train_lables.json do not belong together: got 2 images and 1 labels, expected as many labels as images
      DataError: corrupt/data_batch_4.png is damaged: got a wrong checksum of the chunk at byte 33. Fetch or copy it again
      DataError: narrow/data_batch_1.png is not the picture it should be: got 28x1 pixels, colour type 2, 8 bits, expected 1024 pixels a row, RGB (colour type 2) of 8 bits. Check that it is the file of this data set
      DataError: pale/test_batch.png is not the picture it should be: got 1024x1 pixels, colour type 0, 8 bits, expected 1024 pixels a row, RGB (colour type 2) of 8 bits. Check that it is the file of this data set
      DataError: cifar-10-python.tar.gz is an archive: expected the folder that it holds, with the files of CIFAR-10. Unpack it (tar xzf cifar-10-python.tar.gz) and give that folder
      DataError: nowhere does not exist. Check the path given with --data
      UsageError: CIFAR-10 has no coarse labels. Leave --data.labels away: only cifar100 has two kinds"
    `);
  });
});

describe('CIFAR-100', () => {
  const train = images(0, 4, 100);
  const test = images(40, 30, 100);
  const coarse = (fine: readonly number[]) => fine.map((label) => label % 20);
  const python = (set: typeof train) =>
    pickledBatch(set, { fine_labels: set.labels, coarse_labels: coarse(set.labels) });
  const binary = (set: typeof train) => binaryBatch(set, coarse(set.labels), set.labels);

  it.each([
    ['pickles', 'cifar-100-python', { train: python(train), test: python(test) }],
    ['binary version', 'cifar-100-binary', { 'train.bin': binary(train), 'test.bin': binary(test) }],
  ])('from its %s, with either labels', async (_, folder, files) => {
    writeFolder(folder, files);
    const fine = await load('.', 'cifar100');
    expect(fine.classes).toBe(100);
    expectSet(fine.train, train);
    expectSet(fine.test, test);
    const superclasses = await load('.', 'cifar100', 'coarse');
    expect(superclasses.classes).toBe(20);
    expectSet(superclasses.test, { ...test, labels: coarse(test.labels) });
  });

  it('is no CIFAR-10', async () => {
    writeFolder('set', { train: python(train), test: python(test) });
    expect(await refused('set')).toMatchInlineSnapshot(
      `"DataError: set holds no CIFAR-10: got 2 other files, expected data_batch_1 to data_batch_5 and test_batch (with .bin, .png or without), or train-images-idx4-ubyte and its three companions (.gz or not), or cifar10.npz. Check the path given with --data"`,
    );
  });

  it('says where to get it', async () => {
    const { CREDENCE_CACHE } = process.env;
    process.env['CREDENCE_CACHE'] = 'cache';
    try {
      await expect(loadDataset({ name: 'cifar100', path: null })).rejects.toThrowErrorMatchingInlineSnapshot(
        `[DataError: CIFAR-100 is not here, and credence does not fetch it. Get cifar-100-python.tar.gz or cifar-100-binary.tar.gz from https://www.cs.toronto.edu/~kriz/cifar.html, unpack it in cache/cifar100, or pass --data PATH]`,
      );
    } finally {
      if (CREDENCE_CACHE === undefined) delete process.env['CREDENCE_CACHE'];
      else process.env['CREDENCE_CACHE'] = CREDENCE_CACHE;
    }
  });
});
