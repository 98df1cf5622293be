/** Figures of parts of a test set: what is right in the mean may be wrong for some. */
import { DataError, ShapeError, describeValue, isWhole } from '../errors/index.ts';
import { ascending, checkNumbers, checkNumbersOf } from './arguments.ts';

/** Each example's group. */
export interface Groups {
  readonly names: readonly string[];
  /** [count], places in `names`; -1: of no group */
  readonly of: Int32Array;
}

export interface GroupFigure {
  readonly name: string;
  readonly count: number;
  /** mean of the values of its examples: of hits, the share */
  readonly mean: number;
  /** sqrt(mean of the squared deviations / count): of hits sqrt(p (1 - p) / count) */
  readonly standardError: number;
}

/**
 * @param values [count]: whether the class is right, whether the interval holds, 1 or 0; or any other figure
 * @returns of each group that has examples, in the order of the names
 * @throws ShapeError and NotFiniteError where the values do not fit; DataError for a group that is none
 */
export function figuresByGroup({ names, of }: Groups, values: ArrayLike<number>): GroupFigure[] {
  checkNumbersOf('values of groups', values, of.length);
  const sums = names.map(() => ({ count: 0, sum: 0, squares: 0 }));
  for (let n = 0; n < of.length; n++) {
    const group = of[n]!;
    if (!isWhole(group, -1, names.length - 1)) {
      throw new DataError(`the group of example ${n}`, {
        got: describeValue(group),
        expected: `a whole number from -1 to ${names.length - 1}`,
      });
    }
    if (group < 0) continue;
    sums[group]!.count++;
    sums[group]!.sum += values[n]!;
  }
  const means = sums.map(({ count, sum }) => sum / count);
  for (let n = 0; n < of.length; n++) if (of[n]! >= 0) sums[of[n]!]!.squares += (values[n]! - means[of[n]!]!) ** 2;
  return names.flatMap((name, g) => {
    const { count, squares } = sums[g]!;
    return count === 0 ? [] : [{ name, count, mean: means[g]!, standardError: Math.sqrt(squares) / count }];
  });
}

/** Examples by their class. @param labels [count], 0 .. names.length - 1 */
export function groupsOfLabels(labels: ArrayLike<number>, names: readonly string[]): Groups {
  return { names, of: Int32Array.from(labels) };
}

/** Numbers that take no more values than this are as names. */
const fewValues = 10;

/** By the values of a number where it takes ten of them at most; else by quartile. Missing ones, NaN, are in no group. */
export function groupsOfNumbers(name: string, values: ArrayLike<number>): Groups {
  const distinct = new Set(Array.from(values).filter((value) => !Number.isNaN(value)));
  if (distinct.size === 0 || distinct.size > fewValues) return quartileGroups(name, values);
  const ascendingValues = [...distinct].toSorted((a, b) => a - b);
  return { names: ascendingValues.map(String), of: Int32Array.from(values, (value) => ascendingValues.indexOf(value)) };
}

/**
 * Four parts of as many examples as can be, by a number; equal numbers are in one part, so that there may be fewer. NaN is in
 * none.
 * @param name of the number, for messages
 * @throws ShapeError where there is no number at all
 */
export function quartileGroups(name: string, values: ArrayLike<number>): Groups {
  const known = Array.from(values).filter((value) => !Number.isNaN(value));
  if (known.length === 0) {
    throw new ShapeError(`numbers to group by, ${name}`, { got: 'none', expected: 'at least one that is not missing' });
  }
  checkNumbers(`numbers to group by, ${name}`, known);
  const sorted = Float64Array.from(ascending(known), (place) => known[place]!);
  // upper ends of the parts, each once
  const ends = [...new Set([1, 2, 3, 4].map((q) => sorted[Math.ceil((q * sorted.length) / 4) - 1]!))];
  const text = (value: number) => String(Number(value.toPrecision(4)));
  const names = ends.map((end, g) => (g === 0 ? `up to ${text(end)}` : `${text(ends[g - 1]!)} to ${text(end)}`));
  if (ends.length > 1) names[ends.length - 1] = `above ${text(ends.at(-2)!)}`;
  const of = Int32Array.from(values, (value) => ends.findIndex((end) => value <= end));
  return { names, of };
}
