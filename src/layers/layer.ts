import type { Graph, Tensor } from '../graph/index.ts';
import type { Initializer } from './initializers.ts';

/**
 * A layer appends its part of the forward graph. It holds no state: parameters, noise and divergences are declared
 * through the context, so that the same layer builds the graph of training and that of prediction.
 */
export interface Layer {
  /** what parameters are named after: `conv2dFlipout`, `dense`, … */
  readonly kind: string;
  /** whether its weights have a posterior */
  readonly bayesian: boolean;
  /**
   * @param x [batch, ...]
   * @throws ShapeError when x does not fit
   */
  build(x: Tensor, context: LayerContext): Tensor;
}

/**
 * `training`: the layer's own gradient estimator, fresh noise for each step and replica. `prediction`: one draw of the
 * weights shared by all examples, which has the same distribution for each example as flipout's and is cheaper.
 */
export type LayerMode = 'training' | 'prediction';

export interface LayerContext {
  readonly graph: Graph;
  readonly mode: LayerMode;
  /** a trained tensor `<layer>/<name>` */
  parameter(name: string, shape: readonly number[], initializer: Initializer): Tensor;
  /** a number in the noise's key, for noise that no posterior draws: another one with each call, the same in both modes */
  stream(): number;
  /** the number of the posterior that is declared here, in the noise's key: declare it, then draw from it */
  posterior(posterior: { readonly mean: Tensor; readonly untransformedScale: Tensor; readonly kl: Tensor }): number;
}
