import type { Masses } from '../binary.ts';
import type { Ringing } from './amplitude.ts';
import type { Coefficient } from './coefficients.ts';
import { type InspiralSeries, inspiralSeries } from './post-newtonian.ts';

/** M f where the inspiral ends, in the phase (Khan et al. 2016, section VIII) */
const inspiralEnd = 0.018;

/**
 * IMRPhenomD's phase: inspiral, intermediate, merger and ringdown, joined with equal value and slope. Frequencies are
 * dimensionless, F = M f; the phase is in radians and the waveform A exp(-i phase).
 */
export class Phase {
  /** C1, C2 and D1, D2: what makes the second and the third part go on from the one before */
  readonly joints: { readonly intermediate: readonly [number, number]; readonly merger: readonly [number, number] };
  readonly #series: InspiralSeries;
  readonly #powers: Float64Array;
  readonly #log5: number;
  readonly #log6: number;
  readonly #mergerStart: number;
  // beta_i and alpha_i over eta; what is read for each frequency is a field of its own
  readonly #b1: number;
  readonly #b2: number;
  readonly #b3: number;
  readonly #a1: number;
  readonly #a2: number;
  readonly #a3: number;
  readonly #a4: number;
  readonly #center: number;
  readonly #damping: number;
  #c1 = 0;
  #c2 = 0;
  #d1 = 0;
  #d2 = 0;

  constructor(masses: Masses, fit: Readonly<Record<Coefficient, number>>, ring: Ringing) {
    const { eta } = masses;
    this.#series = inspiralSeries(masses, fit);
    this.#powers = this.#series.powers;
    this.#log5 = this.#series.log5;
    this.#log6 = this.#series.log6;
    this.#b1 = fit.beta1 / eta;
    this.#b2 = fit.beta2 / eta;
    this.#b3 = fit.beta3 / eta;
    this.#a1 = fit.alpha1 / eta;
    this.#a2 = fit.alpha2 / eta;
    this.#a3 = fit.alpha3 / eta;
    this.#a4 = fit.alpha4 / eta;
    this.#center = fit.alpha5 * ring.frequency;
    this.#damping = ring.damping;
    this.#mergerStart = ring.frequency / 2;

    const f1 = inspiralEnd;
    this.#c2 = this.#series.slope(f1) - this.#intermediateSlope(f1);
    this.#c1 = this.#inspiralAt(Math.cbrt(f1), Math.log(f1)) - this.#intermediateAt(f1, Math.log(f1));
    const f2 = this.#mergerStart;
    this.#d2 = this.#intermediateSlope(f2) - this.bareMergerSlope(f2);
    this.#d1 = this.#intermediateAt(f2, Math.log(f2)) - this.#mergerAt(f2);
    this.joints = { intermediate: [this.#c1, this.#c2], merger: [this.#d1, this.#d2] };
  }

  /**
   * @param root F^(1/3), which a caller with a grid has already
   * @param logarithm ln F, of the same grid
   */
  at(frequency: number, root: number, logarithm: number): number {
    if (frequency < inspiralEnd) return this.#inspiralAt(root, logarithm);
    if (frequency < this.#mergerStart) return this.#intermediateAt(frequency, logarithm);
    return this.#mergerAt(frequency);
  }

  /** equation 28 */
  #inspiralAt(root: number, logarithm: number): number {
    const c = this.#powers;
    let sum = c[11]!;
    for (let k = 10; k >= 0; k--) sum = sum * root + c[k]!;
    const square = root * root;
    return sum / (square * square * root) + (this.#log5 + this.#log6 * root) * logarithm;
  }

  /** equation 16, with what joins it to the inspiral */
  #intermediateAt(frequency: number, logarithm: number): number {
    const cube = frequency * frequency * frequency;
    return this.#b1 * frequency + this.#b2 * logarithm - this.#b3 / (3 * cube) + this.#c1 + this.#c2 * frequency;
  }

  #intermediateSlope(frequency: number): number {
    return this.#b1 + this.#b2 / frequency + this.#b3 / frequency ** 4 + this.#c2;
  }

  /** equation 14, with what joins it to the intermediate part */
  #mergerAt(frequency: number): number {
    const half = Math.sqrt(frequency);
    const bent =
      (4 / 3) * this.#a3 * half * Math.sqrt(half) + this.#a4 * Math.atan((frequency - this.#center) / this.#damping);
    return this.#a1 * frequency - this.#a2 / frequency + bent + this.#d1 + this.#d2 * frequency;
  }

  /** equation 13, without what joins it: at the amplitude's peak it is the time by which the waveform is moved */
  bareMergerSlope(frequency: number): number {
    const z = (frequency - this.#center) / this.#damping;
    return (
      this.#a1 + this.#a2 / frequency ** 2 + this.#a3 * frequency ** -0.25 + this.#a4 / this.#damping / (1 + z * z)
    );
  }
}
