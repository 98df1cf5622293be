import { expect, test } from 'vitest';
import { fillMask, type NoiseKey, philox4x32 } from '../../src/random/index.ts';
import { correlation } from './statistics.ts';

const key: NoiseKey = { seed: 7, purpose: 8, step: 4, replica: 1, layer: 2, example: 0 };
const sigmas = 5;

function mask(examples: number, features: number, keep: number, change: Partial<NoiseKey> = {}): Float32Array {
  const out = new Float32Array(examples * features);
  fillMask(out, { ...key, ...change }, examples, features, keep);
  return out;
}

/** Masks of a half, as the signs -1 and 1. */
function centred(examples: number, features: number, change: Partial<NoiseKey> = {}): Float32Array {
  return mask(examples, features, 0.5, change).map((m) => m - 1);
}

test.each([0.01, 0.3, 0.5, 0.9])('an element is 1 / keep with probability keep = %d, else 0', (keep) => {
  const all = mask(500, 300, keep);
  expect(all.every((m) => m === 0 || m === Math.fround(1 / keep))).toBe(true);
  const share = all.filter((m) => m > 0).length / all.length;
  expect(Math.abs(share - keep)).toBeLessThan(sigmas * Math.sqrt((keep * (1 - keep)) / all.length));
});

test('keep = 1 keeps everything', () => {
  expect(mask(50, 300, 1).every((m) => m === 1)).toBe(true);
});

test.each<[string, Partial<NoiseKey>]>([
  ['the next step', { step: 5 }],
  ['the next layer', { layer: 3 }],
  ['the next replica', { replica: 2 }],
  ['the next seed', { seed: 8 }],
])('no correlation with %s', (_name, change) => {
  const [a, b] = [centred(1000, 300), centred(1000, 300, change)];
  expect(Math.abs(correlation(a, b))).toBeLessThan(sigmas / Math.sqrt(a.length));
});

test('no correlation between neighbouring examples and neighbouring features', () => {
  const features = 200;
  const all = centred(2000, features);
  for (const distance of [1, 4, 16, features]) {
    const r = correlation(all.subarray(0, all.length - distance), all.subarray(distance));
    expect(Math.abs(r)).toBeLessThan(sigmas / Math.sqrt(all.length - distance));
  }
});

test('an example has its mask wherever a slice begins, and a prefix of it in a narrower layer', () => {
  const [features, examples] = [300, 10];
  const all = mask(examples, features, 0.5);
  expect(mask(4, features, 0.5, { example: 6 })).toEqual(all.subarray(6 * features));
  expect(mask(1, 130, 0.5)).toEqual(all.subarray(0, 130));
});

test('every element is the word that keys.ts defines', () => {
  const [features, keep] = [70, 0.4];
  const all = mask(3, features, keep, { example: 5 });
  const words = new Uint32Array(4);
  for (let i = 0; i < 3; i++) {
    for (let f = 0; f < features; f++) {
      const block = 4 * (f >> 4) + (f & 3);
      const counter = Uint32Array.of(block, key.step, (key.layer << 16) | key.replica, (key.purpose << 24) | (5 + i));
      philox4x32(counter, Uint32Array.of(key.seed, 0), words);
      const kept = words[(f >> 2) & 3]! * 2 ** -32 < keep;
      expect(all[i * features + f]).toBe(kept ? Math.fround(1 / keep) : 0);
    }
  }
});

test('masks need an array of their size', () => {
  expect(() => fillMask(new Float32Array(7), key, 2, 4, 0.5)).toThrowErrorMatchingInlineSnapshot(
    `[UsageError: masks do not fit their array: got 7 elements, expected 2 examples x 4 features]`,
  );
});
