/** What the statistical tests compare with. */

/** Complementary error function: Press et al., Numerical Recipes, erfccheb; relative error below 1.2e-7 everywhere. */
export function erfc(x: number): number {
  const z = Math.abs(x);
  const t = 2 / (2 + z);
  const coefficients = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
    0.17087277,
  ];
  const polynomial = coefficients.reduceRight((sum, c) => sum * t + c, 0);
  const result = t * Math.exp(-z * z + polynomial);
  return x >= 0 ? result : 2 - result;
}

/** P(X <= x) of a standard normal. */
export function normalCdf(x: number): number {
  return 0.5 * erfc(-x / Math.SQRT2);
}

export interface Moments {
  readonly mean: number;
  readonly variance: number;
  readonly skewness: number;
  /** 3 for a normal */
  readonly kurtosis: number;
}

/** Central moments. */
export function moments(x: Float32Array): Moments {
  const n = x.length;
  const mean = x.reduce((sum, v) => sum + v, 0) / n;
  let [m2, m3, m4] = [0, 0, 0];
  for (const v of x) {
    const d = v - mean;
    m2 += d * d;
    m3 += d * d * d;
    m4 += d * d * d * d;
  }
  return { mean, variance: m2 / n, skewness: m3 / n / (m2 / n) ** 1.5, kurtosis: m4 / n / (m2 / n) ** 2 };
}

/** Correlation of two samples of zero mean and unit variance. */
export function correlation(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum / a.length;
}

/** Kolmogorov-Smirnov statistic, the largest distance between the empirical and the given distribution function. */
export function kolmogorovSmirnov(x: Float32Array, cdf: (value: number) => number): number {
  const sorted = x.toSorted();
  const n = sorted.length;
  let largest = 0;
  for (let i = 0; i < n; i++) {
    const p = cdf(sorted[i]);
    largest = Math.max(largest, p - i / n, (i + 1) / n - p);
  }
  return largest;
}

/** sum((observed - expected)^2 / expected) */
export function chiSquare(observed: ArrayLike<number>, expected: number): number {
  let sum = 0;
  for (let i = 0; i < observed.length; i++) sum += (observed[i] - expected) ** 2 / expected;
  return sum;
}

/** The value that chi-square with k degrees of freedom exceeds as rarely as a normal exceeds `sigmas` (Wilson and Hilferty 1931). */
export function chiSquareBound(k: number, sigmas: number): number {
  const variance = 2 / (9 * k);
  return k * (1 - variance + sigmas * Math.sqrt(variance)) ** 3;
}
