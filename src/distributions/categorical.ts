import type { Graph, Tensor } from '../graph/index.ts';

export interface CategoricalLikelihood {
  /** [batch], nats per example */
  readonly nll: Tensor;
  /** [batch, classes] */
  readonly probabilities: Tensor;
  /** [batch], 1 where the most probable class is the label, else 0 */
  readonly correct: Tensor;
}

/**
 * -ln Categorical(label | softmax(logits)).
 * @param logits [batch, classes]
 * @param labels [batch], i32, 0 .. classes - 1
 */
export function categoricalNegativeLogLikelihood(graph: Graph, logits: Tensor, labels: Tensor): CategoricalLikelihood {
  const [nll, probabilities, correct] = graph.apply('categoricalNll', [logits, labels], {}, 'nll') as [
    Tensor,
    Tensor,
    Tensor,
  ];
  return { nll, probabilities, correct };
}

/** Entropy of class probabilities, nats; 0 ln 0 is 0. */
export function categoricalEntropy(probabilities: ArrayLike<number>): number {
  let entropy = 0;
  for (let i = 0; i < probabilities.length; i++) {
    const p = probabilities[i]!;
    if (p > 0) entropy -= p * Math.log(p);
  }
  return entropy;
}
