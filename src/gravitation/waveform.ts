import { UsageError } from '../errors/index.ts';
import { type Binary, massesOf } from './binary.ts';
import { PhenomD } from './phenomd/phenomd.ts';

/** From where and how a binary is seen. */
export interface Source {
  /** luminosity distance, Mpc; 100 unless given */
  readonly distance?: number;
  /** between the line of sight and the orbital angular momentum, radians; 0 unless given */
  readonly inclination?: number;
  /** of the orbit, where the signal has the reference frequency, radians; 0 unless given */
  readonly phase?: number;
  /** Hz; 20 unless given */
  readonly referenceFrequency?: number;
}

export interface WaveformOptions extends Source {
  /** Hz, above 0 */
  readonly frequencies: ArrayLike<number>;
}

/** A signal in the frequency domain: the Fourier transform of the strain, integral of h(t) exp(-2 pi i f t) dt, strain/Hz. */
export interface Waveform {
  /** Hz */
  readonly frequencies: Float64Array;
  /** |h| of the plus polarisation; 0 above the model's cut-off, M f = 0.2 */
  readonly amplitude: Float64Array;
  /** unwrapped, radians: h = amplitude exp(-i phase) */
  readonly phase: Float64Array;
  readonly plus: Polarization;
  readonly cross: Polarization;
}

export interface Polarization {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

/**
 * The signal of a binary by IMRPhenomD (Khan et al. 2016, arXiv 1508.07253): inspiral, merger and ringdown of the modes
 * l = |m| = 2, spins aligned. The merger is near the time 0, the phase that of 2 `phase` at the reference frequency.
 * @throws UsageError for a binary that cannot be (`Binary`), and for a frequency or distance that is not above 0
 */
export function waveform(binary: Binary, options: WaveformOptions): Waveform {
  const model = new PhenomD(massesOf(binary));
  const seen = seenFrom(options);
  const frequencies = Float64Array.from(options.frequencies, positive('frequency of a waveform', 'Hz'));
  const start = referencePhase(model, seen);
  const amplitude = frequencies.map((f) => (model.amplitudeAt(f) * seen.plus) / seen.distance);
  const phase = frequencies.map((f) => model.phaseAt(f) - start);
  const real = amplitude.map((a, i) => a * Math.cos(phase[i]!));
  const imaginary = amplitude.map((a, i) => -a * Math.sin(phase[i]!));
  // h_cross = -i h_plus, as seen from above: from the side plus is smaller by (1 + cos^2) / 2, cross by cos
  const tilt = seen.cross / seen.plus;
  return {
    ...{ frequencies, amplitude, phase },
    plus: { real, imaginary },
    cross: { real: imaginary.map((value) => value * tilt), imaginary: real.map((value) => -value * tilt) },
  };
}

/**
 * Hz at which the amplitude of the merger is largest (Khan et al. 2016, equation 20).
 * @throws UsageError for a binary that cannot be (`Binary`)
 */
export function peakFrequency(binary: Binary): number {
  const { amplitude, masses } = new PhenomD(massesOf(binary));
  return amplitude.peak / masses.seconds;
}

/** A source that was checked, and what each polarisation is multiplied by. */
export interface Seen {
  readonly distance: number;
  readonly phase: number;
  readonly referenceFrequency: number;
  readonly plus: number;
  readonly cross: number;
}

/** @throws UsageError */
export function seenFrom({ distance = 100, inclination = 0, phase = 0, referenceFrequency = 20 }: Source): Seen {
  for (const [name, angle] of Object.entries({ inclination, phase })) {
    if (!Number.isFinite(angle)) {
      throw new UsageError(`${name} of a waveform`, { got: String(angle), expected: 'an angle in radians' });
    }
  }
  const cosine = Math.cos(inclination);
  return {
    distance: positive('distance of a waveform', 'Mpc')(distance),
    ...{ phase, plus: (1 + cosine ** 2) / 2, cross: cosine },
    referenceFrequency: positive('reference frequency of a waveform', 'Hz')(referenceFrequency),
  };
}

/** What is taken from `phaseAt`, so that the orbit has its phase at the reference frequency: the wave has twice of it. */
export function referencePhase(model: PhenomD, { referenceFrequency, phase }: Seen): number {
  return model.phaseAt(referenceFrequency) + 2 * phase;
}

function positive(what: string, unit: string) {
  return (value: number): number => {
    if (value > 0 && value < Number.POSITIVE_INFINITY) return value;
    throw new UsageError(what, { got: String(value), expected: `above 0 ${unit}` });
  };
}
