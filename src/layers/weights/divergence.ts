import {
  normalKlDivergenceOf,
  scaleMixtureLogDensityOf,
  standardNormalLogDensityOf,
} from '../../distributions/index.ts';
import type { Graph, Tensor } from '../../graph/index.ts';
import type { WeightsDeclaration } from '../layer.ts';
import type { Prior } from './prior.ts';

/** A posterior N(mean, scale^2), and the draw mean + scale * noise from it. */
export interface NormalDraw {
  readonly mean: Tensor;
  readonly scale: Tensor;
  readonly noise: Tensor;
  /** scale * noise */
  readonly perturbation: Tensor;
}

/**
 * KL(N(mean, scale^2) || prior), summed over the weights. Normal against normal has a closed form; against a scale mixture
 * it is estimated by ln q(w) - ln p(w) at the replica's draw (Blundell et al. 2015, eq. 2), where ln q(w) is written by
 * the noise, so that the score's part of its gradient, of mean zero, is not there.
 * @param fanIn inputs of a unit
 */
export function divergence(
  graph: Graph,
  prior: Prior,
  { mean, scale, noise, perturbation }: NormalDraw,
  fanIn: number,
): NonNullable<WeightsDeclaration['kl']> {
  if (prior.kind === 'normal') {
    const priorScale = prior.fanIn ? prior.scale / Math.sqrt(fanIn) : prior.scale;
    return { kind: 'closed', value: normalKlDivergenceOf(graph, { mean, scale }, { mean: 0, scale: priorScale }) };
  }
  const weights = graph.apply('add', [mean, perturbation], {}, 'drawn')[0]!;
  // ln q(w) = ln N(noise | 0, 1) - ln scale
  const logPosterior = graph.apply(
    'subtract',
    [standardNormalLogDensityOf(graph, noise), graph.apply('log', [scale], {})[0]!],
    {},
  )[0]!;
  const logPrior = scaleMixtureLogDensityOf(graph, weights, prior);
  const ratio = graph.apply('subtract', [logPosterior, logPrior], {}, 'logRatio')[0]!;
  return { kind: 'sampled', value: graph.apply('sum', [ratio], { leading: mean.shape.length, trailing: 0 }, 'kl')[0]! };
}
