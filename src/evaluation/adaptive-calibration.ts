import { UsageError, describeValue, isWhole } from '../errors/index.ts';
import { checkPredictions } from '../likelihoods/index.ts';
import { ascending } from './arguments.ts';

/**
 * Adaptive calibration error (Nixon et al. 2019, arXiv 1904.01685, section 3): of each class, its predicted probabilities in
 * ascending order are cut into ranges of equally many examples, and the distance between mean probability and frequency is
 * averaged over ranges and classes. Where all probabilities are small, so is it: it is no share of wrong predictions.
 * @param probabilities [count, classes]
 * @param labels [count]
 * @param ranges of fewer examples, one each; of equal probabilities the earlier example is in the lower range
 * @throws as predictionQuality, and UsageError where ranges are no whole number from 1 on
 */
export function adaptiveCalibrationError(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
  ranges = 15,
): number {
  checkPredictions(probabilities, labels, classes);
  if (!isWhole(ranges, 1)) {
    throw new UsageError('ranges', { got: describeValue(ranges), expected: 'a whole number from 1 on' });
  }
  const count = labels.length;
  const used = Math.min(ranges, count);
  let sum = 0;
  for (let c = 0; c < classes; c++) {
    const own = Float64Array.from({ length: count }, (_, n) => probabilities[n * classes + c]!);
    const order = ascending(own);
    for (let r = 0; r < used; r++) {
      const [from, to] = [Math.floor((r * count) / used), Math.floor(((r + 1) * count) / used)];
      let [confidence, hits] = [0, 0];
      for (let i = from; i < to; i++) {
        confidence += own[order[i]!]!;
        if (labels[order[i]!] === c) hits++;
      }
      sum += Math.abs(hits - confidence) / (to - from);
    }
  }
  return sum / (classes * used);
}
