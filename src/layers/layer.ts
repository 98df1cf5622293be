import type { Graph, Shape, Tensor } from '../graph/index.ts';
import type { Initializer } from './initializers.ts';
import type { WeightsDefaults } from './weights/defaults.ts';
import type { KlDivergence } from './weights/priors/kl.ts';

/**
 * A layer appends its part of the forward graph. It holds no state: parameters, noise and divergences are declared
 * through the context, so that the same layer builds the graph of training and that of prediction. A layer may be made of
 * others (`context.apply`), and may be anybody's own.
 */
export interface Layer {
  /** what parameters are named after: `conv2dFlipout`, `dense`, … */
  readonly kind: string;
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
  /** what weights do where their layer does not say */
  readonly defaults: WeightsDefaults;
  /**
   * A layer inside this one, in a scope of its own: parameters of `heads` are `heads/spin/dense_1/kernel`.
   * @param name of the scope; the layer's kind unless given, with a number where that is taken
   */
  apply(layer: Layer, x: Tensor, name?: string): Tensor;
  /** a trained tensor `<scope>/<name>` */
  parameter(name: string, shape: Shape, initializer: Initializer): Tensor;
  /** a number that no other noise of the network has in its key */
  stream(): number;
  /** weights with a posterior: their KL is part of the loss, reports show them */
  weights(declared: WeightsDeclaration): void;
}

/** Weights with a posterior, as their kind declares them. */
export interface WeightsDeclaration {
  /** which of the layer's weights, where it has several: `bias`; the kernel unless given */
  readonly part?: string;
  /** the posterior's mean and standard deviation, of one shape, computed in the graph: what reports show */
  readonly mean: Tensor;
  readonly scale: Tensor;
  /** null: not regularised */
  readonly kl: KlDivergence | null;
}
