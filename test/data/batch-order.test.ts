import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BatchOrder } from '../../src/data/index.ts';
import { permutation, purpose } from '../../src/random/index.ts';

function positions(order: BatchOrder, position: number, count: number): number[] {
  const out = new Int32Array(count);
  order.fill(out, position);
  return Array.from(out);
}

function epochOf(seed: number, epoch: number, count: number): number[] {
  const out = new Uint32Array(count);
  permutation(out, { seed, purpose: purpose.dataOrder, step: epoch, replica: 0, layer: 0, example: 0 });
  return Array.from(out);
}

describe('BatchOrder', () => {
  it('is, at position p, element p mod N of the permutation of epoch floor(p / N), wherever one looks', () => {
    const ranges = fc.array(fc.tuple(fc.nat(200), fc.nat(60)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.maxSafeInteger().map(Math.abs), fc.integer({ min: 1, max: 30 }), ranges, (seed, count, asked) => {
        const order = new BatchOrder(seed, count);
        for (const [start, length] of asked) {
          const expected = Array.from({ length }, (_, i) => {
            const p = start + i;
            return epochOf(seed, Math.floor(p / count), count)[p % count];
          });
          expect(positions(order, start, length)).toEqual(expected);
        }
      }),
    );
  });

  it('shows each example once per epoch over all replicas, and another order in each epoch', () => {
    const count = 1000;
    const replicas = 3;
    const batch = 7;
    const seen = new Uint32Array(count);
    const stepExamples = replicas * batch;
    const parts = Array.from({ length: replicas }, () => new BatchOrder(5, count));
    for (let step = 0; step * stepExamples < 2 * count; step++) {
      parts.forEach((order, replica) => {
        const start = step * stepExamples + replica * batch;
        positions(order, start, batch).forEach((index, i) => {
          if (start + i < 2 * count) seen[index]++;
        });
      });
    }
    expect(new Set(seen)).toEqual(new Set([2]));
    expect(epochOf(5, 0, count)).not.toEqual(epochOf(5, 1, count));
  });

  it('is the same for ever: a change would alter every run', () => {
    expect(positions(new BatchOrder(7, 10), 0, 20)).toMatchInlineSnapshot(`
      [
        4,
        8,
        5,
        7,
        2,
        6,
        9,
        0,
        1,
        3,
        1,
        4,
        0,
        8,
        7,
        3,
        5,
        6,
        9,
        2,
      ]
    `);
  });

  it('reaches the last epoch that a key can name', () => {
    const order = new BatchOrder(1, 4);
    expect(positions(order, 4 * (2 ** 32 - 1), 4)).toEqual(epochOf(1, 2 ** 32 - 1, 4));
    expect(() => positions(order, 4 * 2 ** 32, 1)).toThrow(/4294967296/);
    expect(positions(order, 0, 4)).toEqual(epochOf(1, 0, 4));
  });

  it('refuses data sets without examples, and positions that are none', () => {
    expect(() => new BatchOrder(1, 0)).toThrowErrorMatchingInlineSnapshot(
      `[DataError: a data set cannot be put in order: got 0 examples, expected 1 to 2147483647]`,
    );
    expect(() => positions(new BatchOrder(1, 3), -1, 1)).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: no such position in the data order: got -1, expected a non-negative integer]`,
    );
    expect(() => positions(new BatchOrder(1, 3), 0.5, 1)).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: no such position in the data order: got 0.5, expected a non-negative integer]`,
    );
  });
});
