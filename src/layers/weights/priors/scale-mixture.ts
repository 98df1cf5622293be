import { scaleMixtureLogDensityOf } from '../../../distributions/index.ts';
import { type PriorKl, sampledKl } from './kl.ts';

/** share N(0, scales[0]^2) + (1 - share) N(0, scales[1]^2) (Blundell et al. 2015, arXiv 1505.05424, eq. 7) */
export interface ScaleMixturePrior {
  readonly kind: 'scaleMixture';
  readonly scales: readonly [number, number];
  readonly share: number;
}

export const scaleMixturePriorKl: PriorKl<ScaleMixturePrior> = (graph, prior, draw) =>
  sampledKl(graph, draw, (weights) => scaleMixtureLogDensityOf(graph, weights, prior));
