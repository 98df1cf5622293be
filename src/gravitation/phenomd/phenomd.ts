/** IMRPhenomD: Khan et al. 2016 (arXiv 1508.07253), the waveform of a binary with aligned spins, l = |m| = 2. */
import { type Masses } from '../binary.ts';
import { remnantOf } from '../remnant.ts';
import { ringdown } from '../ringdown.ts';
import { megaparsec, solarMassMetres } from '../units.ts';
import { Amplitude, type Ringing } from './amplitude.ts';
import { type Coefficient, coefficientsOf } from './coefficients.ts';
import { Phase } from './phase.ts';

/** M f above which there is no waveform */
const cutoff = 0.2;

/** Amplitude and phase of one binary, as functions of the frequency in Hz. */
export class PhenomD {
  readonly masses: Masses;
  readonly coefficients: Readonly<Record<Coefficient, number>>;
  readonly ring: Ringing;
  /** strain per Hz at the distance of 1 Mpc, times F^(7/6), of what `amplitude` is a multiple of */
  readonly scale: number;
  readonly amplitude: Amplitude;
  readonly phase: Phase;
  /** t0: slope of the phase by F that puts the peak of the amplitude at the time 0 */
  readonly shift: number;
  /** Hz: above it there is no waveform */
  readonly highest: number;

  constructor(masses: Masses) {
    const { eta, total, seconds } = masses;
    const { spin, radiated } = remnantOf(masses);
    const { omegaReal, omegaImaginary } = ringdown(spin);
    this.masses = masses;
    this.coefficients = coefficientsOf(masses);
    this.ring = {
      frequency: omegaReal / (2 * Math.PI) / (1 - radiated),
      damping: omegaImaginary / (2 * Math.PI) / (1 - radiated),
    };
    this.scale =
      ((2 * Math.sqrt(5 / (64 * Math.PI)) * total * solarMassMetres * seconds) / megaparsec) *
      Math.sqrt((2 * eta) / 3) *
      Math.PI ** (-1 / 6);
    this.amplitude = new Amplitude(masses, this.coefficients, this.ring);
    this.phase = new Phase(masses, this.coefficients, this.ring);
    this.shift = this.phase.bareMergerSlope(this.amplitude.peak);
    this.highest = cutoff / seconds;
  }

  /** strain per Hz at 1 Mpc, seen from above the orbit (inclination 0); 0 above the cut-off */
  amplitudeAt(frequency: number): number {
    const f = frequency * this.masses.seconds;
    return f > cutoff ? 0 : this.scale * f ** (-7 / 6) * this.amplitude.at(f, Math.cbrt(f));
  }

  /** radians, up to a constant: the peak of the amplitude is near the time 0 */
  phaseAt(frequency: number): number {
    const f = frequency * this.masses.seconds;
    return this.phase.at(f, Math.cbrt(f), Math.log(f)) - this.shift * f;
  }
}
