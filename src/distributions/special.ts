/** Distribution functions that regression needs, in double. */

/**
 * P(Z <= z) of a standard normal, to about 1e-15, in the tails to 1e-8 of its value: the rational approximation of Hart et
 * al. 1968 (algorithm 5666), as given by West 2005, "Better approximations to cumulative normal functions".
 */
export function normalCdf(z: number): number {
  const x = Math.abs(z);
  if (x > 37) return z > 0 ? 1 : 0;
  const exponential = Math.exp((-x * x) / 2);
  let tail: number;
  if (x < 7.07106781186547) {
    let above = 3.52624965998911e-2 * x + 0.700383064443688;
    above = above * x + 6.37396220353165;
    above = above * x + 33.912866078383;
    above = above * x + 112.079291497871;
    above = above * x + 221.213596169931;
    above = above * x + 220.206867912376;
    let below = 8.83883476483184e-2 * x + 1.75566716318264;
    below = below * x + 16.064177579207;
    below = below * x + 86.7807322029461;
    below = below * x + 296.564248779674;
    below = below * x + 637.333633378831;
    below = below * x + 793.826512519948;
    below = below * x + 440.413735824752;
    tail = (exponential * above) / below;
  } else {
    const fraction = x + 1 / (x + 2 / (x + 3 / (x + 4 / (x + 0.65))));
    tail = exponential / fraction / 2.506628274631;
  }
  return z > 0 ? 1 - tail : tail;
}

const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** ln Gamma(x), x > 0 (Lanczos 1964, g = 7). */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const base = x - 1;
  let sum = lanczos[0]!;
  for (let i = 1; i < lanczos.length; i++) sum += lanczos[i]! / (base + i);
  const t = base + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (base + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** I_x(a, b), the regularised incomplete beta function, by its continued fraction (Press et al. 2007, section 6.4). */
function regularizedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  return x < (a + 1) / (a + b + 2) ? (front * betaFraction(x, a, b)) / a : 1 - (front * betaFraction(1 - x, b, a)) / b;
}

function betaFraction(x: number, a: number, b: number): number {
  const least = 1e-300;
  const guarded = (value: number) => (Math.abs(value) < least ? least : value);
  let c = 1;
  let d = 1 / guarded(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guarded(1 + even * d);
    c = guarded(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guarded(1 + odd * d);
    c = guarded(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return fraction;
}

/** P(T <= t) of Student's t with `degrees` of freedom. */
export function studentTCdf(t: number, degrees: number): number {
  const square = t * t;
  if (square < degrees) {
    // P(|T| <= |t|) / 2: near 0 the tail below would lose what t is
    const middle = regularizedBeta(square / (degrees + square), 0.5, degrees / 2) / 2;
    return t > 0 ? 0.5 + middle : 0.5 - middle;
  }
  const tail = regularizedBeta(degrees / (degrees + square), degrees / 2, 0.5) / 2;
  return t > 0 ? 1 - tail : tail;
}

/** Above it, the series of `poissonCdf` would take more than some thousand terms. */
const largeRate = 1e5;

/**
 * P(K <= k) of a Poisson distribution: Q(floor(k) + 1, rate), by series or continued fraction (Press et al. 2007, section
 * 6.2); of rates above 1e5 by Edgeworth's expansion to its second order, to 1e-9.
 */
export function poissonCdf(k: number, rate: number): number {
  const n = Math.floor(k);
  if (n < 0) return 0;
  if (rate <= 0) return 1;
  if (rate > largeRate) return poissonCdfByEdgeworth(n, rate);
  const a = n + 1;
  const front = Math.exp(a * Math.log(rate) - rate - logGamma(a));
  if (rate < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let i = 1; i < 10_000 && term > sum * 1e-16; i++) {
      term *= rate / (a + i);
      sum += term;
    }
    return Math.max(0, 1 - front * sum);
  }
  const least = 1e-300;
  let b = rate + 1 - a;
  let c = 1 / least;
  let d = 1 / b;
  let fraction = d;
  for (let i = 1; i < 10_000; i++) {
    const numerator = -i * (i - a);
    b += 2;
    d = numerator * d + b;
    d = 1 / (Math.abs(d) < least ? least : d);
    c = b + numerator / c;
    if (Math.abs(c) < least) c = least;
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return Math.min(1, front * fraction);
}

/** Hall 1992, "The Bootstrap and Edgeworth Expansion", eq. 2.17: skewness 1 / sqrt(rate), excess kurtosis 1 / rate; half a count for the steps. */
function poissonCdfByEdgeworth(n: number, rate: number): number {
  const deviation = Math.sqrt(rate);
  const z = (n + 0.5 - rate) / deviation;
  if (Math.abs(z) > 37) return z > 0 ? 1 : 0;
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  const square = z * z;
  const first = (square - 1) / (6 * deviation);
  // the last part is that of the half count: a step's width, squared, over 24 variances
  const second = (z * (square - 3)) / 24 + (z * (square * square - 10 * square + 15)) / 72 - z / 24;
  return Math.min(1, Math.max(0, normalCdf(z) - density * (first + second / rate)));
}
