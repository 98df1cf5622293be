/** Bounds are 5 standard errors: with the fixed seed a test passes always or never; for a good generator, 6e-7 to fail. */
import { expect, test } from 'vitest';
import { fillNormal, fillUniform, type NoiseKey, philox4x32 } from '../../src/random/index.ts';
import { correlation, erfc, kolmogorovSmirnov, moments, normalCdf } from './statistics.ts';

const key: NoiseKey = { seed: 2026, purpose: 2, step: 1, replica: 0, layer: 0, example: 0 };
const sigmas = 5;

function normals(count: number, change: Partial<NoiseKey> = {}): Float32Array {
  const out = new Float32Array(count);
  fillNormal(out, { ...key, ...change });
  return out;
}

const many = normals(4_000_000);

test('moments', () => {
  const n = many.length;
  const { mean, variance, skewness, kurtosis } = moments(many);
  // standard errors of a normal sample: 1/sqrt(n), sqrt(2/n), sqrt(6/n), sqrt(24/n)
  expect(Math.abs(mean)).toBeLessThan(sigmas / Math.sqrt(n));
  expect(Math.abs(variance - 1)).toBeLessThan(sigmas * Math.sqrt(2 / n));
  expect(Math.abs(skewness)).toBeLessThan(sigmas * Math.sqrt(6 / n));
  expect(Math.abs(kurtosis - 3)).toBeLessThan(sigmas * Math.sqrt(24 / n));
});

test.each([1, 2, 3, 4, 5])('both tails beyond %i standard deviations', (z) => {
  const p = 0.5 * erfc(z / Math.SQRT2);
  const expected = many.length * p;
  // at 5 sigma 1.15 are expected on each side: 5 standard deviations more is 6
  const bound = sigmas * Math.sqrt(expected * (1 - p));
  const above = many.reduce((count, x) => count + (x > z ? 1 : 0), 0);
  const below = many.reduce((count, x) => count + (x < -z ? 1 : 0), 0);
  expect(Math.abs(above - expected)).toBeLessThan(bound);
  expect(Math.abs(below - expected)).toBeLessThan(bound);
});

test('the largest of four million lies where it should, and the definition reaches 6.7', () => {
  const largest = many.reduce((a, x) => Math.max(a, Math.abs(x)), 0);
  // P(no |x| > z) = (1 - erfc(z / sqrt 2))^n is below 1e-6 at z = 4.5 and above 1 - 1e-3 at z = 6.4
  expect(largest).toBeGreaterThan(4.5);
  expect(largest).toBeLessThan(6.4);
  expect(Math.sqrt(-2 * Math.log(2 ** -33))).toBeCloseTo(6.76, 2);
});

test('Kolmogorov-Smirnov', () => {
  const n = 200_000;
  // asymptotically P(sqrt(n) D > x) = 2 exp(-2 x^2), 5.7e-7 (5 sigma) at x = 2.75
  expect(Math.sqrt(n) * kolmogorovSmirnov(many.subarray(0, n), normalCdf)).toBeLessThan(2.75);
  const uniforms = new Float32Array(n);
  fillUniform(uniforms, key);
  expect(Math.sqrt(n) * kolmogorovSmirnov(uniforms, (x) => x)).toBeLessThan(2.75);
});

test('uniforms lie inside (0, 1), with mean 1/2 and variance 1/12', () => {
  const uniforms = new Float32Array(1_000_000);
  fillUniform(uniforms, key);
  const { mean, variance } = moments(uniforms);
  expect(uniforms.every((x) => x > 0 && x < 1)).toBe(true);
  expect(Math.abs(mean - 1 / 2)).toBeLessThan(sigmas * Math.sqrt(1 / 12 / uniforms.length));
  // variance of (x - 1/2)^2: 1/80 - 1/144 = 1/180
  expect(Math.abs(variance - 1 / 12)).toBeLessThan(sigmas * Math.sqrt(1 / 180 / uniforms.length));
});

test.each<[string, Partial<NoiseKey>]>([
  ['the next seed', { seed: 2027 }],
  ['a seed that differs in its high word', { seed: 2026 + 2 ** 32 }],
  ['the next step', { step: 2 }],
  ['the last step', { step: 2 ** 32 - 1 }],
  ['the next replica', { replica: 1 }],
  ['the next layer', { layer: 1 }],
  ['another purpose', { purpose: 5 }],
  ['the next example', { example: 1 }],
  ['layer and replica swapped', { layer: 1, replica: 0 }],
])('no correlation with %s', (_name, change) => {
  const n = 500_000;
  const [a, b] = [many.subarray(0, n), normals(n, change)];
  expect(Math.abs(correlation(a, b))).toBeLessThan(sigmas / Math.sqrt(n));
  // and none between the squares, of variance 2
  const square = (x: number) => (x * x - 1) / Math.SQRT2;
  expect(Math.abs(correlation(a.map(square), b.map(square)))).toBeLessThan(sigmas / Math.sqrt(n));
});

test('replica and layer do not run into each other', () => {
  expect(normals(16, { layer: 1, replica: 0 })).not.toEqual(normals(16, { layer: 0, replica: 1 }));
  expect(normals(16, { layer: 0, replica: 65535 })).not.toEqual(normals(16, { layer: 65535, replica: 0 }));
});

test.each([1, 2, 3, 4, 8, 12, 16])('no correlation at a distance of %i elements', (distance) => {
  const n = 1_000_000;
  const r = correlation(many.subarray(0, n), many.subarray(distance, n + distance));
  expect(Math.abs(r)).toBeLessThan(sigmas / Math.sqrt(n));
});

test('every element is the one that keys.ts defines, whatever the length', () => {
  const definition = (e: number): number => {
    const j = (e >> 2) & 3;
    const counter = Uint32Array.of(4 * (e >> 4) + (e & 3), 9, (7 << 16) | 3, (2 << 24) | 11);
    const words = new Uint32Array(4);
    philox4x32(counter, Uint32Array.of(5, 1), words);
    const [first, second] = j < 2 ? [words[0], words[1]] : [words[2], words[3]];
    const radius = Math.sqrt(-2 * Math.log(first * 2 ** -32 + 2 ** -33));
    const angle = Math.PI * ((second | 0) * 2 ** -31);
    return Math.fround(radius * (j % 2 === 0 ? Math.cos(angle) : Math.sin(angle)));
  };
  for (let length = 0; length <= 50; length++) {
    const out = normals(length, { seed: 2 ** 32 + 5, step: 9, layer: 7, replica: 3, example: 11 });
    expect([...out]).toEqual(Array.from({ length }, (_, e) => definition(e)));
  }
});
