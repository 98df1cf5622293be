/** What a held-out part teaches about a trained network's predictions, and predictions with that applied. */
import { DataError } from '../errors/index.ts';
import {
  type ClassPredictive,
  type Predictive,
  type RealPredictive,
  mostProbable,
  predictionQuality,
} from '../likelihoods/index.ts';
import { fillUniform, purpose } from '../random/index.ts';
import { classSet, conformalQuantile, intervalScore, setScores } from './conformal.ts';
import { type Familiarity, type Viewed, familiarityOf } from './familiarity.ts';
import { fitTemperature, tempered } from './temperature.ts';

export interface Calibration {
  /** examples that it was learned from */
  readonly count: number;
  /** where classes are predicted */
  readonly classes: {
    readonly temperature: number;
    /** NLL of those examples, nats per example, before and with the temperature */
    readonly before: number;
    readonly after: number;
    /** adaptive scores of their true classes, ascending */
    readonly scores: Float64Array;
  } | null;
  /** where numbers are: of each output, distances of truth and mean in standard deviations, ascending */
  readonly numbers: readonly Float64Array[] | null;
  /** null: there is nothing to tell by */
  readonly familiarity: Familiarity | null;
}

/** Below this, a held-out part says too little. */
const leastHeldOut = 20;

/**
 * @param rows places of the examples to learn from, in the prediction
 * @param targets of all examples of the prediction: classes [count], or numbers [count, outputs] in their own units
 * @param seed of the random part of the scores
 * @throws DataError where there are fewer than 20, or all of one class: nothing could be learned
 */
export function learnCalibration(
  predictive: Predictive,
  targets: ArrayLike<number>,
  rows: ArrayLike<number>,
  seed: number,
): Omit<Calibration, 'familiarity'> {
  if (rows.length < leastHeldOut) {
    throw new DataError('the held-out part is too small to calibrate on', {
      got: `${rows.length} examples`,
      expected: `at least ${leastHeldOut}`,
    });
  }
  const count = rows.length;
  return predictive.kind === 'classes'
    ? { count, classes: ofClasses(predictive, targets, rows, seed), numbers: null }
    : { count, classes: null, numbers: ofNumbers(predictive, targets, rows) };
}

function ofClasses(
  predictive: ClassPredictive,
  targets: ArrayLike<number>,
  rows: ArrayLike<number>,
  seed: number,
): Calibration['classes'] {
  const { classes } = predictive;
  const { probabilities, labels } = rowsOf(predictive, targets, rows);
  if (labels.every((label) => label === labels[0])) {
    throw new DataError('the held-out part has examples of one class alone', {
      got: `${labels.length} of class ${labels[0]}`,
      expected: 'examples of several classes',
    });
  }
  const { temperature, before, after } = fitTemperature(probabilities, labels, classes);
  const scores = setScores(
    tempered(probabilities, classes, temperature),
    labels,
    classes,
    uniformsOf(rows.length, seed, 0),
  );
  return { temperature, before, after, scores: scores.toSorted() };
}

/** Uniforms of a key of their own: those of held-out examples, and those of examples that are held against them. */
function uniformsOf(count: number, seed: number, which: 0 | 1): Float32Array {
  const uniforms = new Float32Array(count);
  fillUniform(uniforms, { seed, purpose: purpose.conformalRank, step: which, replica: 0, layer: 0, example: 0 });
  return uniforms;
}

function rowsOf({ probabilities, classes }: ClassPredictive, targets: ArrayLike<number>, rows: ArrayLike<number>) {
  const own = new Float64Array(rows.length * classes);
  const labels = Array.from(rows, (row, n) => {
    own.set(probabilities.subarray(row * classes, (row + 1) * classes), n * classes);
    return targets[row]!;
  });
  return { probabilities: own, labels };
}

function ofNumbers(
  { outputs, mean, standardDeviation }: RealPredictive,
  targets: ArrayLike<number>,
  rows: ArrayLike<number>,
): readonly Float64Array[] {
  return Array.from({ length: outputs }, (_, output) =>
    Float64Array.from(rows, (row) => {
      const i = row * outputs + output;
      return intervalScore(targets[i]!, mean[i]!, standardDeviation[i]!);
    }).toSorted(),
  );
}

/** What a calibration says of each example of a prediction. */
export interface CalibratedPredictions {
  /** share of truths that sets and intervals hold, at least */
  readonly level: number;
  /** [count, classes]; null where numbers are predicted */
  readonly probabilities: Float64Array | null;
  /** of each example, the most probable class first; never empty */
  readonly sets: readonly (readonly number[])[] | null;
  /** [count, outputs] each: of intervals; null where classes are predicted */
  readonly low: Float64Array | null;
  readonly high: Float64Array | null;
  /** [count]: share of held-out examples that are as unlike the training; null: not known */
  readonly familiarity: Float64Array | null;
}

/**
 * @param level share of truths that sets and intervals are to hold
 * @param viewed the examples as `networkFeatures` sees them, and what they are predicted to be; null: not known
 * @throws DataError where the held-out part is too small for that level
 */
export function calibrated(
  predictive: Predictive,
  calibration: Calibration,
  level: number,
  viewed: Viewed | null,
): CalibratedPredictions {
  const alpha = 1 - level;
  const familiarity =
    viewed === null || calibration.familiarity === null ? null : familiarityOf(calibration.familiarity, viewed);
  const nothing = { probabilities: null, sets: null, low: null, high: null };
  if (predictive.kind === 'classes' && calibration.classes !== null) {
    const { classes, count } = predictive;
    const quantile = enough(conformalQuantile(calibration.classes.scores, alpha), calibration.count, alpha);
    const probabilities = tempered(predictive.probabilities, classes, calibration.classes.temperature);
    const sets = Array.from({ length: count }, (_, n) =>
      classSet([...probabilities.subarray(n * classes, (n + 1) * classes)], quantile),
    );
    return { ...nothing, level, probabilities, sets, familiarity };
  }
  if (predictive.kind !== 'reals' || calibration.numbers === null) return { ...nothing, level, familiarity };
  const { outputs, mean, standardDeviation } = predictive;
  const widths = calibration.numbers.map((scores) =>
    enough(conformalQuantile(scores, alpha), calibration.count, alpha),
  );
  const edge = (sign: number) => mean.map((value, i) => value + sign * widths[i % outputs]! * standardDeviation[i]!);
  return { ...nothing, level, low: edge(-1), high: edge(1), familiarity };
}

function enough(quantile: number, count: number, alpha: number): number {
  if (Number.isFinite(quantile)) return quantile;
  throw new DataError(
    `sets that miss ${Number(alpha.toPrecision(3))} of the truths at most need more held-out examples, or finite spreads`,
    {
      got: `${count}`,
      expected: `at least ${Math.ceil(1 / alpha) - 1}`,
      remedy: 'Ask for a larger share, or hold out more examples',
    },
  );
}

/** Class of each example: what distances are taken in; all 0 of numbers. */
export function groupsOf(predictive: Predictive): Int32Array {
  if (predictive.kind !== 'classes') return new Int32Array(predictive.count);
  const { classes, probabilities } = predictive;
  return Int32Array.from({ length: predictive.count }, (_, n) => mostProbable(probabilities, n, classes));
}

/** How a calibration does on examples that it was not learned from. */
export interface CalibrationCheck {
  readonly count: number;
  /** NLL, nats per example, before and after; of classes */
  readonly before?: number;
  readonly after?: number;
  /** share of truths that sets or intervals of 90 % hold; sets with a random part, as the theorem has them */
  readonly coverage: number;
  /** classes in a set without a random part; or the mean width of intervals over that of the prediction's own */
  readonly size?: number;
}

/**
 * @param rows places of examples that were not learned from
 * @param targets as in `learnCalibration`
 */
export function checkCalibration(
  predictive: Predictive,
  targets: ArrayLike<number>,
  rows: ArrayLike<number>,
  calibration: Pick<Calibration, 'classes' | 'numbers'>,
  seed: number,
): CalibrationCheck {
  const count = rows.length;
  if (predictive.kind === 'classes' && calibration.classes !== null) {
    const { classes } = predictive;
    const { temperature, scores } = calibration.classes;
    const quantile = conformalQuantile(scores, 0.1);
    const { probabilities, labels } = rowsOf(predictive, targets, rows);
    const after = tempered(probabilities, classes, temperature);
    const own = setScores(after, labels, classes, uniformsOf(count, seed, 1));
    const sizes = labels.map((_, n) => classSet([...after.subarray(n * classes, (n + 1) * classes)], quantile).length);
    return {
      count,
      before: predictionQuality(probabilities, labels, classes).nll,
      after: predictionQuality(after, labels, classes).nll,
      coverage: own.filter((score) => score <= quantile).length / count,
      size: sizes.reduce((sum, size) => sum + size, 0) / count,
    };
  }
  if (predictive.kind !== 'reals' || calibration.numbers === null) return { count, coverage: Number.NaN };
  const held = ofNumbers(predictive, targets, rows).map((scores, output) => {
    const quantile = conformalQuantile(calibration.numbers![output]!, 0.1);
    return scores.filter((score) => score <= quantile).length / count;
  });
  return { count, coverage: held.reduce((sum, share) => sum + share, 0) / held.length };
}
