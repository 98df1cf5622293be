/**
 * The predictive distribution of one number: the mixture, in equal parts, of what the draws predict. Its quantiles and its
 * density are those of the mixture, and not means of the draws' own.
 */
import { normalCdf } from '../distributions/index.ts';
import { type Family, normalFamily } from './families.ts';

export class Mixture {
  readonly #family: Family;
  /** [draws, parameters] */
  readonly #parameters: Float64Array;
  readonly #draws: number;
  readonly mean: number;
  /** mean of the draws' variances, and variance of their means: they add up to that of the mixture */
  readonly aleatoricVariance: number;
  readonly epistemicVariance: number;

  constructor(family: Family, parameters: Float64Array) {
    this.#family = family;
    this.#parameters = parameters;
    this.#draws = parameters.length / family.parameters;
    let mean = 0;
    let variance = 0;
    for (let d = 0; d < this.#draws; d++) {
      mean += family.mean(this.#a(d), this.#b(d));
      variance += family.variance(this.#a(d), this.#b(d));
    }
    mean /= this.#draws;
    let spread = 0;
    for (let d = 0; d < this.#draws; d++) spread += (family.mean(this.#a(d), this.#b(d)) - mean) ** 2;
    this.mean = mean;
    this.aleatoricVariance = variance / this.#draws;
    this.epistemicVariance = spread / this.#draws;
  }

  #a(draw: number): number {
    return this.#parameters[draw * this.#family.parameters]!;
  }

  #b(draw: number): number {
    return this.#family.parameters === 2 ? this.#parameters[2 * draw + 1]! : 0;
  }

  /** P(Y <= y) */
  cdf(y: number): number {
    let sum = 0;
    for (let d = 0; d < this.#draws; d++) sum += this.#family.cdf(y, this.#a(d), this.#b(d));
    return sum / this.#draws;
  }

  /** ln p(y | draw), nats, of each draw, added to `into` [draws]: outputs are independent given the weights */
  addLogDensities(y: number, into: Float64Array): void {
    for (let d = 0; d < this.#draws; d++) into[d] += this.#family.logDensity(y, this.#a(d), this.#b(d));
  }

  /** The smallest y with P(Y <= y) >= level; infinite for the levels 0 and 1 of what has no bound. */
  quantile(level: number): number {
    if (level <= 0) return this.#family.isDiscrete ? 0 : Number.NEGATIVE_INFINITY;
    if (level >= 1) return Number.POSITIVE_INFINITY;
    const variance = this.aleatoricVariance + this.epistemicVariance;
    let step = Number.isFinite(variance) ? Math.sqrt(variance) : Math.abs(this.#b(0));
    if (!(step > 0)) step = this.#family.isDiscrete ? 1 : 1e-12;
    let low = this.mean - step;
    let high = this.mean + step;
    for (; this.cdf(low) >= level; step *= 2) low -= step;
    for (; this.cdf(high) < level; step *= 2) high += step;
    return this.#family.isDiscrete ? this.#smallestInteger(level, low, high) : this.#root(level, low, high);
  }

  #smallestInteger(level: number, low: number, high: number): number {
    let below = Math.max(-1, Math.floor(low));
    let above = Math.ceil(high);
    while (above - below > 1) {
      const middle = Math.floor((below + above) / 2);
      // beyond 2^53 there is not a number for each count
      if (middle === below || middle === above) break;
      if (this.cdf(middle) >= level) above = middle;
      else below = middle;
    }
    return above;
  }

  /** Between two places of which the root is one or between them: false position after Illinois, else bisection. */
  #root(level: number, from: number, to: number): number {
    let [low, high] = [from, to];
    let [atLow, atHigh] = [this.cdf(low) - level, this.cdf(high) - level];
    for (let i = 0; i < 100 && high - low > 1e-10 * (Math.abs(low) + Math.abs(high) + (to - from)); i++) {
      const secant = low - (atLow * (high - low)) / (atHigh - atLow);
      const middle = i % 3 === 2 || !(secant > low && secant < high) ? (low + high) / 2 : secant;
      const value = this.cdf(middle) - level;
      if (value < 0) {
        low = middle;
        atLow = value;
        atHigh /= 2;
      } else {
        high = middle;
        atHigh = value;
        atLow /= 2;
      }
    }
    return (low + high) / 2;
  }

  /**
   * Continuous ranked probability score, E|Y - y| - E|Y - Y'| / 2 = integral of (P(Y <= x) - [y <= x])^2 (Gneiting and
   * Raftery 2007, eq. 20 and 21), in the unit of y: exact for normals (Grimit et al. 2006, eq. 5) and for counts
   * that are not spread over thousands, by Simpson's rule otherwise.
   */
  crps(y: number): number {
    if (this.#family.isDiscrete) return this.#crpsOfCounts(y);
    return this.#family === normalFamily ? this.#crpsOfNormals(y) : this.#crpsByQuadrature(y);
  }

  #crpsOfNormals(y: number): number {
    let toTarget = 0;
    let between = 0;
    for (let d = 0; d < this.#draws; d++) {
      const [a, b] = [this.#a(d), this.#b(d)];
      toTarget += meanAbsolute(y - a, b);
      between += meanAbsolute(0, Math.SQRT2 * b) / 2;
      for (let e = 0; e < d; e++) between += meanAbsolute(a - this.#a(e), Math.hypot(b, this.#b(e)));
    }
    return toTarget / this.#draws - between / this.#draws ** 2;
  }

  /** One by one; far from where the counts begin, where the sum would never end, in steps of a thousandth of the way. */
  #crpsOfCounts(y: number): number {
    if (!Number.isFinite(this.mean)) return Number.POSITIVE_INFINITY;
    const start = Math.max(0, Math.min(this.quantile(1e-12), Math.floor(y)));
    let sum = 0;
    for (let k = start; ; ) {
      const stride = 1 + 2 * Math.floor((k - start) / 2000);
      // the k of a step lie on one side of y, and count as the one in their middle: strides are odd
      const next = k < y ? Math.min(k + stride, Math.ceil(y)) : k + stride;
      const below = this.cdf(Math.floor((k + next - 1) / 2));
      sum += (next - k) * (below - (y <= k ? 1 : 0)) ** 2;
      if (k >= y && 1 - below < 1e-12) return sum;
      k = next;
    }
  }

  /** Both sides of y, over t in (0, 1) with x = y -+ width t / (1 - t). */
  #crpsByQuadrature(y: number): number {
    const width = Math.max(Math.abs(this.quantile(0.75) - this.quantile(0.25)), Math.abs(y - this.mean));
    const intervals = 400;
    let sum = 0;
    for (let i = 0; i < intervals; i++) {
      const t = i / intervals;
      const jacobian = width / (1 - t) ** 2;
      const offset = (width * t) / (1 - t);
      const value = (this.cdf(y - offset) ** 2 + (1 - this.cdf(y + offset)) ** 2) * jacobian;
      sum += value * (i === 0 ? 1 : i % 2 === 1 ? 4 : 2);
    }
    return sum / (3 * intervals);
  }
}

/** E|N(distance, scale^2)| */
function meanAbsolute(distance: number, scale: number): number {
  if (scale === 0) return Math.abs(distance);
  const z = distance / scale;
  const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
  return 2 * scale * density + distance * (2 * normalCdf(z) - 1);
}
