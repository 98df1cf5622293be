import { describe, expect, it } from 'vitest';
import { predictionQuality } from '../../src/likelihoods/index.ts';

describe('predictionQuality', () => {
  it('of certain and right predictions is perfect', () => {
    const quality = predictionQuality([1, 0, 0, 1], [0, 1], 2);
    expect(quality).toEqual({ accuracy: 1, nll: 0, brier: 0, ece: 0 });
  });

  it('of the uniform distribution is ln C, with a Brier score of 1 - 1/C', () => {
    const classes = 4;
    const labels = [0, 1, 2, 3];
    const quality = predictionQuality(new Array(16).fill(1 / classes), labels, classes);
    expect(quality.nll).toBeCloseTo(Math.log(4), 12);
    expect(quality.brier).toBeCloseTo(0.75, 12);
    // the first class wins the tie: right once in four, as confident as that
    expect(quality.accuracy).toBe(0.25);
    expect(quality.ece).toBeCloseTo(0, 12);
  });

  it('counts by hand', () => {
    // three examples, confidences 0.9 (right), 0.6 (wrong), 0.62 (right); 0.6 and 0.62 lie in bins 9 and 10 of 15
    const quality = predictionQuality([0.9, 0.1, 0.6, 0.4, 0.38, 0.62], [0, 1, 1], 2);
    expect(quality.accuracy).toBeCloseTo(2 / 3, 12);
    expect(quality.nll).toBeCloseTo(-(Math.log(0.9) + Math.log(0.4) + Math.log(0.62)) / 3, 12);
    expect(quality.brier).toBeCloseTo((2 * 0.01 + 2 * 0.36 + 2 * 0.38 ** 2) / 3, 12);
    expect(quality.ece).toBeCloseTo((0.1 + 0.6 + 0.38) / 3, 12);
  });

  it('bounds the loss of an impossible label', () => {
    expect(predictionQuality([1, 0], [1], 2).nll).toBeCloseTo(12 * Math.log(10), 9);
  });
});
