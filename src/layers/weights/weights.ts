import type { Graph, Shape, Tensor } from '../../graph/index.ts';
import type { LayerContext } from '../layer.ts';

/**
 * What a layer does with its kernel, whatever the kernel's distribution: a dense layer is one, a convolution another, an
 * embedding a third.
 */
export interface LinearMap {
  /** the last two axes are those of the inputs and the outputs that meet in a product */
  readonly kernel: Shape;
  /** numbers that an output is a sum over, and outputs that an input goes into */
  readonly fanIn: number;
  readonly fanOut: number;
  apply(graph: Graph, x: Tensor, kernel: Tensor): Tensor;
  /**
   * x mean + ((x . signsIn) perturbation) . signsOut (Wen et al. 2018, arXiv 1803.04386, eq. 4); null: the map has no such
   * form, and one draw serves all examples.
   * @param signs [batch, inputs] and [batch, outputs]
   */
  readonly flipout:
    | ((graph: Graph, x: Tensor, mean: Tensor, perturbation: Tensor, signs: readonly [Tensor, Tensor]) => Tensor)
    | null;
}

/** How the weights of a layer are distributed. One file per kind. */
export interface Weights {
  readonly kind: string;
  /** Declares the kernel and applies the map to x with it. */
  map(x: Tensor, linear: LinearMap, context: LayerContext): Tensor;
  /** Declares `units` biases with a posterior like the kernel's: normal where the kernel has none. */
  bias(units: number, context: LayerContext): Tensor;
}

/** What layers with weights have in common. */
export interface BiasOptions {
  /** `fixed`: a number; `normal`: with a posterior; `none`; fixed unless given */
  readonly bias?: 'fixed' | 'normal' | 'none';
}
