import { standardNormalLogDensityOf } from '../../../distributions/index.ts';
import type { Graph, Tensor } from '../../../graph/index.ts';

/**
 * KL(posterior || prior), a scalar in nats for the data set. `closed`: computed from parameters, once per step. `sampled`:
 * an estimate from a replica's draw, whose mean over replicas counts; its gradient goes the way of the likelihood's.
 */
export interface KlDivergence {
  readonly kind: 'closed' | 'sampled';
  readonly value: Tensor;
}

/** A posterior N(mean, scale^2), and the draw mean + scale * noise from it. */
export interface NormalDraw {
  readonly mean: Tensor;
  readonly scale: Tensor;
  readonly noise: Tensor;
  /** scale * noise */
  readonly perturbation: Tensor;
}

/**
 * KL(N(mean, scale^2) || prior), summed over the weights, nats: in closed form, or estimated at the replica's draw (`sampledKl`).
 * @param fanIn inputs of a unit
 */
export type PriorKl<P> = (graph: Graph, prior: P, draw: NormalDraw, fanIn: number) => KlDivergence;

/**
 * For a prior with a density and no closed form: ln q(w) - ln p(w) at the replica's draw (Blundell et al. 2015, eq. 2),
 * where ln q(w) is written by the noise, so that the score's part of its gradient, of mean zero, is not there.
 * @param logPriorOf ln p(w) of each of the weights, in nats
 */
export function sampledKl(
  graph: Graph,
  { mean, scale, noise, perturbation }: NormalDraw,
  logPriorOf: (weights: Tensor) => Tensor,
): KlDivergence {
  const weights = graph.apply('add', [mean, perturbation], {}, 'drawn')[0]!;
  // ln q(w) = ln N(noise | 0, 1) - ln scale
  const logPosterior = graph.apply(
    'subtract',
    [standardNormalLogDensityOf(graph, noise), graph.apply('log', [scale], {})[0]!],
    {},
  )[0]!;
  const logPrior = logPriorOf(weights);
  const ratio = graph.apply('subtract', [logPosterior, logPrior], {}, 'logRatio')[0]!;
  return { kind: 'sampled', value: graph.apply('sum', [ratio], { leading: mean.shape.length, trailing: 0 }, 'kl')[0]! };
}
