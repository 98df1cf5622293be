import { expect, test } from 'vitest';
import { type NoiseKey, permutation } from '../../src/random/index.ts';
import { chiSquare, chiSquareBound } from './statistics.ts';

const key: NoiseKey = { seed: 3, purpose: 6, step: 0, replica: 0, layer: 0, example: 0 };

function permuted(count: number, epoch = 0, seed = 3): Uint32Array {
  const out = new Uint32Array(count);
  permutation(out, { ...key, seed, step: epoch });
  return out;
}

test.each([0, 1, 2, 3, 10, 1000, 60_000])('%i elements: each once', (count) => {
  const identity = Uint32Array.from({ length: count }, (_, i) => i);
  expect(permuted(count).toSorted()).toEqual(identity);
});

test('the same key gives the same order, whatever was in the array', () => {
  const out = new Uint32Array(1000).fill(17);
  permutation(out, key);
  expect(out).toEqual(permuted(1000));
});

test('the order is part of the file format: a change of the algorithm is seen', () => {
  expect([...permuted(12)].join(' ')).toMatchInlineSnapshot(`"11 4 0 3 7 5 8 6 9 2 1 10"`);
});

test('epochs and seeds differ: as many fixed points as chance has', () => {
  const orders = [permuted(60_000), permuted(60_000, 1), permuted(60_000, 2), permuted(60_000, 0, 4)];
  for (const [i, a] of orders.entries()) {
    for (const b of orders.slice(i + 1)) {
      // the number of places where two permutations agree is Poisson with mean 1: above 12 with probability 6e-11
      const agreements = a.reduce((count, x, place) => count + (x === b[place] ? 1 : 0), 0);
      expect(agreements).toBeLessThan(12);
    }
  }
});

test('all 120 orders of 5 are equally frequent', () => {
  const keys = 60_000;
  const counts = new Map<string, number>();
  for (let epoch = 0; epoch < keys; epoch++) {
    const order = permuted(5, epoch).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(counts.size).toBe(120);
  expect(chiSquare([...counts.values()], keys / 120)).toBeLessThan(chiSquareBound(119, 5));
});

test('every element comes to every place equally often', () => {
  const [count, keys] = [13, 39_000];
  const counts = new Uint32Array(count * count);
  for (let epoch = 0; epoch < keys; epoch++)
    for (const [place, x] of permuted(count, epoch).entries()) counts[place * count + x]++;
  // the table's margins are fixed: (13 - 1)^2 degrees of freedom
  expect(chiSquare(counts, keys / count)).toBeLessThan(chiSquareBound((count - 1) ** 2, 5));
});

test('neighbours in one epoch are not neighbours in the next', () => {
  const n = 60_000;
  const first = permuted(n);
  const place = new Uint32Array(n);
  for (const [i, x] of permuted(n, 1).entries()) place[x] = i;
  // each of the n - 1 pairs is adjacent again with probability 2 / n: Poisson with mean 2, above 14 with 2e-9
  let again = 0;
  for (let i = 1; i < n; i++) if (Math.abs(place[first[i]] - place[first[i - 1]]) === 1) again++;
  expect(again).toBeLessThanOrEqual(14);
});
