import type { Graph } from '../../../graph/index.ts';
import type { KlDivergence, NormalDraw, PriorKl } from './kl.ts';
import { type NormalPrior, normalPriorKl } from './normal.ts';
import { type ScaleMixturePrior, scaleMixturePriorKl } from './scale-mixture.ts';

/** Priors of independent weights with mean 0, by kind. */
interface Priors {
  readonly normal: NormalPrior;
  readonly scaleMixture: ScaleMixturePrior;
}

export type Prior = Priors[keyof Priors];

const divergences: { readonly [K in keyof Priors]: PriorKl<Priors[K]> } = {
  normal: normalPriorKl,
  scaleMixture: scaleMixturePriorKl,
};

/**
 * KL(N(mean, scale^2) || prior), summed over the weights, nats.
 * @param fanIn inputs of a unit
 */
export function divergence<K extends keyof Priors>(
  graph: Graph,
  prior: Priors[K] & { readonly kind: K },
  draw: NormalDraw,
  fanIn: number,
): KlDivergence {
  return divergences[prior.kind](graph, prior, draw, fanIn);
}
