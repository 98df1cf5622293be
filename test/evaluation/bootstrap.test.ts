import { describe, expect, it } from 'vitest';
import {
  bootstrapIntervals,
  classIntervals,
  classLosses,
  meanOf,
  realIntervals,
  realLosses,
} from '../../src/evaluation/index.ts';
import { type RealPredictive, normal, predictionQuality } from '../../src/likelihoods/index.ts';
import { fillIntegers, fillNormal, fillUniform, purpose } from '../../src/random/index.ts';
import { chiSquare, chiSquareBound } from '../random/statistics.ts';

const key = { seed: 5, purpose: purpose.bootstrap, step: 0, replica: 0, layer: 0, example: 0 };

describe('whole numbers', () => {
  it('are equally frequent, and a shorter array is the beginning of a longer one', () => {
    const drawn = new Int32Array(70_000);
    fillIntegers(drawn, key, 7);
    const counts = new Uint32Array(7);
    for (const value of drawn) counts[value]!++;
    expect(chiSquare(counts, 10_000)).toBeLessThan(chiSquareBound(6, 5));
    const few = new Int32Array(10);
    fillIntegers(few, key, 7);
    expect([...few]).toEqual([...drawn.subarray(0, 10)]);
    expect([...few].join(' ')).toMatchInlineSnapshot(`"4 6 1 1 5 3 3 0 6 0"`);
  });

  it('pass over the words that would favour some: three quarters of all where below is 3 / 4 of 2^32', () => {
    const below = 3 * 2 ** 30;
    const drawn = new Uint32Array(4000);
    fillIntegers(drawn, key, below);
    expect(drawn.every((value) => value < below)).toBe(true);
    // were a quarter of the words taken again at the low end, the first third would have half, 22 standard errors more
    const low = drawn.filter((value) => value < below / 3).length;
    expect(Math.abs(low - 4000 / 3)).toBeLessThan(5 * Math.sqrt((4000 * 2) / 9));
    expect(() => fillIntegers(drawn, key, 0)).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: whole numbers below: got 0, expected a whole number from 1 to 2^32]`,
    );
  });
});

describe('bootstrap intervals', () => {
  it('of a mean are as wide as its standard error says', () => {
    const values = new Float32Array(400);
    fillNormal(values, { ...key, purpose: purpose.weightNoise });
    const own = meanOf(values);
    const mean = own(Int32Array.from(values, (_, i) => i));
    const error = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0)) / 400;
    const { one } = bootstrapIntervals(400, { one: own }, { seed: 3, resamples: 4000 });
    // a quantile at p of R values has the standard error sqrt(p (1 - p) / R) / density: 0.042 of a standard error here
    const bound = 5 * (Math.sqrt((0.025 * 0.975) / 4000) / 0.0584) * error;
    expect(Math.abs(one[0] - (mean - 1.959964 * error))).toBeLessThan(bound + 0.02 * error);
    expect(Math.abs(one[1] - (mean + 1.959964 * error))).toBeLessThan(bound + 0.02 * error);
  });

  it('hang on the seed alone, and are the same whatever else is asked for', () => {
    const values = [3, 1, 4, 1, 5, 9];
    const both = bootstrapIntervals(6, { a: meanOf(values), b: () => 1 }, { seed: 8 });
    expect(both.a).toEqual(bootstrapIntervals(6, { a: meanOf(values) }, { seed: 8 }).a);
    expect(both.b).toEqual([1, 1]);
    expect(both.a).not.toEqual(bootstrapIntervals(6, { a: meanOf(values) }, { seed: 9 }).a);
  });

  it('refuse what is none', () => {
    const figures = { a: () => 1 };
    expect(() => bootstrapIntervals(0, figures, { seed: 1 })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: examples to draw from: got 0, expected at least one]`,
    );
    expect(() => bootstrapIntervals(3, figures, { seed: 1, resamples: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: resamples: got 0, expected a whole number from 1 on]`,
    );
    expect(() => bootstrapIntervals(3, figures, { seed: 1, level: 1 })).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: the level of intervals: got 1, expected above 0 and below 1]`,
    );
    expect(() => bootstrapIntervals(3, figures, { seed: -1 })).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: noise key, seed: got -1, expected an integer from 0 to 2^53 - 1]`,
    );
  });
});

describe('intervals of the figures', () => {
  it('of classes lie around what predictionQuality says, and are its figures where there is one example', () => {
    const count = 300;
    const drawn = new Float32Array(2 * count);
    fillUniform(drawn, key);
    const probabilities = Float64Array.from({ length: 2 * count }, (_, i) => {
      const first = Math.fround(drawn[i >> 1]!);
      return i % 2 === 0 ? first : 1 - first;
    });
    const labels = Uint8Array.from({ length: count }, (_, n) => (drawn[count + n]! < probabilities[2 * n]! ? 0 : 1));
    const quality = predictionQuality(probabilities, labels, 2);
    const intervals = classIntervals(classLosses({ probabilities, classes: 2 }, labels), { seed: 2 });
    for (const name of ['accuracy', 'nll', 'brier'] as const) {
      expect(intervals[name][0]).toBeLessThan(quality[name]);
      expect(intervals[name][1]).toBeGreaterThan(quality[name]);
    }
    const one = { probabilities: Float64Array.of(0.3, 0.7), classes: 2 };
    const alone = classIntervals(classLosses(one, [0]), { seed: 2, resamples: 3 });
    const same = predictionQuality(one.probabilities, [0], 2);
    for (const name of ['accuracy', 'nll', 'brier', 'ece'] as const) {
      expect(alone[name][0]).toBeCloseTo(same[name], 12);
      expect(alone[name][1]).toBe(alone[name][0]);
    }
    expect(() => classLosses(one, [2])).toThrowErrorMatchingInlineSnapshot(
      `[DataError: the label of example 0: got 2, expected a whole number from 0 to 1]`,
    );
  });

  it('of numbers are the figures of the likelihood where all rows are alike', () => {
    const rows = (...values: number[]) => Float64Array.of(...values, ...values, ...values);
    const interval = [rows(0, 5), rows(1, 6), rows(2, 7), rows(3, 8)];
    const predictive = {
      ...{ kind: 'reals', count: 3, outputs: 2, draws: 1, levels: [], quantiles: [], mean: rows(1.5, 6.5) },
      ...{ standardDeviation: rows(1, 1), aleatoric: rows(1, 1), epistemic: rows(0, 0) },
      scores: {
        ...{ logDensity: Float64Array.of(-2, -2, -2), crps: rows(0.3, 0.5), interval },
        ...{ probability: rows(0.2, 0.3), probabilityBelow: rows(0.2, 0.3) },
      },
    } as const satisfies RealPredictive;
    const units = { shift: [1, 2], scale: [2, 4] };
    const targets = Float32Array.of(0.75, 0.5, 0.75, 0.5, 0.75, 0.5);
    const quality = normal({ targets: 2 }).quality(predictive, targets, units);
    const losses = realLosses(predictive, targets, units);
    const intervals = realIntervals(losses, { seed: 2, resamples: 5 });
    for (const name of ['rmse', 'nll', 'crps', 'coverage50', 'coverage90'] as const) {
      expect(intervals[name][0]).toBeCloseTo(quality[name]!, 12);
      expect(intervals[name][1]).toBeCloseTo(quality[name]!, 12);
    }
    expect(losses.absolute[0]).toBeCloseTo((1 / 2 + 2.5 / 4) / 2, 12);
    expect(() => realLosses({ ...predictive, scores: null }, targets, units)).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: the targets were not known when the draws were gathered. Give predictDraws the targets with the inputs]`,
    );
  });
});
