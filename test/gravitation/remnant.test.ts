import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Binary, bertiCardosoWill, massesOf, remnant, ringdown, toneOf } from '../../src/gravitation/index.ts';
import { binaryOf, events, golden, relative } from './golden.ts';

describe('the remnant', () => {
  it('of equal masses without spins is that of Husa et al. 2016', () => {
    const { spin, radiated, mass } = remnant({ mass1: 30, mass2: 30 });
    expect(spin).toBeCloseTo(0.6864170524, 10);
    expect(radiated).toBeCloseTo(0.0483879057, 10);
    expect(mass).toBe(60 * (1 - radiated));
  });

  it.each(golden.cases)('of $id is that of lalsimulation', (one) => {
    const { spin, radiated, mass } = remnant(binaryOf(one));
    expect(Math.abs(spin - one.final_spin)).toBeLessThan(1e-12);
    expect(relative(mass, one.final_mass_msun)).toBeLessThan(1e-12);
    expect(relative(radiated, one.radiated_fraction)).toBeLessThan(1e-12);
  });

  const spin = fc.double({ min: -1, max: 1, noNaN: true });
  const share = fc.double({ min: 0, max: 1, noNaN: true });

  it('rings for every binary that is allowed, whatever is swapped and whatever the unit of mass', () => {
    fc.assert(
      fc.property(share, spin, spin, share, (q, spin1, spin2, size) => {
        const [mass1, mass2] = [10 * 18 ** q, 10];
        const one = remnant({ mass1, mass2, spin1, spin2 });
        expect(remnant({ mass1: mass2, mass2: mass1, spin1: spin2, spin2: spin1 })).toEqual(one);
        const scale = 0.5 + 3 * size;
        const scaled = remnant({ mass1: scale * mass1, mass2: scale * mass2, spin1, spin2 });
        expect(scaled.spin).toBeCloseTo(one.spin, 12);
        expect(scaled.mass / one.mass).toBeCloseTo(scale, 12);
        expect(one.radiated).toBeGreaterThan(0);
        expect(one.radiated).toBeLessThan(0.12);
        const { omegaReal, omegaImaginary } = ringdown(one.spin);
        expect(omegaReal).toBeGreaterThan(0);
        expect(omegaImaginary).toBeGreaterThan(0);
      }),
      { seed: 18, numRuns: 300 },
    );
  });
});

describe('the ringdown', () => {
  /** spin, omega exact, omega of the fit of 2006: solutions of Leaver's equation (python package qnm) */
  const table = [
    [-0.5, 0.32430731, 0.08903155, 0.306084, 0.082332],
    [0, 0.37367168, 0.08896232, 0.3683, 0.086917],
    [0.3, 0.41952668, 0.08772927, 0.420398, 0.087763],
    [0.5, 0.46412303, 0.08563883, 0.467393, 0.086396],
    [0.6, 0.49404478, 0.0837652, 0.497452, 0.084569],
    [0.69, 0.52822079, 0.08116229, 0.530743, 0.081777],
    [0.7, 0.53260024, 0.08079287, 0.534947, 0.081372],
    [0.8, 0.58601697, 0.07562955, 0.585482, 0.075698],
    [0.9, 0.67161427, 0.06486924, 0.665971, 0.064333],
    [0.95, 0.74632, 0.05314901, 0.739566, 0.052633],
  ] as const;

  it.each(table)(
    'of spin %d is that of Kerr, and the fit is what it was published as',
    (spin, re, im, fitRe, fitIm) => {
      const exact = ringdown(spin);
      expect(relative(exact.omegaReal, re)).toBeLessThan(3e-8);
      expect(relative(exact.omegaImaginary, im)).toBeLessThan(2e-7);
      const fit = bertiCardosoWill(spin);
      expect(Math.abs(fit.omegaReal - fitRe)).toBeLessThan(6e-7);
      expect(Math.abs(fit.omegaImaginary - fitIm)).toBeLessThan(6e-7);
      expect(fit.quality).toBeCloseTo(fit.omegaReal / (2 * fit.omegaImaginary), 12);
    },
  );

  it('of Schwarzschild is the number that is known to ten digits', () => {
    // 0.3736716844 - 0.0889623157 i (Berti, Cardoso and Starinets 2009, table II)
    expect(ringdown(0).omegaReal).toBeCloseTo(0.3736716844, 8);
    expect(ringdown(0).omegaImaginary).toBeCloseTo(0.0889623157, 8);
  });

  it.each(golden.cases)('of $id, in numbers without units and in Hz', (one) => {
    const { spin, mass } = remnant(binaryOf(one));
    const mode = ringdown(spin);
    const { frequency, decay } = toneOf(mode, mass);
    expect(relative(mode.omegaReal, one.qnm.omega_R_Mf)).toBeLessThan(2e-7);
    expect(relative(mode.omegaImaginary, one.qnm.omega_I_Mf)).toBeLessThan(2e-7);
    expect(relative(frequency, one.qnm.f_hz)).toBeLessThan(1e-6);
    expect(relative(decay, one.qnm.tau_s)).toBeLessThan(1e-6);
    const fit = bertiCardosoWill(spin);
    expect(relative(fit.omegaReal, one.qnm_bcw2006.omega_R_Mf)).toBeLessThan(1e-12);
    expect(relative(fit.omegaImaginary, one.qnm_bcw2006.omega_I_Mf)).toBeLessThan(1e-12);
  });

  it('is faster and longer the faster the hole turns', () => {
    const modes = Array.from({ length: 100 }, (_, i) => ringdown(i / 101));
    for (const [i, { omegaReal, omegaImaginary }] of modes.slice(1).entries()) {
      expect(omegaReal).toBeGreaterThan(modes[i]!.omegaReal);
      expect(omegaImaginary).toBeLessThan(modes[i]!.omegaImaginary);
    }
  });
});

describe.each(events)('$event', ({ published, derived }) => {
  it('left a hole whose spin is in the interval that was published', () => {
    const spin = published.chi_eff.median;
    const { mass1_detector: mass1, mass2_detector: mass2 } = derived;
    const left = remnant({ mass1, mass2, spin1: spin, spin2: spin });
    expect(left.spin).toBeCloseTo(derived.final_spin_husa2016_chi1_chi2_eq_chi_eff, 3);
    const { median, minus, plus } = published.final_spin;
    expect(left.spin).toBeGreaterThan(median - minus);
    expect(left.spin).toBeLessThan(median + plus);
  });

  it('rings as its published spin and mass say', () => {
    const spin = published.final_spin.median;
    const mode = ringdown(spin);
    expect(mode.omegaReal).toBeCloseTo(derived.omega_R_Mf, 4);
    expect(mode.omegaImaginary).toBeCloseTo(derived.omega_I_Mf, 4);
    const fit = bertiCardosoWill(spin);
    expect(fit.omegaReal).toBeCloseTo(derived.omega_R_Mf_bcw2006, 4);
    expect(fit.omegaImaginary).toBeCloseTo(derived.omega_I_Mf_bcw2006, 4);
    const { frequency, decay } = toneOf(mode, derived.final_mass_detector);
    expect(relative(frequency, derived.ringdown_f_hz_detector)).toBeLessThan(1e-3);
    expect(relative(1e3 * decay, derived.ringdown_tau_ms_detector)).toBeLessThan(1e-3);
  });
});

describe('a binary', () => {
  it('is put in order, the heavier one first', () => {
    const masses = massesOf({ mass1: 10, mass2: 30, spin1: 0.5 });
    expect(masses).toMatchObject({ mass1: 30, mass2: 10, spin1: 0, spin2: 0.5, total: 40, eta: 3 / 16, delta: 0.5 });
  });

  it('that cannot be, or of which nothing is known, is refused', () => {
    const messageOf = (binary: Binary) => {
      try {
        massesOf(binary);
        return 'was not refused';
      } catch (error) {
        return String(error);
      }
    };
    const refused: Binary[] = [
      { mass1: 0, mass2: 30 },
      { mass1: 30, mass2: -1 },
      { mass1: Number.NaN, mass2: 30 },
      { mass1: 30, mass2: Number.POSITIVE_INFINITY },
      { mass1: 30, mass2: 30, spin1: 1.01 },
      { mass1: 30, mass2: 30, spin2: Number.NaN },
      { mass1: 100, mass2: 5 },
      { mass1: 5, mass2: 100 },
      { mass1: 0.5, mass2: 0.5 },
      { mass1: 1000, mass2: 1000 },
    ];
    expect(refused.map(messageOf).join('\n')).toMatchInlineSnapshot(`
      "UsageError: mass1 of a binary: got 0, expected a mass above 0, in solar masses
      UsageError: mass2 of a binary: got -1, expected a mass above 0, in solar masses
      UsageError: mass1 of a binary: got NaN, expected a mass above 0, in solar masses
      UsageError: mass2 of a binary: got Infinity, expected a mass above 0, in solar masses
      UsageError: spin1 of a binary: got 1.01, expected a dimensionless spin from -1 to 1
      UsageError: spin2 of a binary: got NaN, expected a dimensionless spin from -1 to 1
      UsageError: mass ratio of a binary: got 20, expected at most 18, to which IMRPhenomD is calibrated
      UsageError: mass ratio of a binary: got 20, expected at most 18, to which IMRPhenomD is calibrated
      UsageError: total mass of a binary: got 1, expected 2 to 1500 solar masses
      UsageError: total mass of a binary: got 2000, expected 2 to 1500 solar masses"
    `);
    expect(() => massesOf({ mass1: 90, mass2: 5, spin1: 1, spin2: -1 })).not.toThrow();
    expect(() => ringdown(0.991)).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: spin of a black hole that rings down: got 0.991, expected from -0.99 to 0.99]`,
    );
    expect(() => bertiCardosoWill(1)).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: spin of a black hole that rings down: got 1, expected between -1 and 1]`,
    );
  });
});
