import { logGamma } from '../../distributions/index.ts';

/**
 * The central interval of a binomial count, as shares of it: from the smallest share that is not below the lower tail to
 * the smallest that reaches the upper one, 2.5 % each.
 * @param share the chance of each, inside of 0 .. 1
 */
export function binomialBand(count: number, share: number): readonly [low: number, high: number] {
  const logDensity = (k: number) =>
    logGamma(count + 1) -
    logGamma(k + 1) -
    logGamma(count - k + 1) +
    k * Math.log(share) +
    (count - k) * Math.log1p(-share);
  // what lies further away weighs less than 1e-20
  const reach = 10 * Math.sqrt(count * share * (1 - share)) + 20;
  const first = Math.max(0, Math.floor(count * share - reach));
  const last = Math.min(count, Math.ceil(count * share + reach));
  let below = 0;
  let low: number | null = null;
  for (let k = first; k <= last; k++) {
    below += Math.exp(logDensity(k));
    if (low === null && below >= 0.025) low = k;
    if (below >= 0.975) return [(low ?? k) / count, k / count];
  }
  return [(low ?? last) / count, last / count];
}
