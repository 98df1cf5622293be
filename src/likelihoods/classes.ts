import { sharedBuffer } from '../kernels/index.ts';
import { type PredictiveFields, PredictiveSums } from './class-sums.ts';
import type { DrawBatch, GatherRequest, Gathering, PredictiveBase } from './likelihood.ts';
import { checkGathering } from './requests.ts';

/** What the draws say of the class of each example. Entropies are in nats. All arrays are row-major. */
export interface ClassPredictive extends PredictiveBase, PredictiveFields {
  readonly kind: 'classes';
  readonly classes: number;
  /** [count, classes]: the predictive distribution, the mean of each class's probability over the draws */
  readonly probabilities: Float64Array;
  /**
   * [count, classes]: standard deviation of each class's probability over the draws, with draws - 1; 0 for one draw.
   * Below about 1e-6 it is rounding.
   */
  readonly standardDeviations: Float64Array;
  /** [count]: entropy of `probabilities`, the whole uncertainty about the label */
  readonly predictiveEntropy: Float64Array;
  /** [count]: mean entropy of a draw's probabilities, what would remain if the weights were known */
  readonly expectedEntropy: Float64Array;
  /** [count]: their difference, the mutual information of label and weights (Houlsby et al. 2011, arXiv 1112.5745, eq. 2) */
  readonly mutualInformation: Float64Array;
  /**
   * for each level [count, classes]: the draw at place ceil(level draws) of a class's probabilities in ascending order,
   * the level taken as the decimal that it was written as, to within 0.001: draws are counted on a grid of 500 equal
   * cells over 0 .. 1, and the middle of that draw's cell is given
   */
  readonly quantiles: readonly Float64Array[];
}

/**
 * The class of the largest probability; of equal ones the first.
 * @param probabilities [count, classes]
 */
export function mostProbable(probabilities: ArrayLike<number>, example: number, classes: number): number {
  const row = example * classes;
  let best = 0;
  for (let c = 1; c < classes; c++) if (probabilities[row + c]! > probabilities[row + best]!) best = c;
  return best;
}

/** Gathers draws of class probabilities [batch, classes] and their entropies [batch]. */
export class ClassGathering implements Gathering<ClassPredictive>, PredictiveFields {
  readonly values: Float64Array;
  readonly probabilities: Float64Array;
  readonly standardDeviations: Float64Array;
  readonly expectedEntropy: Float64Array;
  readonly quantiles: readonly Float64Array[];
  readonly #request: GatherRequest;
  readonly #classes: number;

  constructor(request: GatherRequest, classes: number) {
    checkGathering(request, null);
    const { count, levels } = request;
    const size = count * classes;
    this.#request = request;
    this.#classes = classes;
    this.values = new Float64Array(sharedBuffer(8 * ((2 + levels.length) * size + count)));
    const matrix = (i: number) => this.values.subarray(i * size, (i + 1) * size);
    this.probabilities = matrix(0);
    this.standardDeviations = matrix(1);
    this.quantiles = levels.map((_, l) => matrix(2 + l));
    this.expectedEntropy = this.values.subarray((2 + levels.length) * size);
  }

  batch(examples: number): DrawBatch {
    const { draws, levels } = this.#request;
    const sums = new PredictiveSums(examples, this.#classes, draws, levels);
    return {
      values: sums.values,
      clear: () => sums.clear(),
      add: (_draw, [probabilities, entropies], count) => sums.add(probabilities!, entropies!, count),
      finish: (first, count) => sums.finish(this, first, count),
    };
  }

  result(): ClassPredictive {
    const { probabilities, standardDeviations, expectedEntropy, quantiles } = this;
    const { count, draws, levels } = this.#request;
    const classes = this.#classes;
    const predictiveEntropy = new Float64Array(count);
    const mutualInformation = new Float64Array(count);
    for (let n = 0; n < count; n++) {
      let entropy = 0;
      for (let i = n * classes; i < (n + 1) * classes; i++) {
        const p = probabilities[i]!;
        if (p > 0) entropy -= p * Math.log(p);
      }
      predictiveEntropy[n] = entropy;
      // not negative by Jensen's inequality; rounding may say otherwise
      mutualInformation[n] = Math.max(0, entropy - expectedEntropy[n]!);
    }
    return {
      ...{ kind: 'classes', count, classes, draws, probabilities, standardDeviations },
      ...{ predictiveEntropy, expectedEntropy, mutualInformation, levels, quantiles },
    };
  }
}
