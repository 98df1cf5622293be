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

const bins = 15;

/**
 * @param probabilities [count, classes]
 * @param labels [count]
 */
export function predictionQuality(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): PredictionQuality {
  const count = labels.length;
  let correct = 0;
  let nll = 0;
  let brier = 0;
  const binConfidence = new Float64Array(bins);
  const binCorrect = new Float64Array(bins);
  for (let n = 0; n < count; n++) {
    const row = n * classes;
    const label = labels[n]!;
    let best = 0;
    for (let c = 0; c < classes; c++) {
      const p = probabilities[row + c]!;
      if (p > probabilities[row + best]!) best = c;
      brier += (p - (c === label ? 1 : 0)) ** 2;
    }
    const confidence = probabilities[row + best]!;
    const bin = Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1));
    binConfidence[bin] += confidence;
    if (best === label) {
      correct++;
      binCorrect[bin]++;
    }
    nll -= Math.log(Math.max(probabilities[row + label]!, 1e-12));
  }
  let ece = 0;
  for (let b = 0; b < bins; b++) ece += Math.abs(binCorrect[b]! - binConfidence[b]!) / count;
  return { accuracy: correct / count, nll: nll / count, brier: brier / count, ece };
}
