import { describe, expect, it } from 'vitest';
import {
  adaptiveCalibrationError,
  confusionMatrix,
  figuresByGroup,
  groupsOfLabels,
  pitHistogram,
  quartileGroups,
  riskAt,
  riskCoverage,
} from '../../src/evaluation/index.ts';
import type { RealPredictive } from '../../src/likelihoods/index.ts';
import { fillUniform, purpose } from '../../src/random/index.ts';

const uniforms = (length: number, step = 0) => {
  const values = new Float32Array(length);
  fillUniform(values, { seed: 14, purpose: purpose.dataSplit, step, replica: 0, layer: 0, example: 0 });
  return values;
};

describe('risk and coverage', () => {
  it('counted by hand: the most certain first', () => {
    const { risks, aurc, excessAurc } = riskCoverage([0.1, 0.4, 0.2, 0.3], [0, 1, 1, 0]);
    // order: right, wrong, right, wrong
    expect([...risks]).toEqual([0, 1 / 2, 1 / 3, 1 / 2]);
    expect(aurc).toBeCloseTo(1 / 3, 12);
    // at best: right, right, wrong, wrong
    expect(excessAurc).toBeCloseTo(1 / 3 - (0 + 0 + 1 / 3 + 1 / 2) / 4, 12);
    expect(riskAt({ risks }, 0.5)).toBe(0.5);
    expect(riskAt({ risks }, 1)).toBe(0.5);
    expect(riskAt({ risks }, 0.001)).toBe(0);
  });

  it('of equal certainty is the mean over all orders of it', () => {
    const losses = [1, 0, 0.5];
    const orders = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ];
    const { risks } = riskCoverage([7, 7, 7], losses);
    for (const k of [0, 1, 2]) {
      const sums = orders.map((order) => order.slice(0, k + 1).reduce((sum, n) => sum + losses[n]!, 0) / (k + 1));
      expect(risks[k]).toBeCloseTo(sums.reduce((sum, one) => sum + one, 0) / 6, 12);
    }
  });

  it('ends at the mean loss, and has no excess where the losses rise with the uncertainty', () => {
    const losses = uniforms(500).toSorted();
    const { risks, excessAurc } = riskCoverage(
      losses.map((_, i) => i),
      losses,
    );
    expect(excessAurc).toBe(0);
    expect(risks.at(-1)).toBeCloseTo(losses.reduce((sum, one) => sum + one, 0) / 500, 12);
  });

  it('refuses what does not fit', () => {
    expect(() => riskCoverage([], [])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: uncertainties: got 0 values, expected a number for each of at least one example]`,
    );
    expect(() => riskCoverage([1, 2], [0])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: losses: got 1, expected 2, one for each example]`,
    );
    expect(() => riskCoverage([1, Number.NaN], [0, 1])).toThrowErrorMatchingInlineSnapshot(
      `[NotFiniteError: uncertainties, example 1: got NaN, expected a finite number]`,
    );
    expect(() => riskAt({ risks: Float64Array.of(0) }, 0)).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: a coverage: got 0, expected a share above 0, at most 1]`,
    );
  });
});

describe('adaptive calibration error', () => {
  it('counted by hand: two ranges of two examples in each of two classes', () => {
    const first = [0.9, 0.2, 0.6, 0.4];
    const probabilities = first.flatMap((p) => [p, 1 - p]);
    // class 0 ascending: 0.2 and 0.4 (labels 1, 0), then 0.6 and 0.9 (labels 1, 0)
    const labels = [0, 1, 1, 0];
    const ofClass = (Math.abs(0.5 - 0.3) + Math.abs(0.5 - 0.75)) / 2;
    // of two classes, both say the same
    expect(adaptiveCalibrationError(probabilities, labels, 2, 2)).toBeCloseTo(ofClass, 12);
    // a range for each example
    const each = first.reduce((sum, p, n) => sum + Math.abs(p - (labels[n] === 0 ? 1 : 0)), 0) / 4;
    expect(adaptiveCalibrationError(probabilities, labels, 2)).toBeCloseTo(each, 12);
    expect(() => adaptiveCalibrationError(probabilities, labels, 2, 0)).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: ranges: got 0, expected a whole number from 1 on]`,
    );
    expect(() => adaptiveCalibrationError([1, 0], [2], 2)).toThrowErrorMatchingInlineSnapshot(
      `[DataError: the label of example 0: got 2, expected a whole number from 0 to 1]`,
    );
  });

  it('of labels drawn by their probabilities is the noise of its ranges', () => {
    const count = 15_000;
    const first = uniforms(count);
    const drawn = uniforms(count, 1);
    const labels = first.map((p, n) => (drawn[n]! < p ? 0 : 1));
    const probabilities = Array.from(first).flatMap((p) => [p, 1 - p]);
    // a range of 1000 has |N(0, s)| with s at most sqrt(1 / 4 / 1000): mean 0.0126; each is below 5 s
    const error = adaptiveCalibrationError(probabilities, labels, 2);
    expect(error).toBeGreaterThan(0);
    expect(error).toBeLessThan(0.5 * Math.sqrt(1 / 1000) * 5);
  });
});

describe('the confusion matrix', () => {
  it('has true classes in rows and predicted ones in columns; of a tie the first class', () => {
    const matrix = confusionMatrix([0.6, 0.3, 0.1, 0.2, 0.7, 0.1, 0.4, 0.2, 0.4, 0.1, 0.1, 0.8], [0, 2, 2, 2], 3);
    expect([...matrix]).toEqual([1, 0, 0, 0, 0, 0, 1, 1, 1]);
  });
});

describe('the histogram of the probability integral transform', () => {
  const predictive = (probability: Float64Array, probabilityBelow = probability, outputs = 1) =>
    ({
      ...{ kind: 'reals', count: probability.length / outputs, outputs },
      scores: { probability, probabilityBelow },
    }) as unknown as RealPredictive;

  it('counts shares; the last bin holds its upper end', () => {
    expect([...pitHistogram(predictive(Float64Array.of(0, 0.1, 0.49, 1)), 0, 2)]).toEqual([0.75, 0.25]);
    const two = predictive(Float64Array.of(0.1, 0.9, 0.2, 0.8), undefined, 2);
    expect([...pitHistogram(two, 1, 2)]).toEqual([0, 1]);
  });

  it('spreads a count over the jump of its distribution function: of calibrated ones it is flat', () => {
    // Y uniform on 0, 1, 2, once each
    const [below, at] = [Float64Array.of(0, 1 / 3, 2 / 3), Float64Array.of(1 / 3, 2 / 3, 1)];
    for (const share of pitHistogram(predictive(at, below), 0, 10)) expect(share).toBeCloseTo(0.1, 12);
  });

  it('refuses what is not there', () => {
    const none = { ...predictive(Float64Array.of(0.5)), scores: null };
    expect(() => pitHistogram(none, 0)).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: the targets were not known when the draws were gathered. Give predictDraws the targets with the inputs]`,
    );
    expect(() => pitHistogram(predictive(Float64Array.of(0.5)), 1)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: PIT of an output: got 1, expected a whole number from 0 to 0]`,
    );
    expect(() => pitHistogram(predictive(Float64Array.of(0.5)), 0, 0)).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: bins: got 0, expected a whole number from 1 on]`,
    );
  });
});

describe('figures by group', () => {
  it('are means with standard errors, of groups that have examples', () => {
    const groups = { names: ['a', 'b', 'c'], of: Int32Array.of(0, 0, 0, 0, 2, -1) };
    expect(figuresByGroup(groups, [1, 1, 1, 0, 1, 0])).toEqual([
      { name: 'a', count: 4, mean: 0.75, standardError: Math.sqrt((0.75 * 0.25) / 4) },
      { name: 'c', count: 1, mean: 1, standardError: 0 },
    ]);
  });

  it('by label are those of a class', () => {
    expect(groupsOfLabels(Uint8Array.of(1, 0), ['x', 'y'])).toEqual({ names: ['x', 'y'], of: Int32Array.of(1, 0) });
  });

  it('by quartile hold as many each, equal numbers together, missing ones nowhere', () => {
    const { names, of } = quartileGroups('age', [8, 1, 7, 2, 6, 3, 5, 4, Number.NaN]);
    expect([...of]).toEqual([3, 0, 3, 0, 2, 1, 2, 1, -1]);
    expect(names).toEqual(['up to 2', '2 to 4', '4 to 6', 'above 6']);
    const alike = quartileGroups('age', [5, 5, 5, 5]);
    expect(alike).toEqual({ names: ['up to 5'], of: Int32Array.of(0, 0, 0, 0) });
  });

  it('refuses what does not fit', () => {
    expect(() => figuresByGroup({ names: ['a'], of: Int32Array.of(0, 1) }, [1, 1])).toThrowErrorMatchingInlineSnapshot(
      `[DataError: the group of example 1: got 1, expected a whole number from -1 to 0]`,
    );
    expect(() => figuresByGroup({ names: ['a'], of: Int32Array.of(0) }, [1, 1])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: values of groups: got 2, expected 1, one for each example]`,
    );
    expect(() => quartileGroups('age', [Number.NaN])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: numbers to group by, age: got none, expected at least one that is not missing]`,
    );
    expect(() => quartileGroups('age', [1, Number.POSITIVE_INFINITY])).toThrowErrorMatchingInlineSnapshot(
      `[NotFiniteError: numbers to group by, age, example 1: got Infinity, expected a finite number]`,
    );
  });
});
