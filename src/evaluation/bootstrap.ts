/** How far figures would be from these on another test set of that size. */
import { ShapeError, UsageError, describeValue, isWhole } from '../errors/index.ts';
import { fillIntegers, purpose } from '../random/index.ts';

export interface BootstrapOptions {
  readonly seed: number;
  /** 1000, unless given */
  readonly resamples?: number;
  /** 0.95, unless given */
  readonly level?: number;
}

export type Interval = readonly [low: number, high: number];

/** A figure of some of the examples, given by their places, which may come several times. */
export type FigureOfRows = (rows: Int32Array) => number;

/**
 * Percentile intervals (Efron and Tibshirani 1993, section 13.3) of figures of a test set: examples are drawn with
 * replacement, as many as there are, keyed by (seed, bootstrap, resample), the same for all figures.
 * @param count of examples
 * @returns of each figure by its name: the quantiles (1 - level) / 2 and (1 + level) / 2 over the resamples
 * @throws ShapeError where there is no example, UsageError for options out of range
 */
export function bootstrapIntervals<Name extends string>(
  count: number,
  figures: Readonly<Record<Name, FigureOfRows>>,
  { seed, resamples = 1000, level = 0.95 }: BootstrapOptions,
): Record<Name, Interval> {
  if (!isWhole(count, 1, 2 ** 31)) {
    throw new ShapeError('examples to draw from', { got: describeValue(count), expected: 'at least one' });
  }
  if (!isWhole(resamples, 1, 2 ** 32)) {
    throw new UsageError('resamples', { got: describeValue(resamples), expected: 'a whole number from 1 on' });
  }
  if (!(typeof level === 'number' && level > 0 && level < 1)) {
    throw new UsageError('the level of intervals', { got: describeValue(level), expected: 'above 0 and below 1' });
  }
  const rows = new Int32Array(count);
  const names = Object.keys(figures) as Name[];
  const values = names.map(() => new Float64Array(resamples));
  for (let r = 0; r < resamples; r++) {
    fillIntegers(rows, { seed, purpose: purpose.bootstrap, step: r, replica: 0, layer: 0, example: 0 }, count);
    for (const [f, name] of names.entries()) values[f]![r] = figures[name](rows);
  }
  const intervals = names.map((name, f): [Name, Interval] => {
    const sorted = values[f]!.sort();
    return [name, [quantile(sorted, (1 - level) / 2), quantile(sorted, (1 + level) / 2)]];
  });
  return Object.fromEntries(intervals) as Record<Name, Interval>;
}

/** Between two of the values in proportion, as NumPy does unless told otherwise. */
function quantile(sorted: Float64Array, level: number): number {
  const place = level * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  if (below === above) return below;
  return below + (above - below) * (place - Math.floor(place));
}

/** The mean of numbers that each example has, as a figure of rows. */
export function meanOf(values: ArrayLike<number>): FigureOfRows {
  return (rows) => {
    let sum = 0;
    for (let i = 0; i < rows.length; i++) sum += values[rows[i]!]!;
    return sum / rows.length;
  };
}
