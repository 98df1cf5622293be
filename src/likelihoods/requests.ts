/** Requests, targets and units, looked at before anything is gathered or made of them. */
import {
  NotFiniteError,
  ShapeError,
  UsageError,
  describeValue,
  firstNotFinite,
  isNumbers,
  isObject,
  isWhole,
} from '../errors/index.ts';
import type { GatherRequest, Units } from './likelihood.ts';
import type { RealPredictive, RealScores } from './real-predictive.ts';

/** A key of the noise has 24 bits for the draw. */
const mostDraws = 2 ** 24;

/** @throws UsageError for draws or levels out of range, and as checkTargets and checkUnits */
export function checkGathering(request: GatherRequest, outputs: number | null): void {
  if (!isObject(request)) {
    throw new UsageError('a request to gather draws', {
      got: describeValue(request),
      expected: 'count, draws, levels',
    });
  }
  const { count, draws, levels, targets, units } = request;
  if (!isWhole(count, 0)) {
    throw new ShapeError('examples', { got: describeValue(count), expected: 'a whole number from 0 on' });
  }
  checkDraws(draws);
  checkLevels('quantiles', levels);
  if (outputs === null) return;
  checkUnits(units, outputs);
  if (targets) checkTargets(targets, count, outputs);
}

/** @throws ShapeError for another size, NotFiniteError naming the first example */
export function checkTargets(targets: ArrayLike<number>, count: number, outputs: number): void {
  if (!isNumbers(targets) || targets.length !== count * outputs) {
    throw new ShapeError('targets to compare with', {
      got: isNumbers(targets) ? `${targets.length}` : describeValue(targets),
      expected: `${count * outputs}: ${count} examples of ${outputs}`,
    });
  }
  const wrong = firstNotFinite(targets);
  if (wrong < 0) return;
  throw new NotFiniteError(`the target of example ${Math.floor(wrong / outputs)}`, {
    got: `${targets[wrong]}`,
    expected: 'a finite number',
  });
}

/**
 * @param outputs how many there must be at least
 * @throws ShapeError for others
 */
export function checkUnits(units: Units | null, outputs: number): void {
  if (units === null || units === undefined) return;
  const fits = (values: ArrayLike<number>) =>
    isNumbers(values) && values.length >= outputs && firstNotFinite(values) < 0;
  if (isObject(units) && fits(units.shift) && fits(units.scale) && Array.from(units.scale).every((scale) => scale > 0))
    return;
  throw new ShapeError('units of the targets', {
    got: describeValue(units),
    expected: `a finite shift and a scale above 0 for each of ${outputs}`,
  });
}

/** What targets made of a prediction of reals, once it is known to be whole. */
export function scoresOf(predictive: RealPredictive): RealScores {
  if (!isObject(predictive) || predictive.kind !== 'reals') {
    throw new UsageError('a prediction', { got: describeValue(predictive), expected: 'one of reals or counts' });
  }
  const { count, outputs, mean, scores } = predictive;
  if (scores === null) {
    throw new UsageError('the targets were not known when the draws were gathered', {
      remedy: 'Give predictDraws the targets with the inputs',
    });
  }
  if (!isWhole(count, 1) || !isWhole(outputs, 1)) {
    throw new ShapeError('a prediction', {
      got: `${describeValue(count)} examples of ${describeValue(outputs)}`,
      expected: 'at least 1 of at least 1',
    });
  }
  const size = count * outputs;
  const isOf = (length: number, ...all: unknown[]) =>
    all.every((values) => isNumbers(values) && values.length === length && firstNotNumber(values) < 0);
  if (isObject(scores) && Array.isArray(scores.interval) && scores.interval.length === 4) {
    const { logDensity, crps, probability, probabilityBelow, interval } = scores;
    if (isOf(count, logDensity) && isOf(size, mean, crps, probability, probabilityBelow, ...interval)) return scores;
  }
  throw new ShapeError('scores of a prediction', {
    got: 'others, or NaN among them',
    expected: `numbers for each of ${count} examples of ${outputs}, as predictDraws gives them`,
  });
}

/** An infinite score is one: of a target where there is no density. */
function firstNotNumber(values: ArrayLike<number>): number {
  return firstNotFinite(values) < 0 ? -1 : Array.from(values).findIndex(Number.isNaN);
}

/** @throws UsageError for draws out of range */
export function checkDraws(draws: number): void {
  if (isWhole(draws, 1, mostDraws)) return;
  throw new UsageError('draws', { got: describeValue(draws), expected: 'a whole number from 1 to 2^24' });
}

/** @throws UsageError naming the first that is no level */
export function checkLevels(what: string, levels: readonly number[]): void {
  if (!Array.isArray(levels))
    throw new UsageError(what, { got: describeValue(levels), expected: 'levels from 0 to 1' });
  const wrong = levels.findIndex((level) => typeof level !== 'number' || !(level >= 0 && level <= 1));
  if (wrong >= 0) throw new UsageError(what, { got: describeValue(levels[wrong]), expected: 'levels from 0 to 1' });
}

/** @throws UsageError where options are given that are none */
export function checkOptions(what: string, options: unknown): void {
  if (isObject(options)) return;
  throw new UsageError(`options of ${what}`, { got: describeValue(options), expected: 'an object' });
}

/** @throws ShapeError */
export function checkTargetCount(kind: string, targets: number): void {
  if (isWhole(targets, 1, 2 ** 31)) return;
  throw new ShapeError(`a ${kind} likelihood`, { got: `${describeValue(targets)} targets`, expected: 'at least 1' });
}
