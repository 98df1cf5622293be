import { logGamma, normalCdf, poissonCdf, studentTCdf } from '../distributions/index.ts';

/** A distribution of reals or counts with one or two parameters, (a, b), as a draw of the weights predicts it. */
export interface Family {
  /** how many numbers a draw predicts per output */
  readonly parameters: 1 | 2;
  /** counts: whole numbers from 0 on */
  readonly isDiscrete: boolean;
  mean(a: number, b: number): number;
  variance(a: number, b: number): number;
  /** P(Y <= y) */
  cdf(y: number, a: number, b: number): number;
  /** ln p(y), nats */
  logDensity(y: number, a: number, b: number): number;
}

const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI);

/** a: mean, b: standard deviation */
export const normalFamily: Family = {
  parameters: 2,
  isDiscrete: false,
  mean: (a) => a,
  variance: (_a, b) => b * b,
  cdf: (y, a, b) => normalCdf((y - a) / b),
  logDensity(y, a, b) {
    const z = (y - a) / b;
    return -0.5 * z * z - Math.log(b) - halfLogTwoPi;
  },
};

/** a: location, b: scale; the variance of degrees <= 2 is infinite */
export function studentTFamily(degrees: number): Family {
  const constant = logGamma((degrees + 1) / 2) - logGamma(degrees / 2) - 0.5 * Math.log(degrees * Math.PI);
  return {
    parameters: 2,
    isDiscrete: false,
    mean: (a) => a,
    variance: (_a, b) => (degrees > 2 ? (b * b * degrees) / (degrees - 2) : Number.POSITIVE_INFINITY),
    cdf: (y, a, b) => studentTCdf((y - a) / b, degrees),
    logDensity(y, a, b) {
      const z = (y - a) / b;
      return constant - Math.log(b) - ((degrees + 1) / 2) * Math.log1p((z * z) / degrees);
    },
  };
}

/** a: rate */
export const poissonFamily: Family = {
  parameters: 1,
  isDiscrete: true,
  mean: (a) => a,
  variance: (a) => a,
  cdf: poissonCdf,
  // 0 ln 0 is 0: a rate may have underflowed
  logDensity: (y, a) => (y === 0 ? 0 : y * Math.log(a)) - a - logGamma(y + 1),
};
