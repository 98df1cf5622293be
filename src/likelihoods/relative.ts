import { inUnits } from './reals.ts';
import type { Figure, Units } from './likelihood.ts';
import type { RealPredictive } from './real-predictive.ts';

/** Of a target's root mean square: about numbers below it a relative error says nothing. */
const leastShare = 0.3;

/**
 * Mean relative errors, |predicted - true| / |true|, and mean standard deviations over |true|, of each target: over the rows
 * whose true number is not near 0 (0.3 of the target's root mean square or more).
 * @param targets [count, outputs], as they are kept: standardised by `units`
 * @param names of the outputs
 * @returns `relativeError.NAME`, `relativeUncertainty.NAME`; `relativeLeftOut.NAME` where rows were left out
 */
export function relativeErrors(
  { count, outputs, mean, standardDeviation }: RealPredictive,
  targets: ArrayLike<number>,
  units: Units | null,
  names: readonly string[],
): Record<string, number> {
  const figures: Record<string, number> = {};
  for (const [output, name] of names.entries()) {
    const truth = Array.from({ length: count }, (_, row) => inUnits(targets[row * outputs + output]!, output, units));
    const square = truth.reduce((sum, y) => sum + y * y, 0) / count;
    const least = leastShare * Math.sqrt(square);
    const sums = { error: 0, uncertainty: 0, rows: 0 };
    for (const [row, y] of truth.entries()) {
      const size = Math.abs(y);
      if (size < least) continue;
      const place = row * outputs + output;
      sums.error += Math.abs(mean[place]! - y) / size;
      sums.uncertainty += standardDeviation[place]! / size;
      sums.rows++;
    }
    figures[`relativeError.${name}`] = sums.error / sums.rows;
    figures[`relativeUncertainty.${name}`] = sums.uncertainty / sums.rows;
    if (sums.rows < count) figures[`relativeLeftOut.${name}`] = count - sums.rows;
  }
  return figures;
}

const kinds = {
  relativeError: ['relative error', ''],
  relativeUncertainty: ['relative uncertainty', ''],
  relativeLeftOut: ['near 0, left out', 'rows'],
} as const;

/** What figures of `relativeErrors` are called; undefined for another. */
export function relativeFigure(figure: string): Figure | undefined {
  const [kind, ...rest] = figure.split('.');
  if (kind === undefined || !(kind in kinds) || rest.length === 0) return undefined;
  const [title, unit] = kinds[kind as keyof typeof kinds];
  return { name: figure, title: `${title}, ${rest.join('.')}`, unit, better: 'lower' };
}
