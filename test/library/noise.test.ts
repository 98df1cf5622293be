import { expect, test } from 'vitest';
import { normals, uniforms } from '../../src/index.ts';

const count = 10_000;

test('normals have mean 0 and variance 1', () => {
  const numbers = normals(count, 5);
  const mean = numbers.reduce((sum, value) => sum + value, 0) / count;
  const variance = numbers.reduce((sum, value) => sum + value * value, 0) / count;
  // four standard errors: 1 / sqrt(n) and sqrt(2 / n)
  expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(count));
  expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / count));
});

test('uniforms are as often below each tenth as they should be', () => {
  const numbers = uniforms(count, 5);
  for (let level = 0.1; level < 0.95; level += 0.1) {
    const share = numbers.filter((value) => value < level).length / count;
    expect(Math.abs(share - level)).toBeLessThan(4 * Math.sqrt((level * (1 - level)) / count));
  }
  expect(numbers.every((value) => value > 0 && value < 1)).toBe(true);
});

test('they are a function of the seed', () => {
  expect(normals(20, 5)).toEqual(normals(20, 5));
  expect(normals(20, 5)).not.toEqual(normals(20, 6));
  expect(normals(20, 5)).toEqual(normals(30, 5).subarray(0, 20));
});

test('counts and seeds that are none', () => {
  expect(() => normals(-1, 0)).toThrowErrorMatchingInlineSnapshot(
    `[UsageError: count of random numbers: got -1, expected a whole number from 0 on]`,
  );
  expect(() => uniforms(3, 0.5)).toThrowErrorMatchingInlineSnapshot(
    `[UsageError: seed of random numbers: got 0.5, expected a whole number from 0 on]`,
  );
});
