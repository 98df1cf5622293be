import { describe, expect, it } from 'vitest';
import { type ImageSet, type Part, splitImages, splitRows } from '../../src/data/index.ts';
import { permutation, purpose } from '../../src/random/index.ts';
import { errorOf } from '../run/disk.ts';

const rows = (count: number) => Int32Array.from({ length: count }, (_, i) => i);
const split = (count: number, test: Part, validation: Part = 0, seed = 1) =>
  splitRows('a.csv', rows(count), count, { test, validation, seed });
const sorted = (numbers: Iterable<number>) => [...numbers].sort((a, b) => a - b);

describe('splitRows', () => {
  it('tests the first rows of the keyed permutation, and validates the next', () => {
    const order = new Uint32Array(50);
    permutation(order, { seed: 7, purpose: purpose.dataSplit, step: 0, replica: 0, layer: 0, example: 0 });
    const { train, validation, test } = split(50, 0.21, 0.1, 7);
    expect([...(test ?? [])]).toEqual(sorted(order.subarray(0, 11))); // round(10.5)
    expect([...(validation ?? [])]).toEqual(sorted(order.subarray(11, 15))); // round(3.9)
    expect([...train]).toEqual(sorted(order.subarray(15)));
  });

  it('is another one for another seed', () => {
    expect(split(50, 0.2, 0, 1).test).not.toEqual(split(50, 0.2, 0, 2).test);
    expect(split(50, 0.2, 0, 1)).toEqual(split(50, 0.2, 0, 1));
  });

  it('takes rows by name, and validation from the others', () => {
    const { train, validation, test } = split(6, [5, 0], [2]);
    expect([train, validation, test]).toEqual([[1, 3, 4], [2], [0, 5]].map((own) => Int32Array.from(own)));
    const share = split(20, [0, 1, 2, 3], 0.25);
    expect(share.validation).toHaveLength(4);
    expect(share.validation?.some((row) => row < 4)).toBe(false);
    expect(split(5, 0).test).toBeNull();
    expect(split(100, 0.001).test).toHaveLength(1);
  });

  it('leaves out what is not usable', () => {
    const usable = Int32Array.of(1, 2, 4);
    const { train, test } = splitRows('a.csv', usable, 5, { test: [0, 1], validation: 0, seed: 1 });
    expect([train, test]).toEqual([Int32Array.of(2, 4), Int32Array.of(1)]);
  });

  it('is refused where it makes no sense', () => {
    expect(
      [
        errorOf(() => split(5, 1)),
        errorOf(() => split(5, -0.1)),
        errorOf(() => split(5, Number.NaN)),
        errorOf(() => split(5, [1, 5])),
        errorOf(() => split(5, [1, 0.5])),
        errorOf(() => split(5, [1, 2, 1])),
        errorOf(() => split(5, [1], [1])),
        errorOf(() => split(2, 0.5, 0.5)),
        errorOf(() => split(3, [0, 1, 2])),
        errorOf(() => split(3, [])),
      ].join('\n'),
    ).toMatchInlineSnapshot(`
      "UsageError: test: no such share: got 1, expected 0 (none) to below 1
      UsageError: test: no such share: got -0.1, expected 0 (none) to below 1
      UsageError: test: no such share: got NaN, expected 0 (none) to below 1
      UsageError: test: a.csv has no such row: got 5, expected a whole number from 0 to 4
      UsageError: test: a.csv has no such row: got 0.5, expected a whole number from 0 to 4
      UsageError: test: a row is named twice: got 1, expected each row once
      UsageError: validation: a row is named twice: got 1, which is a test row already, expected each row once
      DataError: a.csv leaves no row for training: got 2 rows: 0 / 1 / 1 for training, validation and test, expected at least one in each. Take smaller shares, or more rows
      DataError: a.csv leaves no row for training: got 3 rows: 0 / 0 / 3 for training, validation and test, expected at least one in each. Take smaller shares, or more rows
      DataError: a.csv leaves no row for test: got 3 rows: 3 / 0 / 0 for training, validation and test, expected at least one in each. Take smaller shares, or more rows"
    `);
  });
});

describe('splitImages', () => {
  const set: ImageSet = {
    ...{ count: 20, height: 1, width: 2, channels: 1 },
    images: Uint8Array.from({ length: 40 }, (_, i) => i >> 1),
    labels: Uint8Array.from({ length: 20 }, (_, i) => i),
  };

  it('keeps a share of the images from training, by the seed, each with its label', () => {
    const { train, validation } = splitImages(set, 0.25, 7);
    expect([train.count, validation?.count]).toEqual([15, 5]);
    expect(sorted([...train.labels, ...validation!.labels])).toEqual([...set.labels]);
    for (const { images, labels } of [train, validation!]) {
      expect([...images]).toEqual([...labels].flatMap((label) => [label, label]));
    }
    expect(splitImages(set, 0.25, 7).validation!.labels).toEqual(validation!.labels);
    expect(splitImages(set, 0.25, 8).validation!.labels).not.toEqual(validation!.labels);
  });

  it('leaves the set as it is where nothing is kept', () => {
    expect(splitImages(set, 0, 7)).toEqual({ train: set, validation: null });
  });
});
