import { density1d } from 'fast-kde';

/** A point of a density: how much of the weight lies around `x`, per unit of x. */
export interface DensityPoint {
  readonly x: number;
  readonly density: number;
}

/** Points per curve: more than the width of a panel can show. */
const points = 256;

/**
 * Gaussian kernel density estimate, bandwidth by Scott's rule (Scott 1992), linear in the number of values.
 * @param values NaN and infinities are left out; of none, or of one value only, there is no curve
 */
export function densityOf(values: Float32Array): DensityPoint[] {
  const finite = values.filter(Number.isFinite);
  if (finite.length < 2 || finite.every((value) => value === finite[0])) return [];
  return [...density1d(finite, { bins: points })].map(({ x, y }) => ({ x, density: Math.max(0, y) }));
}
