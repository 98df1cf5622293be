import type { Masses } from '../binary.ts';
import type { Coefficient } from './coefficients.ts';

/** Where the hole rings, in units of one over the binary's total mass. */
export interface Ringing {
  /** f_RD: frequency of the mode */
  readonly frequency: number;
  /** f_damp: its width */
  readonly damping: number;
}

/** M f where the inspiral ends, in the amplitude (Khan et al. 2016, section VIII) */
const inspiralEnd = 0.014;

/**
 * IMRPhenomD's amplitude as a multiple of the leading one, F^(-7/6): inspiral, merger and ringdown, and the quartic that
 * joins them. All frequencies are dimensionless, F = M f.
 */
export class Amplitude {
  /** of the largest amplitude: equation 20 */
  readonly peak: number;
  /** polynomial in F^(1/3) */
  readonly #inspiral: Float64Array;
  readonly #ringFrequency: number;
  readonly #height: number;
  readonly #width: number;
  readonly #decay: number;
  /** Newton's form: t1, u1, w1, e of the divided differences, and the nodes after the first */
  readonly #first: number;
  readonly #slope: number;
  readonly #second: number;
  readonly #third: number;
  readonly #fourth: number;
  readonly #middle: number;

  constructor(masses: Masses, fit: Readonly<Record<Coefficient, number>>, ring: Ringing) {
    const { gamma1, gamma2, gamma3, v2 } = fit;
    this.#inspiral = inspiralSeries(masses, fit);
    this.#ringFrequency = ring.frequency;
    this.#width = ring.damping * gamma3;
    this.#height = gamma1 * this.#width;
    this.#decay = gamma2 / this.#width;
    const root = gamma2 > 1 ? 0 : Math.sqrt(1 - gamma2 * gamma2);
    this.peak = Math.abs(ring.frequency + (this.#width * (root - 1)) / gamma2);

    const [f1, f3] = [inspiralEnd, this.peak];
    const f2 = (f1 + f3) / 2;
    const [v1, v3] = [this.#inspiralAt(Math.cbrt(f1)), this.#mergerAt(f3)];
    const t1 = this.#inspiralSlope(f1);
    const t2 = (v2 - v1) / (f2 - f1);
    const t3 = (v3 - v2) / (f3 - f2);
    const t4 = this.#mergerSlope(f3);
    const u1 = (t2 - t1) / (f2 - f1);
    const u2 = (t3 - t2) / (f3 - f1);
    const u3 = (t4 - t3) / (f3 - f2);
    const w1 = (u2 - u1) / (f3 - f1);
    const w2 = (u3 - u2) / (f3 - f1);
    this.#first = v1;
    this.#slope = t1;
    this.#second = u1;
    this.#third = w1;
    this.#fourth = (w2 - w1) / (f3 - f1);
    this.#middle = f2;
  }

  /** @param root F^(1/3), which a caller with a grid has already */
  at(frequency: number, root: number): number {
    if (frequency < inspiralEnd) return this.#inspiralAt(root);
    if (frequency >= this.peak) return this.#mergerAt(frequency);
    // equation 21: value and slope at both ends, and the value v2 half-way
    const d1 = frequency - inspiralEnd;
    const d2 = frequency - this.#middle;
    const d3 = frequency - this.peak;
    return this.#first + d1 * (this.#slope + d1 * (this.#second + d2 * (this.#third + d3 * this.#fourth)));
  }

  #inspiralAt(root: number): number {
    const c = this.#inspiral;
    let sum = c[9]!;
    for (let k = 8; k >= 0; k--) sum = sum * root + c[k]!;
    return sum;
  }

  #inspiralSlope(frequency: number): number {
    const root = Math.cbrt(frequency);
    return this.#inspiral.reduce((sum, c, k) => sum + ((c * k) / 3) * root ** (k - 3), 0);
  }

  /** equation 19: a Lorentzian with an exponential fall */
  #mergerAt(frequency: number): number {
    const z = frequency - this.#ringFrequency;
    return (this.#height / (z * z + this.#width * this.#width)) * Math.exp(-this.#decay * z);
  }

  #mergerSlope(frequency: number): number {
    const z = frequency - this.#ringFrequency;
    return this.#mergerAt(frequency) * ((-2 * z) / (z * z + this.#width * this.#width) - this.#decay);
  }
}

/** TaylorF2's amplitude to third order with its pseudo orders above: equations 29 and 30, appendix B. */
function inspiralSeries(masses: Masses, fit: Readonly<Record<Coefficient, number>>): Float64Array {
  const { eta, delta, symmetricSpin: s, antisymmetricSpin: a } = masses;
  const pi = Math.PI;
  const series = [
    1,
    0,
    -323 / 224 + (451 * eta) / 168,
    (27 * delta * a) / 8 + (27 / 8 - (11 * eta) / 6) * s,
    -27_312_085 / 8_128_512 -
      (1_975_055 * eta) / 338_688 +
      (105_271 * eta ** 2) / 24_192 +
      (-81 / 32 + 8 * eta) * a ** 2 -
      (81 / 16) * delta * a * s +
      (-81 / 32 + (17 * eta) / 8) * s ** 2,
    (-85 * pi) / 64 +
      (85 * pi * eta) / 16 +
      delta * (285_197 / 16_128 - (1579 * eta) / 4032) * a +
      (285_197 / 16_128 - (15_317 * eta) / 672 - (2227 * eta ** 2) / 1008) * s,
    -177_520_268_561 / 8_583_708_672 +
      (545_384_828_789 / 5_007_163_392 - (205 * pi ** 2) / 48) * eta -
      (3_248_849_057 * eta ** 2) / 178_827_264 +
      (34_473_079 * eta ** 3) / 6_386_688 +
      (1_614_569 / 64_512 - (1_873_643 * eta) / 16_128 + (2167 * eta ** 2) / 42) * a ** 2 +
      ((31 * pi) / 12 - (7 * pi * eta) / 3) * s +
      (1_614_569 / 64_512 - (61_391 * eta) / 1344 + (57_451 * eta ** 2) / 4032) * s ** 2 +
      delta * a * ((31 * pi) / 12 + (1_614_569 / 32_256 - (165_961 * eta) / 2688) * s),
  ].map((term, k) => term * pi ** (k / 3));
  return Float64Array.of(...series, fit.rho1, fit.rho2, fit.rho3);
}
