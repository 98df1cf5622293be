import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { massesOf } from '../../src/gravitation/binary.ts';
import { type Binary, designNoise, optimalSnr, peakFrequency, remnant, waveform } from '../../src/gravitation/index.ts';
import { PhenomD } from '../../src/gravitation/phenomd/phenomd.ts';
import { inspiralSeries } from '../../src/gravitation/phenomd/post-newtonian.ts';
import { binaryOf, golden, lalsimulation, largest, relative } from './golden.ts';

describe('36 + 29 solar masses, spins 0.3 and -0.2, number by number', () => {
  const binary = { mass1: 36, mass2: 29, spin1: 0.3, spin2: -0.2 };
  const masses = massesOf(binary);
  const model = new PhenomD(masses);
  /** to all digits that are given */
  const expectDigits = (got: number, expected: number, digits = 9) =>
    expect(relative(got, expected)).toBeLessThan(10 ** (1 - digits));

  it('the remnant, the ringdown, and where the parts are joined', () => {
    expectDigits(masses.eta, 0.247100591716, 12);
    const { spin, radiated } = remnant(binary);
    expectDigits(spin, 0.712224559204, 12);
    expectDigits(radiated, 0.0502283124623, 12);
    expectDigits(model.ring.frequency, 0.0901783525069, 12);
    expectDigits(model.ring.damping, 0.013458229889, 11);
    expectDigits(model.amplitude.peak, 0.0799857442489, 12);
    const { intermediate, merger } = model.phase.joints;
    expectDigits(intermediate[0], -89.7876032498, 12);
    expectDigits(intermediate[1], -24.6822966475, 11);
    expectDigits(merger[0], -54.0938061234, 11);
    expectDigits(merger[1], -23.7033468446, 11);
    expectDigits(model.shift, 259.714457849, 12);
  });

  it('the post-Newtonian coefficients', () => {
    const { powers } = inspiralSeries(masses, model.coefficients);
    const scale = 3 / (128 * masses.eta);
    const phase = [1, 0, 6.424080336, -47.68104064, 45.69134959, 133.8363557, -931.8681468, 694.1722626];
    for (const [k, expected] of phase.entries()) {
      // of the fifth and the sixth the constant of ln v is kept with them
      const log = k === 5 ? 3 * phase[5]! : k === 6 ? -6848 / 21 : 0;
      const constant = scale * Math.PI ** ((k - 5) / 3) * (expected + (log * Math.log(Math.PI)) / 3);
      expect(powers[k]!).toBeCloseTo(constant - (k === 5 ? Math.PI / 4 : 0), 6);
    }
    // of the amplitude's series alone, far below where rho matters
    const amplitude = [1, 0, -0.7786168639, 0.236964497, -4.581786576, 1.020906735, -4.626089935];
    for (const f of [1e-6, 1e-5]) {
      const v = Math.cbrt(Math.PI * f);
      const sum = amplitude.reduce((total, a, k) => total + a * v ** k, 0);
      const { rho1, rho2, rho3 } = model.coefficients;
      const above = rho1 * f ** (7 / 3) + rho2 * f ** (8 / 3) + rho3 * f ** 3;
      expect(model.amplitude.at(f, Math.cbrt(f))).toBeCloseTo(sum + above, 11);
    }
  });

  it('the phenomenological coefficients', () => {
    const expected = {
      ...{ rho1: 3219.04567, rho2: -33897.9016, rho3: 84412.9618, v2: 0.889997007 },
      ...{ gamma1: 0.0168505052, gamma2: 0.862612809, gamma3: 1.32210959 },
      ...{ sigma1: 55.7646491, sigma2: -1400.15802, sigma3: 2636.35306, sigma4: 2676.3401 },
      ...{ beta1: 87.880348, beta2: -2.48765667, beta3: -1.04086903e-5 },
      ...{ alpha1: 88.5844121, alpha2: -0.0549591624, alpha3: -15.318629, alpha4: 0.262838917, alpha5: 0.992908371 },
    };
    expect(Object.keys(model.coefficients).toSorted()).toEqual(Object.keys(expected).toSorted());
    for (const [name, value] of Object.entries(expected)) {
      expectDigits(model.coefficients[name as keyof typeof expected], value);
    }
  });

  it('the waveform and its signal-to-noise ratio', () => {
    const rows = [
      [20, 3.514081727e-22, 0],
      [35, -1.146511984e-22, 1.283533861e-22],
      [60, -3.250565149e-23, 7.789525186e-23],
      [100, 4.779857635e-24, 4.552819625e-23],
      [150, -1.220315415e-25, -3.275914875e-23],
      [200, 2.713146805e-23, 6.653134601e-24],
      [260, 8.003409174e-24, 2.053219199e-23],
      [320, 2.233850946e-24, 4.829066843e-24],
    ] as const;
    const { plus, amplitude } = waveform(binary, { frequencies: rows.map(([f]) => f) });
    for (const [i, [, re, im]] of rows.entries()) {
      expect(Math.abs(plus.real[i]! - re) / amplitude[i]!).toBeLessThan(1e-9);
      expect(Math.abs(plus.imaginary[i]! - im) / amplitude[i]!).toBeLessThan(1e-9);
    }
    expectDigits(optimalSnr(binary), 400.187523);
  });
});

/** 1 - overlap in the noise of the design, without moving one against the other; trapezoids in ln f */
function mismatch(f: ArrayLike<number>, a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): number {
  const [are, aim, bre, bim] = [...a, ...b] as [
    ArrayLike<number>,
    ArrayLike<number>,
    ArrayLike<number>,
    ArrayLike<number>,
  ];
  let [aa, bb, difference] = [0, 0, 0];
  for (let i = 0; i < f.length; i++) {
    const weight = f[i]! / designNoise(f[i]!);
    aa += weight * (are[i]! ** 2 + aim[i]! ** 2);
    bb += weight * (bre[i]! ** 2 + bim[i]! ** 2);
    difference += weight * ((are[i]! - bre[i]!) ** 2 + (aim[i]! - bim[i]!) ** 2);
  }
  // 1 - <a, b> / |a| |b|, of which 1e-10 is left after the subtraction
  return (difference - (Math.sqrt(aa) - Math.sqrt(bb)) ** 2) / (2 * Math.sqrt(aa * bb));
}

describe.each(golden.cases)('$id by lalsimulation and pycbc', (one) => {
  const binary = binaryOf(one);
  const { f_hz, re, im, amplitude, phi_minus_phi_at_20hz } = one.waveform;
  const h = waveform(binary, { frequencies: f_hz });

  it('has that amplitude and phase', () => {
    expect(largest(h.amplitude.map((a, i) => relative(a, amplitude[i]!)))).toBeLessThan(2e-4);
    expect(largest(h.phase.map((phi, i) => Math.abs(phi - phi_minus_phi_at_20hz[i]!)))).toBeLessThan(5e-4);
    expect(mismatch(f_hz, [h.plus.real, h.plus.imaginary], [re, im])).toBeLessThan(1e-6);
  });

  it('has that peak and that signal-to-noise ratio', () => {
    expect(relative(peakFrequency(binary), one.f_peak_hz)).toBeLessThan(1e-5);
    expect(relative(optimalSnr(binary), one.optimal_snr_20hz)).toBeLessThan(1e-4);
  });
});

it('200 binaries, to mass ratios of 18 and spins of 0.99, are those of lalsimulation', () => {
  for (const { binary, distance, phase, frequencies, finalSpin, peak, ...expected } of lalsimulation.binaries) {
    const [mass1, mass2, spin1, spin2] = binary;
    const one: Binary = { mass1, mass2, spin1, spin2 };
    const { plus, amplitude } = waveform(one, { frequencies, distance, phase });
    const { real, imaginary } = expected;
    // its ringdown is interpolated in a table of seven digits
    expect(mismatch(frequencies, [plus.real, plus.imaginary], [real, imaginary])).toBeLessThan(2e-9);
    expect(largest(real.map((re, i) => relative(amplitude[i]!, Math.hypot(re, imaginary[i]!))))).toBeLessThan(1e-4);
    expect(Math.abs(remnant(one).spin - finalSpin)).toBeLessThan(1e-14);
    expect(relative(peakFrequency(one), peak)).toBeLessThan(1e-5);
  }
});

describe('every waveform', () => {
  const spin = fc.double({ min: -0.99, max: 0.99, noNaN: true });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const binaries = fc.tuple(share, share, spin, spin).map(([size, ratio, spin1, spin2]): Required<Binary> => {
    const [total, q] = [10 * 20 ** size, 18 ** ratio];
    return { mass1: (total * q) / (1 + q), mass2: total / (1 + q), spin1, spin2 };
  });
  const check = (property: (binary: Required<Binary>, x: number) => void, numRuns = 100) =>
    fc.assert(fc.property(binaries, share, property), { seed: 1602, numRuns });
  const frequencies = [20, 31, 47, 80, 120, 200, 333, 500, 900];

  it('is the same with its black holes swapped', () => {
    check(({ mass1, mass2, spin1, spin2 }) => {
      const swapped = { mass1: mass2, mass2: mass1, spin1: spin2, spin2: spin1 };
      expect(waveform(swapped, { frequencies })).toEqual(waveform({ mass1, mass2, spin1, spin2 }, { frequencies }));
    });
  });

  it('of masses s times as large is s^2 times as large, at frequencies 1 / s', () => {
    check((binary, x) => {
      const s = 0.5 + 1.5 * x;
      const scaled = { ...binary, mass1: s * binary.mass1, mass2: s * binary.mass2 };
      const [one, other] = [
        waveform(binary, { frequencies }),
        waveform(scaled, { frequencies: frequencies.map((f) => f / s), referenceFrequency: 20 / s }),
      ];
      for (const i of frequencies.keys()) {
        // at the cut-off itself, rounding decides
        if (one.amplitude[i] === 0 || other.amplitude[i] === 0) continue;
        expect(relative(other.amplitude[i]! / one.amplitude[i]!, s * s)).toBeLessThan(1e-10);
        expect(Math.abs(other.phase[i]! - one.phase[i]!)).toBeLessThan(1e-7);
      }
    });
  });

  it('has an amplitude above 0 up to M f = 0.2 and none beyond, and its parts join', () => {
    check((binary) => {
      const { seconds } = massesOf(binary);
      const { peak } = new PhenomD(massesOf(binary)).amplitude;
      const grid = Array.from({ length: 200 }, (_, i) => (0.001 + (0.199 * i) / 200) / seconds);
      const h = waveform(binary, { frequencies: [...grid, 0.2001 / seconds] });
      for (const a of h.amplitude.slice(0, -1)) expect(a).toBeGreaterThan(0);
      expect(h.amplitude.at(-1)).toBe(0);
      const model = new PhenomD(massesOf(binary));
      for (const joint of [0.014, 0.018, model.ring.frequency / 2, peak]) {
        const [below, above] = [joint * (1 - 1e-9), joint * (1 + 1e-9)].map((f) => f / seconds);
        const values = [model.amplitudeAt(below!), model.amplitudeAt(above!)] as const;
        expect(relative(values[0], values[1])).toBeLessThan(1e-6);
        const phases = [model.phaseAt(below!), model.phaseAt(above!)] as const;
        expect(Math.abs(phases[0] - phases[1])).toBeLessThan(1e-5);
      }
    });
  });

  it('is heard in inverse proportion to its distance', () => {
    check((binary, x) => {
      const distance = 1 + 5000 * x;
      const snr = optimalSnr(binary, { distance });
      expect(relative(snr * distance, optimalSnr(binary) * 100)).toBeLessThan(1e-12);
      expect(snr).toBeGreaterThan(0);
    }, 10);
  });

  it('turns with twice the phase of its orbit, and is seen from the side in one polarisation only', () => {
    check((binary, x) => {
      const phase = Math.PI * x;
      const [one, turned] = [waveform(binary, { frequencies }), waveform(binary, { frequencies, phase })];
      for (const i of frequencies.keys()) expect(turned.phase[i]! - one.phase[i]!).toBeCloseTo(-2 * phase, 8);
      const side = waveform(binary, { frequencies, inclination: Math.PI / 2 });
      const faint = 1e-15 * one.amplitude[0]!;
      for (const i of frequencies.keys()) {
        expect(one.cross.real[i]).toBeCloseTo(one.plus.imaginary[i]!, 40);
        expect(one.cross.imaginary[i]).toBeCloseTo(-one.plus.real[i]!, 40);
        expect(Math.abs(side.plus.real[i]! - one.plus.real[i]! / 2)).toBeLessThan(faint);
        expect(Math.abs(side.cross.real[i]!)).toBeLessThan(faint);
      }
    }, 20);
  });
});

it('what is no frequency, distance or angle is refused', () => {
  const binary = { mass1: 30, mass2: 30 };
  expect(() => waveform(binary, { frequencies: [0] })).toThrowErrorMatchingInlineSnapshot(
    `[UsageError: frequency of a waveform: got 0, expected above 0 Hz]`,
  );
  expect(() => waveform(binary, { frequencies: [20], distance: -1 })).toThrowErrorMatchingInlineSnapshot(
    `[UsageError: distance of a waveform: got -1, expected above 0 Mpc]`,
  );
  expect(() => waveform(binary, { frequencies: [20], phase: Number.NaN })).toThrowErrorMatchingInlineSnapshot(
    `[UsageError: phase of a waveform: got NaN, expected an angle in radians]`,
  );
  expect(() => optimalSnr(binary, { referenceFrequency: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[UsageError: reference frequency of a waveform: got 0, expected above 0 Hz]`,
  );
});
