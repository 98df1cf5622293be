import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Detection, detection, energyScore, uncertaintyScores } from '../../src/evaluation/index.ts';
import type { ClassPredictive, RealPredictive } from '../../src/likelihoods/index.ts';

interface Case extends Detection {
  readonly inside: readonly number[];
  readonly outside: readonly number[];
}

const golden = JSON.parse(readFileSync(join(import.meta.dirname, 'golden/detection.json'), 'utf8')) as readonly Case[];

describe('detection', () => {
  it.each(golden.map((one, i) => [i, one] as const))('is what scikit-learn says of case %i', (_, one) => {
    const { auroc, aupr, fpr95 } = detection(one.inside, one.outside);
    expect(auroc).toBeCloseTo(one.auroc, 12);
    expect(aupr).toBeCloseTo(one.aupr, 12);
    expect(fpr95).toBeCloseTo(one.fpr95, 12);
  });

  it('does not depend on the order of the examples', () => {
    const { inside, outside } = golden[1]!;
    expect(detection(inside.toReversed(), outside.toReversed())).toEqual(detection(inside, outside));
  });

  it('refuses what cannot be told apart', () => {
    expect(() => detection([0.5], [])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: scores of data outside: got 0 values, expected a number for each of at least one example]`,
    );
    expect(() => detection([], [0.5])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: scores of data inside: got 0 values, expected a number for each of at least one example]`,
    );
    expect(() => detection([0.5, Number.NaN], [1])).toThrowErrorMatchingInlineSnapshot(
      `[NotFiniteError: scores of data inside, example 1: got NaN, expected a finite number]`,
    );
    expect(() => detection([0.5], [1, Number.POSITIVE_INFINITY])).toThrowErrorMatchingInlineSnapshot(
      `[NotFiniteError: scores of data outside, example 1: got Infinity, expected a finite number]`,
    );
    expect(() => detection('scores' as never, [1])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: scores of data inside: got "scores", expected a number for each of at least one example]`,
    );
  });
});

describe('scores', () => {
  it('of classes are entropy, mutual information, and what the largest probability leaves', () => {
    const predictive = {
      ...{ kind: 'classes', count: 2, classes: 3, probabilities: Float64Array.of(0.7, 0.2, 0.1, 0.1, 0.3, 0.6) },
      ...{ predictiveEntropy: Float64Array.of(0.8, 0.9), mutualInformation: Float64Array.of(0.1, 0.2) },
    } as unknown as ClassPredictive;
    const scores = uncertaintyScores(predictive);
    expect(scores.map(({ name }) => name)).toEqual(['predictiveEntropy', 'mutualInformation', 'doubt']);
    expect([...scores[0]!.values]).toEqual([0.8, 0.9]);
    expect([...scores[1]!.values]).toEqual([0.1, 0.2]);
    expect(scores[2]!.values[0]).toBeCloseTo(0.3, 12);
    expect(scores[2]!.values[1]).toBeCloseTo(0.4, 12);
  });

  it('of several numbers are root mean squares over their scales', () => {
    const predictive = {
      ...{ kind: 'reals', count: 1, outputs: 2 },
      ...{ epistemic: Float64Array.of(3, 400), standardDeviation: Float64Array.of(5, 1200) },
    } as unknown as RealPredictive;
    const [epistemic, total] = uncertaintyScores(predictive, { shift: [0, 0], scale: [1, 100] });
    expect(epistemic!.values[0]).toBeCloseTo(Math.sqrt((9 + 16) / 2), 12);
    expect(total!.values[0]).toBeCloseTo(Math.sqrt((25 + 144) / 2), 12);
    const one = { ...predictive, outputs: 1, count: 2 };
    expect([...uncertaintyScores(one, { shift: [0], scale: [7] })[0]!.values]).toEqual([3, 400]);
  });

  it('energy is -ln of the sum of the exponentials, also where these overflow', () => {
    const { values } = energyScore([1, 2, 3, 1000, 1000, 0], 2, 3);
    expect(values[0]).toBeCloseTo(-Math.log(Math.E + Math.E ** 2 + Math.E ** 3), 12);
    expect(values[1]).toBeCloseTo(-1000 - Math.log(2), 9);
    expect(() => energyScore([1, 2, 3], 2, 2)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: logits: got 3 values for 2 examples of 2 classes, expected one for each class of each of at least one example]`,
    );
    expect(() => energyScore([1, Number.NaN], 1, 2)).toThrowErrorMatchingInlineSnapshot(
      `[NotFiniteError: logits, example 1: got NaN, expected a finite number]`,
    );
    expect(() => energyScore([], 0, 2)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: logits: got 0 values for 0 examples of 2 classes, expected one for each class of each of at least one example]`,
    );
  });
});
