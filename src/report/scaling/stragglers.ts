/** How much later than the mean the last of R ranks is done, when each step waits for all of them. */

export type StragglerLaw = 'exponential' | 'normal';

/**
 * E[max of `ranks` independent draws] - mean, in units of the standard deviation.
 *
 * `exponential`: a least time plus an exponential delay (Lee et al. 2018, arXiv 1512.02673, section IV): H_R - 1, with H
 * the harmonic numbers. `normal`: by quadrature of E[max] = top - integral of Phi(x)^R up to top.
 */
export function expectedLateness(law: StragglerLaw, ranks: number): number {
  return law === 'exponential' ? harmonic(ranks) - 1 : normalMaximum(ranks);
}

function harmonic(count: number): number {
  let sum = 0;
  for (let i = count; i >= 1; i--) sum += 1 / i;
  return sum;
}

/** The trapezoid rule over +-9 standard deviations: of an entire, fast decaying integrand, so exact to rounding. */
function normalMaximum(ranks: number): number {
  const top = 9;
  const step = 1e-3;
  const density = (x: number) => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
  let tail = 0;
  let integral = 0.5;
  for (let i = 1; i <= (2 * top) / step; i++) {
    const x = top - i * step;
    tail += 0.5 * step * (density(x) + density(x + step));
    integral += Math.exp(ranks * Math.log1p(-Math.min(tail, 1)));
  }
  return top - step * integral;
}
