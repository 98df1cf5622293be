import type { Tensor } from '../graph/index.ts';
import { type ActivationName, activate } from './activations.ts';
import type { LayerContext } from './layer.ts';
import { fixedBias } from './weights/fixed.ts';
import type { BiasOptions, Weights } from './weights/weights.ts';

interface Ending extends BiasOptions {
  readonly units: number;
  readonly activation: ActivationName;
  readonly weights: Weights;
}

/**
 * Bias and activation behind a product or a convolution: the fusion pass moves them into it.
 * @param x [..., units]
 */
export function finish(
  x: Tensor,
  { units, activation, bias = 'fixed', weights }: Ending,
  context: LayerContext,
): Tensor {
  const { graph } = context;
  let sum = x;
  if (bias !== 'none') {
    const offset = bias === 'fixed' ? fixedBias(units, context) : weights.bias(units, context);
    sum = graph.apply('add', [x, offset], {}, 'biased')[0]!;
  }
  return activate(graph, sum, activation);
}
