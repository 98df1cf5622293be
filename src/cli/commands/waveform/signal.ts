/** What is printed of a binary. The names are those of files with such signals, where this is compared with others. */
import {
  type Binary,
  type Source,
  SegmentWindows,
  bertiCardosoWill,
  lowestFrequency,
  massesOf,
  optimalSnr,
  peakFrequency,
  remnant,
  ringdown,
  sampleRate,
  toneOf,
  usualMerger,
  waveform,
  windowLength,
} from '../../../gravitation/index.ts';

export interface Wanted {
  readonly binary: Binary;
  readonly source: Required<Source>;
  /** Hz; unless given 16 in equal ratios, from 20 Hz to a third above the ringdown */
  readonly frequencies: readonly number[] | null;
  readonly segment: number;
  readonly samples: readonly number[];
}

export type Signal = ReturnType<typeof signalOf>;

/** @throws UsageError for a binary that cannot be, or is not heard */
export function signalOf({ binary, source, frequencies, segment, samples }: Wanted) {
  const masses = massesOf(binary);
  const { spin, mass, radiated } = remnant(binary);
  const mode = ringdown(spin);
  const fit = bertiCardosoWill(spin);
  const tone = toneOf(mode, mass);
  const window = new Float64Array(windowLength);
  const segmentSnr = new SegmentWindows('whitened').fill(window, binary, { ...source, segment });
  const largest = window.reduce((best, x, n) => (Math.abs(x) > Math.abs(window[best]!) ? n : best), 0);
  return {
    ...{ m1: masses.mass1, m2: masses.mass2, chi1z: masses.spin1, chi2z: masses.spin2, eta: masses.eta },
    distance_mpc: source.distance,
    f_ref_hz: source.referenceFrequency,
    phi_ref: source.phase,
    inclination: source.inclination,
    ...{ final_spin: spin, final_mass_over_M: 1 - radiated, final_mass_msun: mass, radiated_fraction: radiated },
    qnm: {
      ...{ omega_R_Mf: mode.omegaReal, omega_I_Mf: mode.omegaImaginary },
      source: "Chebyshev series through Leaver's solutions",
      ...{ f_hz: tone.frequency, tau_s: tone.decay },
    },
    qnm_bcw2006: { omega_R_Mf: fit.omegaReal, Q: fit.quality, omega_I_Mf: fit.omegaImaginary },
    f_peak_hz: peakFrequency(binary),
    waveform: spectrumOf(binary, source, frequencies ?? usualFrequencies(tone.frequency)),
    optimal_snr_20hz: optimalSnr(binary, source),
    whitened_window: {
      ...{ fs: sampleRate, segment_s: segment, f_low: lowestFrequency, merger_sample_in_window: usualMerger },
      snr_window: Math.hypot(...window),
      snr_segment: segmentSnr,
      max_abs: Math.abs(window[largest]!),
      argmax_abs: largest,
      sample_index: samples,
      sample_value: samples.map((n) => window[n]!),
    },
  };
}

function spectrumOf(binary: Binary, source: Source, frequencies: readonly number[]) {
  const { plus, amplitude, phase } = waveform(binary, { ...source, frequencies });
  const [start] = waveform(binary, { ...source, frequencies: [lowestFrequency] }).phase;
  const [re, im] = [[...plus.real], [...plus.imaginary]];
  return {
    f_hz: frequencies,
    ...{ re, im, amplitude: [...amplitude] },
    phase_arg: re.map((x, i) => Math.atan2(im[i]!, x)),
    phi_minus_phi_at_20hz: [...phase].map((phi) => phi - start!),
  };
}

function usualFrequencies(ringdownFrequency: number): number[] {
  const ratio = (1.35 * ringdownFrequency) / lowestFrequency;
  return Array.from({ length: 16 }, (_, i) => Number((lowestFrequency * ratio ** (i / 15)).toPrecision(6)));
}

/** Every eighth of a second, closer towards the merger. */
export const usualSamples = [
  ...[0, 1024, 2048, 3072, 4096, 5120, 6144, 6656, 6912, 7040, 7168, 7232, 7296, 7328, 7344, 7360, 7368, 7372],
  ...[7376, 7384, 7400, 7432, 7496, 7624, 8000, 8191],
];
