import { describe, expect, it } from 'vitest';
import {
  WhitenedWindows,
  colouredNoise,
  designNoise,
  estimateNoise,
  hideInNoise,
  whiteNoise,
  whiten,
} from '../../src/gravitation/index.ts';
import { golden, lalsimulation, relative } from './golden.ts';

const key = { seed: 7, step: 0, replica: 0, layer: 0, example: 0 };

describe('the noise of the design', () => {
  it('is that of lalsimulation', () => {
    for (const { f_hz, S_per_hz } of golden.psd_aligo_zdhp) {
      expect(relative(designNoise(f_hz), S_per_hz)).toBeLessThan(1e-8);
    }
    for (const [f, expected] of lalsimulation.noise) expect(relative(designNoise(f), expected)).toBeLessThan(1e-8);
  });

  it('goes on below 10 Hz as it is there', () => {
    expect(designNoise(3)).toBe(designNoise(10));
    expect(() => designNoise(-1)).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: frequency of the detector noise: got -1, expected 0 Hz or above]`,
    );
  });
});

function momentsOf(values: ArrayLike<number>): { mean: number; deviation: number } {
  const all = Array.from(values);
  const mean = all.reduce((sum, x) => sum + x, 0) / all.length;
  return { mean, deviation: Math.sqrt(all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / all.length) };
}

describe('coloured noise', () => {
  const strain = colouredNoise(64, key);

  it('has the density it was drawn from', () => {
    const density = estimateNoise(strain);
    // 31 periodograms that overlap by half: of each bin's mean, a relative variance of about (1 + 2 / 36) / 31; of the mean
    // over n bins, of which neighbours are correlated under Hann's window, at most 2 / n of that. Five deviations.
    for (const [from, to] of [
      [30, 60],
      [60, 200],
      [200, 1000],
      [1000, 4000],
    ] as const) {
      let sum = 0;
      for (let k = 4 * from; k < 4 * to; k++) sum += density[k]! / designNoise(k / 4);
      const bins = 4 * (to - from);
      expect(Math.abs(sum / bins - 1)).toBeLessThan(5 * Math.sqrt(((1 + 2 / 36) / 31) * (2 / bins)) + 1e-3);
    }
  });

  it('is white again after whitening with what was estimated of it', () => {
    const { mean, deviation } = momentsOf(whiten(strain, estimateNoise(strain)));
    expect(Math.abs(mean)).toBeLessThan(1e-10);
    // sqrt(1 - 20 / 4096) for the band that is left out, and a little less for the noise that the estimate has in common
    expect(deviation).toBeGreaterThan(0.96);
    expect(deviation).toBeLessThan(1.01);
  });

  it('whitened with the density of the design has the variance of the band above 20 Hz', () => {
    const design = Float64Array.from({ length: 16_385 }, (_, k) => designNoise(k / 4));
    const { deviation } = momentsOf(whiten(strain, design));
    // 5 standard errors of 2^19 samples, and 1e-3 for a line between two frequencies of a curve
    expect(Math.abs(deviation - Math.sqrt(1 - 20 / 4096))).toBeLessThan(5 / Math.sqrt(2 ** 20) + 1e-3);
  });

  it('is a function of its key', () => {
    expect(colouredNoise(16, key)).toEqual(colouredNoise(16, key));
    expect(colouredNoise(16, { ...key, step: 1 })).not.toEqual(colouredNoise(16, key));
    expect(() => colouredNoise(10, key)).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: coloured noise: got 10 seconds, expected a power of two from 16 to 4096]`,
    );
    expect(() => estimateNoise(new Float64Array(100))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: strain to estimate its noise from: got 100 samples, expected at least 32768]`,
    );
  });
});

describe('a signal in noise', () => {
  const clean = new Float32Array(8192);
  new WhitenedWindows().fill(clean, { mass1: 36, mass2: 29 });

  it('has a standard deviation of 1, and is clean times its peak over the noise plus white noise', () => {
    const [seen, noise] = [new Float32Array(8192), new Float32Array(8192)];
    hideInNoise(seen, clean, 1.5, key);
    whiteNoise(noise, key);
    expect(momentsOf(seen).deviation).toBeCloseTo(1, 6);
    const largest = clean.reduce((a, b) => Math.max(a, b), 0);
    const sum = noise.map((n, i) => n + (1.5 * clean[i]!) / largest);
    const { deviation } = momentsOf(sum);
    for (const n of [0, 100, 7000, 7340, 8191]) expect(seen[n]).toBeCloseTo(sum[n]! / deviation, 5);
  });

  it('without a signal is white noise', () => {
    const [seen, noise] = [new Float32Array(8192), new Float32Array(8192)];
    hideInNoise(seen, clean, 0, key);
    whiteNoise(noise, key);
    const { mean, deviation } = momentsOf(noise);
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(8192));
    expect(Math.abs(deviation - 1)).toBeLessThan(5 / Math.sqrt(2 * 8192));
    expect(seen[17]).toBeCloseTo(noise[17]! / deviation, 6);
  });

  it('whose loudness is no number is refused', () => {
    const out = new Float32Array(8192);
    expect(() => hideInNoise(out, clean, Number.NaN, key)).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: peak signal-to-noise ratio: got NaN, expected 0 or above]`,
    );
    expect(() => hideInNoise(new Float32Array(3), clean, 1, key)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: a signal does not fit its window: got 8192 samples, expected the 3 of the window, at least 1]`,
    );
  });
});
