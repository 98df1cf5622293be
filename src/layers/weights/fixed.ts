import type { Tensor } from '../../graph/index.ts';
import type { LayerContext } from '../layer.ts';
import { normalBias } from './normal.ts';
import type { Weights } from './weights.ts';

/** Weights that are numbers: Glorot uniform at the start (Glorot and Bengio 2010, eq. 16). */
export const fixedWeights: Weights = {
  kind: 'fixed',
  map(x, { kernel: shape, fanIn, fanOut, apply }, context) {
    return apply(context.graph, x, context.parameter('kernel', shape, { kind: 'glorotUniform', fanIn, fanOut }));
  },
  bias: normalBias,
};

/** Biases that are numbers: 0 at the start. */
export function fixedBias(units: number, context: LayerContext): Tensor {
  return context.parameter('bias', [units], { kind: 'zeros' });
}
