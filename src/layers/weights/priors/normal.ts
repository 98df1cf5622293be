import { normalKlDivergenceOf } from '../../../distributions/index.ts';
import type { PriorKl } from './kl.ts';

/** N(0, scale^2); with `fanIn` the variance is divided by the number of a unit's inputs, so that its sum keeps its size. */
export interface NormalPrior {
  readonly kind: 'normal';
  readonly scale: number;
  readonly fanIn?: boolean;
}

/** In closed form. */
export const normalPriorKl: PriorKl<NormalPrior> = (
  graph,
  { scale: given, fanIn: byFanIn },
  { mean, scale },
  fanIn,
) => {
  const priorScale = byFanIn ? given / Math.sqrt(fanIn) : given;
  return { kind: 'closed', value: normalKlDivergenceOf(graph, { mean, scale }, { mean: 0, scale: priorScale }) };
};
