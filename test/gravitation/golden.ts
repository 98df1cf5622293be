/** Binaries and what others compute of them. */
import { readFileSync } from 'node:fs';
import type { Binary } from '../../src/gravitation/index.ts';

export interface GoldenCase {
  readonly id: string;
  readonly m1: number;
  readonly m2: number;
  readonly chi1z: number;
  readonly chi2z: number;
  readonly eta: number;
  readonly final_spin: number;
  readonly final_mass_over_M: number;
  readonly final_mass_msun: number;
  readonly radiated_fraction: number;
  readonly qnm: Readonly<Record<'omega_R_Mf' | 'omega_I_Mf' | 'f_hz' | 'tau_s', number>>;
  readonly qnm_bcw2006: Readonly<Record<'omega_R_Mf' | 'omega_I_Mf' | 'Q', number>>;
  readonly f_peak_hz: number;
  readonly waveform: Readonly<
    Record<'f_hz' | 're' | 'im' | 'amplitude' | 'phase_arg' | 'phi_minus_phi_at_20hz', readonly number[]>
  >;
  readonly optimal_snr_20hz: number;
  readonly whitened_window: Readonly<Record<'sample_index' | 'sample_value', readonly number[]>> &
    Readonly<Record<'max_abs' | 'argmax_abs' | 'snr_window' | 'snr_segment', number>>;
}

interface Golden {
  readonly psd_aligo_zdhp: readonly { readonly f_hz: number; readonly S_per_hz: number }[];
  readonly cases: readonly GoldenCase[];
}

/** Four binaries, the noise at seven frequencies: lalsimulation, pycbc and qnm, of which versions says the file's `meta`. */
export const golden = JSON.parse(
  readFileSync(new URL('../fixtures/gravitation/golden.json', import.meta.url), 'utf8'),
) as Golden;

export interface LalCase {
  /** masses and spins */
  readonly binary: readonly [number, number, number, number];
  readonly distance: number;
  readonly phase: number;
  readonly finalSpin: number;
  readonly peak: number;
  readonly frequencies: readonly number[];
  readonly real: readonly number[];
  readonly imaginary: readonly number[];
}

/** golden/make.py: 200 binaries by lalsimulation, to mass ratios of 18 and spins of 0.99, and the noise at 40 frequencies. */
export const lalsimulation = JSON.parse(
  readFileSync(new URL('golden/lalsimulation.json', import.meta.url), 'utf8'),
) as { readonly noise: readonly (readonly [number, number])[]; readonly binaries: readonly LalCase[] };

type Interval = Readonly<Record<'median' | 'minus' | 'plus', number>>;

export interface Event {
  readonly event: string;
  readonly published: Readonly<Record<'chi_eff' | 'final_spin', Interval>>;
  readonly derived: Readonly<
    Record<
      | 'mass1_detector'
      | 'mass2_detector'
      | 'final_spin_husa2016_chi1_chi2_eq_chi_eff'
      | 'final_mass_detector'
      | 'omega_R_Mf'
      | 'omega_I_Mf'
      | 'omega_R_Mf_bcw2006'
      | 'omega_I_Mf_bcw2006'
      | 'ringdown_f_hz_detector'
      | 'ringdown_tau_ms_detector',
      number
    >
  >;
}

/** Ten mergers of black holes that LIGO and Virgo heard, as they were published. */
export const { events } = JSON.parse(
  readFileSync(new URL('../fixtures/gravitation/gwtc1.json', import.meta.url), 'utf8'),
) as { readonly events: readonly Event[] };

export const binaryOf = ({ m1, m2, chi1z, chi2z }: GoldenCase): Binary => ({
  ...{ mass1: m1, mass2: m2, spin1: chi1z, spin2: chi2z },
});

/** |a / b - 1| */
export const relative = (a: number, b: number): number => Math.abs(a / b - 1);

export const largest = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => Math.max(a, b), 0);
