import { checkPredictions, mostProbable } from '../likelihoods/index.ts';

/**
 * How often each class was taken for each.
 * @param probabilities [count, classes]
 * @param labels [count]
 * @returns [classes, classes], row-major: a row for each true class, a column for each predicted one
 * @throws as predictionQuality
 */
export function confusionMatrix(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): Int32Array {
  checkPredictions(probabilities, labels, classes);
  const matrix = new Int32Array(classes * classes);
  for (let n = 0; n < labels.length; n++) matrix[labels[n]! * classes + mostProbable(probabilities, n, classes)]!++;
  return matrix;
}
