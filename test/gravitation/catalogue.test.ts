import { describe, expect, it } from 'vitest';
import { injections, observedEvents, remnant, whiteNoise, windowLength } from '../../src/gravitation/index.ts';

describe('observed events', () => {
  it('have final spins, by their medians, inside of what was published', () => {
    expect(observedEvents).toHaveLength(10);
    for (const { mass1, mass2, effectiveSpin, finalSpin } of observedEvents) {
      const { spin } = remnant({ mass1, mass2, spin1: effectiveSpin, spin2: effectiveSpin });
      const [median, low, high] = finalSpin;
      expect(low < median && median < high).toBe(true);
      expect(spin).toBeGreaterThan(low);
      expect(spin).toBeLessThan(high);
    }
  });

  it('are simulated as loud as one of two detectors heard them', () => {
    const [first] = observedEvents;
    const { windows, peakSnr } = injections([first!], 3, 5);
    expect(windows).toHaveLength(3 * windowLength);
    // some 13 times smaller than the optimal ratio
    expect(peakSnr[0]).toBeGreaterThan(1.1);
    expect(peakSnr[0]).toBeLessThan(1.6);
    const noise = new Float32Array(windowLength);
    for (let i = 0; i < 3; i++) {
      const window = windows.subarray(i * windowLength, (i + 1) * windowLength);
      const mean = window.reduce((sum, x) => sum + x, 0) / windowLength;
      const variance = window.reduce((sum, x) => sum + (x - mean) ** 2, 0) / windowLength;
      expect(variance).toBeCloseTo(1, 5);
      // without the noise, the signal: its squares add up to 25.2^2 / 2. The window was divided by sqrt(1 + that / 8192)
      whiteNoise(noise, { seed: 5, step: 0, replica: 0, layer: 3, example: i });
      const deviation = deviationOf(window, noise);
      const squares = window.reduce((sum, x, n) => sum + (deviation * x - noise[n]!) ** 2, 0);
      // the divisor is known to 1e-4, of 8192 squares of noise with the signal's 318 that makes 3e-3
      expect(Math.abs(Math.sqrt(squares) / (25.2 / Math.SQRT2) - 1)).toBeLessThan(0.003);
    }
    expect(injections([first!], 3, 5).windows).toEqual(windows);
    expect(injections([first!], 3, 6).windows).not.toEqual(windows);
  });
});

/** By what a window was divided: where there is no signal yet, it is the noise. */
function deviationOf(window: Float32Array, noise: Float32Array): number {
  const ratios = Array.from({ length: 200 }, (_, n) => noise[n]! / window[n]!).toSorted((a, b) => a - b);
  return ratios[100]!;
}
