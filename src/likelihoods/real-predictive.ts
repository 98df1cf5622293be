import type { PredictiveBase } from './likelihood.ts';

/** What the draws say of the numbers of each example, in the user's units. All arrays are row-major. */
export interface RealPredictive extends PredictiveBase {
  readonly kind: 'reals';
  /** numbers per example */
  readonly outputs: number;
  /** [count, outputs], as those that follow: of the predictive distribution, the mixture over the draws */
  readonly mean: Float64Array;
  /** its standard deviation: sqrt(aleatoric^2 + epistemic^2) */
  readonly standardDeviation: Float64Array;
  /** the noise that would remain if the weights were known: square root of the mean of the draws' variances */
  readonly aleatoric: Float64Array;
  /** what is not known of the weights: standard deviation of the draws' means */
  readonly epistemic: Float64Array;
  /** for each level [count, outputs], of the mixture */
  readonly quantiles: readonly Float64Array[];
  /** what targets that were given make of it; null: none were */
  readonly scores: RealScores | null;
}

export interface RealScores {
  /** [count]: ln of the mean over the draws of p(y | draw), nats, over all outputs of an example together */
  readonly logDensity: Float64Array;
  /** [count, outputs], as those that follow: continuous ranked probability score */
  readonly crps: Float64Array;
  /** P(Y <= y): uniform where the prediction of a real is calibrated (probability integral transform) */
  readonly probability: Float64Array;
  /** P(Y < y): another number for counts only */
  readonly probabilityBelow: Float64Array;
  /** quantiles at 0.05, 0.25, 0.75 and 0.95 */
  readonly interval: readonly Float64Array[];
}
