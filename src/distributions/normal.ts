import type { Graph, Tensor } from '../graph/index.ts';

const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI);

/** A normal distribution with fixed parameters; `scale` is the standard deviation. */
export interface Normal {
  readonly mean: number;
  readonly scale: number;
}

/** Independent normals with one mean and one standard deviation per element. */
export interface NormalTensor {
  readonly mean: Tensor;
  /** of the shape of `mean` */
  readonly scale: Tensor;
}

/** ln N(x | mean, scale^2), nats. */
export function normalLogDensity(x: number, { mean, scale }: Normal): number {
  const z = (x - mean) / scale;
  return -0.5 * z * z - Math.log(scale) - halfLogTwoPi;
}

/** Differential entropy, nats. */
export function normalEntropy({ scale }: Normal): number {
  return 0.5 + halfLogTwoPi + Math.log(scale);
}

/** KL(q || p) in closed form, nats. */
export function normalKlDivergence(q: Normal, p: Normal): number {
  const variance = p.scale * p.scale;
  return Math.log(p.scale / q.scale) + (q.scale * q.scale + (q.mean - p.mean) ** 2) / (2 * variance) - 0.5;
}

/** KL(q || p) summed over the elements of q, nats: a scalar of the graph. */
export function normalKlDivergenceOf(graph: Graph, q: NormalTensor, p: Normal): Tensor {
  return graph.apply('normalKl', [q.mean, q.scale], { priorMean: p.mean, priorScale: p.scale }, 'kl')[0]!;
}

/**
 * Negative log-likelihood of independent normals, for regression.
 * @param mean [batch, features]
 * @param scale standard deviation: one number, or [batch, features] when the network predicts it
 * @param target [batch, features]
 * @returns [batch], nats per example, summed over the features
 */
export function normalNegativeLogLikelihood(
  graph: Graph,
  mean: Tensor,
  scale: Tensor | number,
  target: Tensor,
): Tensor {
  const difference = graph.apply('subtract', [mean, target], {})[0]!;
  const z =
    typeof scale === 'number'
      ? graph.apply('scale', [difference], { factor: 1 / scale })[0]!
      : graph.apply('divide', [difference, scale], {})[0]!;
  const square = graph.apply('square', [z], {})[0]!;
  const half = graph.apply('scale', [square], { factor: 0.5 })[0]!;
  const constant = halfLogTwoPi + (typeof scale === 'number' ? Math.log(scale) : 0);
  let perFeature = graph.apply('shift', [half], { offset: constant })[0]!;
  if (typeof scale !== 'number') {
    perFeature = graph.apply('add', [perFeature, graph.apply('log', [scale], {})[0]!], {})[0]!;
  }
  return graph.apply('sum', [perFeature], { leading: 0, trailing: 1 }, 'nll')[0]!;
}

/** ln N(x | 0, 1) of each element, nats. */
export function standardNormalLogDensityOf(graph: Graph, x: Tensor): Tensor {
  const square = graph.apply('square', [x], {})[0]!;
  const half = graph.apply('scale', [square], { factor: -0.5 })[0]!;
  return graph.apply('shift', [half], { offset: -halfLogTwoPi })[0]!;
}
