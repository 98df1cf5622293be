import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RealFourier, RealSpectrum } from '../../src/gravitation/fourier.ts';
import {
  SegmentWindows,
  WhitenedWindows,
  durationFrom20Hz,
  massesOf,
  optimalSnr,
  segmentOf,
  windowLength,
} from '../../src/gravitation/index.ts';
import { binaryOf, golden, largest, relative } from './golden.ts';

const exact = new SegmentWindows('whitened');
const fast = new WhitenedWindows();

describe('a real Fourier transform', () => {
  it.each([4, 8, 64, 256])('of %i samples is the sum that it stands for, and comes back', (length) => {
    const signal = Float64Array.from({ length }, (_, n) => Math.sin(3 * n) + 0.3 * Math.cos(n * n));
    const bins = new RealSpectrum(length).of(signal);
    for (let k = 0; k <= length / 2; k++) {
      const angle = (-2 * Math.PI * k) / length;
      const re = signal.reduce((sum, x, n) => sum + x * Math.cos(angle * n), 0);
      const im = signal.reduce((sum, x, n) => sum + x * Math.sin(angle * n), 0);
      expect(bins[2 * k]).toBeCloseTo(re, 11);
      expect(bins[2 * k + 1]).toBeCloseTo(im, 11);
    }
    const back = new RealFourier(length).inverse(Float64Array.from(bins));
    expect(largest(back.map((x, n) => Math.abs(x - signal[n]!)))).toBeLessThan(1e-14);
  });

  it('of a spectrum whose upper part is empty is the same, and nothing of the one before is left', () => {
    const [length, from, to] = [64, 3, 11];
    const spectrum = Float64Array.from({ length: length + 2 }, (_, n) =>
      n >= 2 * from && n < 2 * to + 2 ? Math.sin(n * n) : 0,
    );
    const whole = new RealFourier(length).inverse(spectrum).slice();
    const fourier = new RealFourier(length);
    fourier.inverse(Float64Array.from({ length: length + 2 }, () => 1));
    expect(fourier.inverse(spectrum, from, to)).toEqual(whole);
    expect(() => fourier.inverse(new Float64Array(3))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: spectrum of a Fourier transform: got 3 numbers, expected 66]`,
    );
    expect(() => new RealFourier(48)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: length of a Fourier transform: got 48, expected a power of two, from 4]`,
    );
  });
});

describe.each(golden.cases)('the window of $id', (one) => {
  const expected = one.whitened_window;
  const window = new Float64Array(windowLength);
  const segmentSnr = exact.fill(window, binaryOf(one), { segment: 16 });

  it('has the samples that lalsimulation and NumPy give', () => {
    const differences = expected.sample_index.map((n, i) => Math.abs(window[n]! - expected.sample_value[i]!));
    expect(largest(differences) / expected.max_abs).toBeLessThan(5e-5);
    expect(relative(largest(window.map(Math.abs)), expected.max_abs)).toBeLessThan(1e-5);
    expect(window.map(Math.abs).indexOf(largest(window.map(Math.abs)))).toBe(expected.argmax_abs);
  });

  it('has their signal-to-noise ratios', () => {
    expect(relative(segmentSnr, expected.snr_segment)).toBeLessThan(1e-6);
    expect(relative(Math.hypot(...window), expected.snr_window)).toBeLessThan(1e-6);
    // the bins of 1/16 and of 1/64 Hz
    expect(relative(segmentSnr, optimalSnr(binaryOf(one)))).toBeLessThan(5e-4);
  });
});

it('the squares of a whole segment add up to its signal-to-noise ratio (Parseval)', () => {
  const segment = new Float64Array(4 * 8192);
  const snr = exact.fill(
    segment,
    { mass1: 40, mass2: 30, spin1: 0.6 },
    { segment: 4, merger: 3 * 8192, distance: 440 },
  );
  expect(relative(Math.hypot(...segment), snr)).toBeLessThan(1e-12);
});

it('the strain of a segment is the waveform: its energy is that of the spectrum', () => {
  const segment = new Float64Array(4 * 8192);
  const binary = { mass1: 40, mass2: 30 };
  const options = { segment: 4, merger: 3 * 8192 };
  const norm = new SegmentWindows('strain').fill(segment, binary, options);
  expect(relative(Math.hypot(...segment), norm)).toBeLessThan(1e-12);
  const peak = segment.map(Math.abs).indexOf(largest(segment.map(Math.abs)));
  // milliseconds before where it was put
  expect(peak).toBeLessThan(3 * 8192);
  expect(peak).toBeGreaterThan(3 * 8192 - 0.03 * 8192);
});

describe('windows in two bands', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });

  it('are those of one segment to 1e-6 of the largest sample', () => {
    fc.assert(
      fc.property(share, share, share, share, fc.integer({ min: 6144, max: 7782 }), (size, ratio, a, b, merger) => {
        const [total, q] = [10 * 20 ** size, 18 ** ratio];
        const [spin1, spin2] = [1.98 * a - 0.99, 1.98 * b - 0.99];
        const binary = { mass1: (total * q) / (1 + q), mass2: total / (1 + q), spin1, spin2 };
        for (const length of [8192, 9421]) {
          const [one, other] = [new Float64Array(length), new Float64Array(length)];
          exact.fill(one, binary, { merger, phase: a });
          fast.fill(other, binary, { merger, phase: a });
          const difference = largest(one.map((x, n) => Math.abs(x - other[n]!)));
          expect(difference / largest(one.map(Math.abs))).toBeLessThan(1e-6);
        }
      }),
      { seed: 1998, numRuns: 15 },
    );
  });

  it('of binaries so light that their signal goes on above 4096 Hz are made of one segment', () => {
    const binary = { mass1: 5, mass2: 4.5 };
    expect(durationFrom20Hz(binary)).toBeGreaterThan(10);
    const [one, other] = [new Float64Array(8192), new Float64Array(8192)];
    exact.fill(one, binary, { merger: 600 });
    fast.fill(other, binary, { merger: 600 });
    expect(other).toEqual(one);
  });

  it('are moved by moving the merger, and nothing is left of the one before', () => {
    const binary = { mass1: 30, mass2: 20, spin1: -0.4 };
    const [one, moved, again] = [0, 1, 2].map(() => new Float64Array(8192)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    fast.fill(one, binary, { merger: 7000 });
    fast.fill(moved, { mass1: 60, mass2: 12 });
    fast.fill(moved, binary, { merger: 7100 });
    const scale = largest(one);
    expect(largest(one.subarray(0, 8092).map((x, n) => Math.abs(x - moved[n + 100]!))) / scale).toBeLessThan(1e-6);
    fast.fill(again, binary, { merger: 7000 });
    expect(again).toEqual(one);
  });

  it('are heard as loud as their distance makes them', () => {
    const [near, far] = [new Float64Array(8192), new Float64Array(8192)];
    fast.fill(near, { mass1: 30, mass2: 20 }, { distance: 100 });
    fast.fill(far, { mass1: 30, mass2: 20 }, { distance: 250 });
    expect(largest(far.map((x, n) => Math.abs(2.5 * x - near[n]!)))).toBeLessThan(1e-12);
  });
});

it('a segment is as long as the signal needs', () => {
  const lengths = [
    [65, 42],
    [30, 25],
    [14, 13],
    [9, 6],
    [5, 5],
  ].map(([mass1, mass2]) => segmentOf(massesOf({ mass1: mass1!, mass2: mass2! })));
  expect(lengths).toEqual([4, 4, 8, 16, 32]);
});

it('what does not fit into a segment or a band is refused', () => {
  const out = new Float64Array(8192);
  const binary = { mass1: 30, mass2: 30 };
  expect(() => exact.fill(out, binary, { merger: 8193 })).toThrowErrorMatchingInlineSnapshot(
    `[UsageError: merger in a window: got 8193, expected a sample from 0 to 8192]`,
  );
  expect(() => exact.fill(out, binary, { segment: 3 })).toThrowErrorMatchingInlineSnapshot(
    `[UsageError: segment of a whitened signal: got 3, expected seconds, a power of two from 1 to 256]`,
  );
  expect(() => fast.fill(new Float64Array(16_384), binary)).toThrowErrorMatchingInlineSnapshot(
    `[UsageError: window of a whitened signal: got 16384 samples, expected at most the 10240 of its segment]`,
  );
  const heavy = { mass1: 1000, mass2: 490 };
  expect(() => fast.fill(out, { ...heavy, mass1: 1010 })).not.toThrow();
});
