/** Scores of how uncertain, or how strange, each example of a prediction is: larger is more so. */
import { ShapeError, describeValue, isWhole } from '../errors/index.ts';
import type { ClassPredictive, Predictive, RealPredictive, Units } from '../likelihoods/index.ts';
import { checkNumbers } from './arguments.ts';

/** What scores are called for people, by their names in files and --json. */
export const scoreTitles = {
  predictiveEntropy: 'predictive entropy',
  mutualInformation: 'mutual information',
  doubt: '1 - largest probability',
  epistemic: 'epistemic standard deviation',
  standardDeviation: 'standard deviation',
  energy: 'energy',
  featureDistance: 'distance of features',
} as const;

export interface Score {
  readonly name: keyof typeof scoreTitles;
  /** [count], finite; larger for what is less like the training data */
  readonly values: Float64Array;
}

/**
 * What a prediction itself says of how uncertain each example is. Classes: the predictive entropy and the mutual information
 * (nats), and 1 - the largest probability. Numbers: the epistemic and the whole standard deviation, in the unit of the
 * target; of several targets the root of the mean of their squares, each over its scale in `units`. A standard deviation that
 * is infinite, as tails may be heavy enough for, is no score and left away.
 * @param units of the targets, by which several become comparable; null: they are taken as they are
 */
export function uncertaintyScores(predictive: Predictive, units: Units | null = null): readonly Score[] {
  return predictive.kind === 'classes' ? ofClasses(predictive) : ofNumbers(predictive, units);
}

function ofClasses(predictive: ClassPredictive): readonly Score[] {
  const { count, classes, probabilities, predictiveEntropy, mutualInformation } = predictive;
  const doubt = new Float64Array(count);
  for (let n = 0; n < count; n++) {
    let largest = 0;
    for (let i = n * classes; i < (n + 1) * classes; i++) largest = Math.max(largest, probabilities[i]!);
    doubt[n] = 1 - largest;
  }
  return [
    { name: 'predictiveEntropy', values: predictiveEntropy },
    { name: 'mutualInformation', values: mutualInformation },
    { name: 'doubt', values: doubt },
  ];
}

function ofNumbers({ count, outputs, epistemic, standardDeviation }: RealPredictive, units: Units | null): Score[] {
  const joined = (values: Float64Array) =>
    Float64Array.from({ length: count }, (_, n) => {
      if (outputs === 1) return values[n]!;
      let squares = 0;
      for (let o = 0; o < outputs; o++) squares += (values[n * outputs + o]! / (units?.scale[o] ?? 1)) ** 2;
      return Math.sqrt(squares / outputs);
    });
  const scores: Score[] = [
    { name: 'epistemic', values: joined(epistemic) },
    { name: 'standardDeviation', values: joined(standardDeviation) },
  ];
  return scores.filter(({ values }) => !values.includes(Number.POSITIVE_INFINITY));
}

/**
 * The energy of each example at temperature 1, -ln sum_c exp(logit_c) (Liu et al. 2020, arXiv 2010.03759, eq. 4): higher for
 * what is less like the training data.
 * @param logits [count, classes]
 * @throws ShapeError for another size, NotFiniteError naming the first example
 */
export function energyScore(logits: ArrayLike<number>, count: number, classes: number): Score {
  if (!isWhole(count, 1) || !isWhole(classes, 1) || logits?.length !== count * classes) {
    throw new ShapeError('logits', {
      got: `${describeValue(logits)} for ${describeValue(count)} examples of ${describeValue(classes)} classes`,
      expected: 'one for each class of each of at least one example',
    });
  }
  checkNumbers('logits', logits);
  const values = new Float64Array(count);
  for (let n = 0; n < count; n++) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let i = n * classes; i < (n + 1) * classes; i++) largest = Math.max(largest, logits[i]!);
    let sum = 0;
    for (let i = n * classes; i < (n + 1) * classes; i++) sum += Math.exp(logits[i]! - largest);
    values[n] = -(largest + Math.log(sum));
  }
  return { name: 'energy', values };
}
