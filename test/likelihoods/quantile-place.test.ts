/** The place of a quantile among draws, on levels as they are written. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PredictiveSums } from '../../src/likelihoods/class-sums.ts';
import { quantilePlace } from '../../src/likelihoods/quantile-place.ts';

test.each([0.07, 0.14, 0.28, 0.55, 0.56, 0.57, 0.58])('%d of 100 draws is a whole number of them', (level) => {
  expect(quantilePlace(level, 100)).toBe(Math.round(level * 100));
});

test('every k percent, per mille and hundredth of a percent is the place k', () => {
  for (const count of [10, 100, 1000, 10_000]) {
    for (let k = 1; k <= count; k++) expect(quantilePlace(Number(`${k}e-${Math.log10(count)}`), count)).toBe(k);
  }
});

test('a level beside it is not: the place is the smallest that is not below', () => {
  expect([0.0699999, 0.07, 0.0700001].map((level) => quantilePlace(level, 100))).toEqual([7, 7, 8]);
  expect([0, 1e-7, 1.5e-7, 1e-300, 5e-324, 1].map((level) => quantilePlace(level, 10_000_000))).toEqual([
    1, 1, 2, 1, 1, 10_000_000,
  ]);
  expect(quantilePlace(1 - 2 ** -53, 2 ** 24)).toBe(2 ** 24);
});

test('decimals of any length, by whole numbers alone', () => {
  const digits = fc.integer({ min: 1, max: 999_999 });
  fc.assert(
    fc.property(digits, fc.integer({ min: 1, max: 2 ** 24 }), (six, count) => {
      expect(quantilePlace(Number(`${six}e-6`), count)).toBe(
        Number((BigInt(six) * BigInt(count) + 999_999n) / 1_000_000n),
      );
    }),
  );
});

test('of 100 draws in ascending order the level 0.07 takes the seventh', () => {
  const sums = new PredictiveSums(1, 2, 100, [0.07]);
  sums.clear();
  for (let draw = 0; draw < 100; draw++)
    sums.add(Float32Array.of((draw + 0.5) / 100, 1 - (draw + 0.5) / 100), new Float32Array(1), 1);
  const quantiles = [new Float64Array(2)];
  const fields = { probabilities: new Float64Array(2), standardDeviations: new Float64Array(2) };
  sums.finish({ ...fields, expectedEntropy: new Float64Array(1), quantiles }, 0, 1);
  // of 0.005, 0.015, … the seventh, which is the middle of its cell of 0.002; and of the other class in the same order
  expect(Array.from(quantiles[0]!)).toEqual([0.065, 0.065]);
});
