import { checkPredictions } from './class-arguments.ts';
import { mostProbable } from './classes.ts';

/** How good, and how honest, predicted class probabilities are. */
export interface PredictionQuality {
  /** share of examples whose most probable class is the label */
  readonly accuracy: number;
  /** mean of -ln p(label), nats per example; probabilities are bounded below by 1e-12 */
  readonly nll: number;
  /** mean over examples of sum over classes of (p - [class is the label])^2, in 0 .. 2 (Brier 1950) */
  readonly brier: number;
  /** expected calibration error of the most probable class (Naeini et al. 2015), 15 bins of equal width */
  readonly ece: number;
}

/** Bins of equal width, over 0 to 1, that confidences are sorted into. */
export const confidenceBins = 15;

/** Place of the bin, from 0, that holds the probability of a most probable class; its upper end belongs to it. */
export function confidenceBinOf(confidence: number): number {
  return Math.min(confidenceBins - 1, Math.max(0, Math.ceil(confidence * confidenceBins) - 1));
}

/** The examples whose most probable class has a probability in one of the bins of equal width: what a reliability diagram shows. */
export interface ReliabilityBin {
  readonly count: number;
  /** mean probability of the most probable class; 0 where there is no example */
  readonly confidence: number;
  /** share of the examples whose most probable class is the label; 0 where there is none */
  readonly accuracy: number;
}

/**
 * @param probabilities [count, classes], at least 0, with the sum 1 in each row, to within 1e-3
 * @param labels [count], whole numbers from 0 to classes - 1; at least one
 * @throws ShapeError for sizes that do not fit
 * @throws NotFiniteError naming the first example with a NaN or an infinity
 * @throws DataError naming the first example whose probabilities are none, or whose label is no class
 */
export function predictionQuality(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): PredictionQuality {
  checkPredictions(probabilities, labels, classes);
  const count = labels.length;
  let nll = 0;
  let brier = 0;
  for (let n = 0; n < count; n++) {
    const row = n * classes;
    const label = labels[n]!;
    for (let c = 0; c < classes; c++) brier += (probabilities[row + c]! - (c === label ? 1 : 0)) ** 2;
    nll -= Math.log(Math.max(probabilities[row + label]!, 1e-12));
  }
  const parts = binned(probabilities, labels, classes);
  const correct = parts.reduce((sum, bin) => sum + bin.accuracy * bin.count, 0);
  const ece = parts.reduce((sum, bin) => sum + Math.abs(bin.accuracy - bin.confidence) * bin.count, 0) / count;
  return { accuracy: Math.round(correct) / count, nll: nll / count, brier: brier / count, ece };
}

/**
 * Accuracy against confidence (DeGroot and Fienberg 1983), in 15 bins of equal width, ascending.
 * @param probabilities [count, classes]
 * @param labels [count]
 * @throws as predictionQuality
 */
export function reliability(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): ReliabilityBin[] {
  checkPredictions(probabilities, labels, classes);
  return binned(probabilities, labels, classes);
}

function binned(probabilities: ArrayLike<number>, labels: ArrayLike<number>, classes: number): ReliabilityBin[] {
  const sums = Array.from({ length: confidenceBins }, () => ({ count: 0, confidence: 0, correct: 0 }));
  for (let n = 0; n < labels.length; n++) {
    const best = mostProbable(probabilities, n, classes);
    const confidence = probabilities[n * classes + best]!;
    const sum = sums[confidenceBinOf(confidence)]!;
    sum.count++;
    sum.confidence += confidence;
    if (best === labels[n]) sum.correct++;
  }
  return sums.map(({ count, confidence, correct }) => ({
    count,
    confidence: count === 0 ? 0 : confidence / count,
    accuracy: count === 0 ? 0 : correct / count,
  }));
}
