/** What each example of a test set adds to the figures. */
import {
  type ClassPredictive,
  type RealPredictive,
  type Units,
  checkPredictions,
  checkTargets,
  confidenceBinOf,
  mostProbable,
  scoresOf,
  targetsInUnits,
} from '../likelihoods/index.ts';

/** [count] each. */
export interface ClassLosses {
  /** whether the most probable class is the label */
  readonly hits: Uint8Array;
  /** its probability, and the bin of the calibration error that it is in */
  readonly confidences: Float64Array;
  readonly bins: Uint8Array;
  /** -ln p(label), nats; probabilities are bounded below by 1e-12 */
  readonly nll: Float64Array;
  readonly brier: Float64Array;
}

/**
 * @param labels [count]
 * @throws as predictionQuality
 */
export function classLosses(
  { probabilities, classes }: Pick<ClassPredictive, 'probabilities' | 'classes'>,
  labels: ArrayLike<number>,
): ClassLosses {
  checkPredictions(probabilities, labels, classes);
  const count = labels.length;
  const [hits, confidences] = [new Uint8Array(count), new Float64Array(count)];
  const [nll, brier] = [new Float64Array(count), new Float64Array(count)];
  for (let n = 0; n < count; n++) {
    const row = n * classes;
    const label = labels[n]!;
    const best = mostProbable(probabilities, n, classes);
    hits[n] = best === label ? 1 : 0;
    confidences[n] = probabilities[row + best]!;
    nll[n] = -Math.log(Math.max(probabilities[row + label]!, 1e-12));
    for (let c = 0; c < classes; c++) brier[n]! += (probabilities[row + c]! - (c === label ? 1 : 0)) ** 2;
  }
  return { hits, confidences, bins: Uint8Array.from(confidences, confidenceBinOf), nll, brier };
}

/** [count] each, of several targets their means, in the units of the targets. */
export interface RealLosses {
  /** (y - mean)^2 */
  readonly squares: Float64Array;
  /** |y - mean|; of several targets each over its scale in the units, so that they can be added */
  readonly absolute: Float64Array;
  readonly crps: Float64Array;
  /** of all targets together, nats */
  readonly nll: Float64Array;
  /** whether y is in the central interval */
  readonly coverage50: Float64Array;
  readonly coverage90: Float64Array;
  /** of the central 90 % interval; of several targets each over its scale, as `absolute` */
  readonly widths: Float64Array;
}

/**
 * @param targets [count, outputs], as they are kept: standardised by `units`
 * @throws UsageError where the targets were not known when the draws were gathered, and as checkTargets
 */
export function realLosses(predictive: RealPredictive, targets: ArrayLike<number>, units: Units | null): RealLosses {
  const { crps, logDensity, interval } = scoresOf(predictive);
  const { count, outputs, mean } = predictive;
  checkTargets(targets, count, outputs);
  const [q05, q25, q75, q95] = interval as [Float64Array, Float64Array, Float64Array, Float64Array];
  const truths = targetsInUnits(targets, outputs, units);
  const scaleOf = (i: number) => (outputs === 1 ? 1 : (units?.scale[i % outputs] ?? 1));
  const rows = (of: (i: number) => number) =>
    Float64Array.from({ length: count }, (_, n) => {
      let sum = 0;
      for (let i = n * outputs; i < (n + 1) * outputs; i++) sum += of(i);
      return sum / outputs;
    });
  return {
    squares: rows((i) => (truths[i]! - mean[i]!) ** 2),
    absolute: rows((i) => Math.abs(truths[i]! - mean[i]!) / scaleOf(i)),
    crps: rows((i) => crps[i]!),
    nll: logDensity.map((value) => -value),
    coverage50: rows((i) => (truths[i]! >= q25[i]! && truths[i]! <= q75[i]! ? 1 : 0)),
    coverage90: rows((i) => (truths[i]! >= q05[i]! && truths[i]! <= q95[i]! ? 1 : 0)),
    widths: rows((i) => (q95[i]! - q05[i]!) / scaleOf(i)),
  };
}
