import { describe, expect, it } from 'vitest';
import {
  type Calibration,
  calibrated,
  checkCalibration,
  classSet,
  conformalQuantile,
  intervalScore,
  learnCalibration,
  setScores,
  tempered,
} from '../../src/calibration/index.ts';
import type { ClassPredictive, RealPredictive } from '../../src/likelihoods/index.ts';
import { fillNormal, fillUniform, permutation, purpose } from '../../src/random/index.ts';

const key = { seed: 5, purpose: purpose.signalDraw, step: 0, replica: 0, layer: 0, example: 0 };

function normals(count: number, step: number): Float32Array {
  const out = new Float32Array(count);
  fillNormal(out, { ...key, step });
  return out;
}

function uniforms(count: number, step: number): Float32Array {
  const out = new Float32Array(count);
  fillUniform(out, { ...key, step });
  return out;
}

/** Classes that a network is wrong and too sure about: conformal sets have to hold all the same. */
function classesOf(count: number): { predictive: ClassPredictive; labels: Int32Array } {
  const classes = 6;
  const logits = normals(count * classes, 1);
  const probabilities = tempered(
    Float64Array.from(logits, (z) => Math.exp(3 * z)),
    classes,
    1,
  );
  for (let n = 0; n < count; n++) {
    const row = probabilities.subarray(n * classes, (n + 1) * classes);
    const sum = row.reduce((a, b) => a + b);
    for (let c = 0; c < classes; c++) row[c] /= sum;
  }
  const drawn = uniforms(count, 2);
  const honest = tempered(probabilities, classes, 3);
  const labels = Int32Array.from({ length: count }, (_, n) => {
    let below = 0;
    const at = honest.subarray(n * classes, (n + 1) * classes).findIndex((p) => (below += p) > drawn[n]!);
    return at < 0 ? classes - 1 : at;
  });
  const empty = new Float64Array(count);
  return {
    labels,
    predictive: {
      ...{ kind: 'classes', count, classes, draws: 1, probabilities, standardDeviations: empty, levels: [] },
      ...{ predictiveEntropy: empty, expectedEntropy: empty, mutualInformation: empty, quantiles: [] },
    },
  };
}

/** Numbers whose noise has tails that the prediction does not know, and grows with x as the prediction says. */
function numbersOf(count: number): { predictive: RealPredictive; targets: Float64Array } {
  const mean = Float64Array.from(normals(count, 3));
  const standardDeviation = mean.map((x) => 0.5 + Math.abs(x));
  const noise = normals(count, 4);
  const targets = mean.map((x, n) => x + standardDeviation[n]! * noise[n]! ** 3);
  return {
    targets,
    predictive: {
      ...{ kind: 'reals', count, outputs: 1, draws: 1, levels: [], quantiles: [], scores: null },
      ...{ mean, standardDeviation, aleatoric: standardDeviation, epistemic: new Float64Array(count) },
    },
  };
}

/**
 * The share of new truths that sets of n held-out examples hold is Beta(n + 1 - l, l), l = floor((n + 1) alpha) (Vovk 2012); of m of them as
 * many as the beta-binomial law says. Normal with its variance, and 4.5 standard deviations for 20 splits: below 1e-4 in all.
 */
function bandOf(n: number, m: number): number {
  const [a, b] = [n + 1 - Math.floor((n + 1) * 0.1), Math.floor((n + 1) * 0.1)];
  const variance = (a * b * (a + b + m)) / (m * (a + b) ** 2 * (a + b + 1));
  return 4.5 * Math.sqrt(variance);
}

function splits(count: number, work: (learned: Uint32Array, checked: Uint32Array, seed: number) => void): void {
  for (let seed = 1; seed <= 20; seed++) {
    const places = new Uint32Array(count);
    permutation(places, { ...key, seed, step: 9 });
    work(places.subarray(0, count / 2), places.subarray(count / 2), seed);
  }
}

describe('conformal prediction', () => {
  it('takes the score that one more than the held-out ones makes', () => {
    const scores = Array.from({ length: 9 }, (_, i) => i + 1);
    expect(conformalQuantile(scores, 0.1)).toBe(9);
    expect(conformalQuantile(scores, 0.2)).toBe(8);
    expect(conformalQuantile(scores, 0.25)).toBe(8);
    expect(conformalQuantile(scores, 0.09)).toBe(Number.POSITIVE_INFINITY);
    expect(conformalQuantile([], 0.5)).toBe(Number.POSITIVE_INFINITY);
    expect(() => conformalQuantile(scores, 1)).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: the share of truths that a set may miss: got 1, expected a number above 0 and below 1]`,
    );
  });

  it('scores a class by the more probable ones and a part of its own', () => {
    const scores = setScores([0.2, 0.5, 0.3, 0.2, 0.5, 0.3], [1, 0], 3, [0.5, 0.25]);
    expect([...scores].map((score) => Number(score.toFixed(9)))).toEqual([0.25, 0.85]);
  });

  it('gives sets that are never empty without the random part, the most probable first', () => {
    expect(classSet([0.02, 0.44, 0.54], 0.9)).toEqual([2, 1]);
    expect(classSet([0.02, 0.03, 0.95], 0.9)).toEqual([2]);
    expect(classSet([0.02, 0.03, 0.95], 0)).toEqual([]);
    expect(classSet([0.25, 0.25, 0.25, 0.25], 0.6)).toEqual([0, 1, 2]);
    expect(classSet([0.02, 0.03, 0.95], 0.9, 0.99)).toEqual([]);
    expect(classSet([0.02, 0.03, 0.95], 0.9, 0.5)).toEqual([2]);
    expect(classSet([0.3, 0.7], Number.POSITIVE_INFINITY)).toEqual([1, 0]);
  });

  it('holds 90 % of classes on 20 keyed splits, of a network that is too sure', () => {
    const { predictive, labels } = classesOf(2000);
    splits(2000, (learned, checked, seed) => {
      const calibration = learnCalibration(predictive, labels, learned, seed);
      const { coverage, size, before, after } = checkCalibration(predictive, labels, checked, calibration, seed);
      expect(Math.abs(coverage - 0.9)).toBeLessThan(bandOf(1000, 1000));
      expect(size).toBeGreaterThan(1);
      expect(after).toBeLessThan(before!);
      // sets that are told in words hold the truth at least as often
      const { sets } = calibrated(predictive, { ...calibration, familiarity: null }, 0.9, null);
      const held = checked.filter((n) => sets![n]!.includes(labels[n]!)).length / checked.length;
      expect(held).toBeGreaterThanOrEqual(coverage - bandOf(1000, 1000));
    });
  });

  it('holds 90 % of numbers on 20 keyed splits, whatever their noise', () => {
    const { predictive, targets } = numbersOf(2000);
    splits(2000, (learned, checked, seed) => {
      const calibration = learnCalibration(predictive, targets, learned, seed);
      const { coverage } = checkCalibration(predictive, targets, checked, calibration, seed);
      expect(Math.abs(coverage - 0.9)).toBeLessThan(bandOf(1000, 1000));
      const { low, high } = calibrated(predictive, { ...calibration, familiarity: null }, 0.9, null);
      const held = checked.filter((n) => low![n]! <= targets[n]! && targets[n]! <= high![n]!).length / checked.length;
      expect(held).toBeCloseTo(coverage, 12);
    });
  });

  it('scores a residual by its spread, and one without a spread as infinite', () => {
    expect(intervalScore(3, 1, 4)).toBe(0.5);
    expect(intervalScore(3, 1, Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
    expect(intervalScore(3, 1, 0)).toBe(Number.POSITIVE_INFINITY);
  });

  it('refuses to learn of too few examples, or of one class', () => {
    const { predictive, labels } = classesOf(100);
    const rows = Array.from({ length: 100 }, (_, n) => n);
    expect(() => learnCalibration(predictive, labels, rows.slice(0, 6), 1)).toThrowErrorMatchingInlineSnapshot(
      `[DataError: the held-out part is too small to calibrate on: got 6 examples, expected at least 20]`,
    );
    expect(() => learnCalibration(predictive, new Int32Array(100).fill(3), rows, 1)).toThrowErrorMatchingInlineSnapshot(
      `[DataError: the held-out part has examples of one class alone: got 100 of class 3, expected examples of several classes]`,
    );
  });

  it('refuses a level that the held-out part is too small for', () => {
    const { predictive, labels } = classesOf(100);
    const rows = Array.from({ length: 100 }, (_, n) => n);
    const calibration: Calibration = { ...learnCalibration(predictive, labels, rows, 1), familiarity: null };
    expect(calibrated(predictive, calibration, 0.99, null).level).toBe(0.99);
    expect(() => calibrated(predictive, calibration, 0.995, null)).toThrowErrorMatchingInlineSnapshot(
      `[DataError: sets that miss 0.005 of the truths at most need more held-out examples, or finite spreads: got 100, expected at least 199. Ask for a larger share, or hold out more examples]`,
    );
  });
});
