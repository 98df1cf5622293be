/** Bootstrap intervals of the figures of a likelihood. */
import { confidenceBins } from '../likelihoods/index.ts';
import { type BootstrapOptions, type FigureOfRows, type Interval, bootstrapIntervals, meanOf } from './bootstrap.ts';
import type { ClassLosses, RealLosses } from './by-example.ts';

/**
 * Of accuracy, NLL, Brier score and calibration error, as predictionQuality computes them of all examples.
 * @throws as bootstrapIntervals
 */
export function classIntervals(
  losses: ClassLosses,
  options: BootstrapOptions,
): Record<'accuracy' | 'nll' | 'brier' | 'ece', Interval> {
  const { hits, nll, brier } = losses;
  return bootstrapIntervals(
    hits.length,
    { accuracy: meanOf(hits), nll: meanOf(nll), brier: meanOf(brier), ece: calibrationError(losses) },
    options,
  );
}

/** Expected calibration error: over bins the sum of |hits - confidences|, over the examples. */
function calibrationError({ hits, confidences, bins }: ClassLosses): FigureOfRows {
  const gaps = Float64Array.from(hits, (hit, n) => hit - confidences[n]!);
  const sums = new Float64Array(confidenceBins);
  return (rows) => {
    sums.fill(0);
    for (let i = 0; i < rows.length; i++) sums[bins[rows[i]!]!]! += gaps[rows[i]!]!;
    return sums.reduce((sum, gap) => sum + Math.abs(gap), 0) / rows.length;
  };
}

/**
 * Of RMSE, NLL, CRPS and the coverage of central intervals, as the likelihood's quality computes them of all examples. Rows
 * are drawn with all their targets.
 * @throws as bootstrapIntervals
 */
export function realIntervals(
  { squares, nll, crps, coverage50, coverage90 }: RealLosses,
  options: BootstrapOptions,
): Record<'rmse' | 'nll' | 'crps' | 'coverage50' | 'coverage90', Interval> {
  const square = meanOf(squares);
  return bootstrapIntervals(
    squares.length,
    {
      rmse: (rows) => Math.sqrt(square(rows)),
      ...{ nll: meanOf(nll), crps: meanOf(crps) },
      ...{ coverage50: meanOf(coverage50), coverage90: meanOf(coverage90) },
    },
    options,
  );
}
