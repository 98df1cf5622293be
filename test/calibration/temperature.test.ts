import { describe, expect, it } from 'vitest';
import { fitTemperature, tempered } from '../../src/calibration/index.ts';
import { fillNormal, fillUniform, purpose } from '../../src/random/index.ts';

const key = { seed: 21, purpose: purpose.signalDraw, step: 0, replica: 0, layer: 0, example: 0 };
const classes = 5;
const count = 20_000;

/** Probabilities softmax(2 z), z standard normal, and labels that are drawn from them: calibrated by construction. */
function honest() {
  const logits = new Float32Array(count * classes);
  fillNormal(logits, key);
  const uniforms = new Float32Array(count);
  fillUniform(uniforms, { ...key, step: 1 });
  const probabilities = tempered(
    Float64Array.from(logits, (z) => Math.exp(2 * z)),
    classes,
    1,
  );
  const labels = new Int32Array(count);
  for (let n = 0; n < count; n++) {
    const row = probabilities.subarray(n * classes, (n + 1) * classes);
    const sum = row.reduce((a, b) => a + b);
    for (let c = 0; c < classes; c++) row[c] /= sum;
    let below = 0;
    labels[n] = row.findIndex((p) => (below += p) > uniforms[n]!);
    if (labels[n]! < 0) labels[n] = classes - 1;
  }
  return { probabilities, labels };
}

/** Standard error of a fitted 1/T: that of a maximum likelihood, by the information of the examples. */
function errorOf(probabilities: Float64Array): number {
  let information = 0;
  for (let n = 0; n < count; n++) {
    const row = probabilities.subarray(n * classes, (n + 1) * classes);
    const mean = row.reduce((sum, p) => sum + p * Math.log(p), 0);
    information += row.reduce((sum, p) => sum + p * (Math.log(p) - mean) ** 2, 0);
  }
  return 1 / Math.sqrt(information);
}

describe('temperature', () => {
  it('leaves honest probabilities as they are, within its standard error', () => {
    const { probabilities, labels } = honest();
    const { temperature, before, after } = fitTemperature(probabilities, labels, classes);
    expect(Math.abs(1 / temperature - 1)).toBeLessThan(4 * errorOf(probabilities));
    expect(after).toBeLessThanOrEqual(before);
  });

  it('finds by how much probabilities were overheated, however they were before', () => {
    const { probabilities, labels } = honest();
    const { temperature } = fitTemperature(probabilities, labels, classes);
    for (const factor of [0.4, 1.7, 3]) {
      // p^(factor), scaled: a network whose logits are that many times too large
      const overheated = tempered(probabilities, classes, 1 / factor);
      const found = fitTemperature(overheated, labels, classes);
      // but for probabilities below 1e-15, which count as that
      expect(found.temperature / (factor * temperature)).toBeCloseTo(1, 4);
      expect(Math.abs(found.temperature / factor - 1)).toBeLessThan(0.02);
      expect(found.after).toBeLessThan(found.before);
      const back = tempered(overheated, classes, factor);
      expect(Math.max(...back.map((p, i) => Math.abs(p - probabilities[i]!)))).toBeLessThan(
        1e-9 + 4 * 1e-15 ** (1 / factor),
      );
    }
  });

  it('has the least NLL: either side of it is worse', () => {
    const { probabilities, labels } = honest();
    const overheated = tempered(probabilities, classes, 0.5);
    const { temperature, after } = fitTemperature(overheated, labels, classes);
    const nllAt = (own: number) => {
      const p = tempered(overheated, classes, own);
      return labels.reduce((sum, label, n) => sum - Math.log(p[n * classes + label]!), 0) / count;
    };
    expect(nllAt(temperature)).toBeCloseTo(after, 9);
    for (const other of [0.98, 1.02]) expect(nllAt(other * temperature)).toBeGreaterThan(after);
  });

  it('learns nothing of examples that are all right', () => {
    expect(fitTemperature([0.9, 0.1, 0.2, 0.8], [0, 1], 2)).toMatchObject({ temperature: 1 });
  });

  it('takes a probability of 0 for the smallest that a sum over draws knows', () => {
    const { temperature, before } = fitTemperature([1, 0, 0.6, 0.4], [1, 0], 2);
    expect(before).toBeCloseTo((-Math.log(1e-15) - Math.log(0.6)) / 2, 9);
    expect(temperature).toBe(1 / (1 / 20));
  });
});
