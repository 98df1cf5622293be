import { density1d } from 'fast-kde';
import { quantilePlace } from '../../likelihoods/index.ts';

/** A point of a density: how much of the weight lies around `x`, per unit of x. */
export interface DensityPoint {
  readonly x: number;
  readonly density: number;
}

/** Points per curve: more than the width of a panel can show. */
const points = 256;

/**
 * Gaussian kernel density estimate, bandwidth by Scott's rule (Scott 1992, Multivariate Density Estimation), linear in the number of values.
 * @param values NaN and infinities are left out; of none, or of one value only, there is no curve
 */
export function densityOf(values: Float32Array): DensityPoint[] {
  const finite = values.filter(Number.isFinite);
  if (finite.length < 2 || finite.every((value) => value === finite[0])) return [];
  const bandwidth = bandwidthOf(finite.toSorted());
  return [...density1d(finite, { bins: points, bandwidth })].map(({ x, y }) => ({ x, density: Math.max(0, y) }));
}

/** Scott's rule for a normal kernel, safe against outliers: of the standard deviation and the interquartile range the less. */
function bandwidthOf(ascending: Float32Array): number {
  const count = ascending.length;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += ascending[i]!;
  const mean = sum / count;
  let squares = 0;
  for (let i = 0; i < count; i++) squares += (ascending[i]! - mean) ** 2;
  const deviation = Math.sqrt(squares / (count - 1));
  const quantile = (level: number) => ascending[quantilePlace(level, count) - 1]!;
  const range = (quantile(0.75) - quantile(0.25)) / 1.34;
  return 1.06 * (Math.min(deviation, range) || deviation) * count ** -0.2;
}
