import { UsageError } from '../errors/index.ts';
import { sizeOf } from '../graph/index.ts';
import { purpose } from '../random/index.ts';
import type { Layer } from './layer.ts';

export interface DropoutOptions {
  /** the share of features that are dropped; from 0 on, below 1 */
  readonly rate: number;
  /** whether predictions drop too: each draw has masks of its own; false unless given */
  readonly monteCarlo?: boolean;
}

/**
 * Drops each feature of each example with probability `rate` and divides what stays by 1 - rate (Srivastava et al. 2014),
 * x of any shape. In training the mask is a function of seed, step, replica and the example's place in its replica's batch,
 * and so the same in any number of slices. Prediction leaves x as it is, unless `monteCarlo` asks for approximate Bayesian
 * inference by dropout (Gal and Ghahramani 2016, arXiv 1506.02142): then each draw has a mask for each example, a function
 * of seed, draw and the example's place among those that are predicted.
 */
export function dropout({ rate, monteCarlo = false }: DropoutOptions): Layer {
  if (!(rate >= 0 && rate < 1)) {
    throw new UsageError('dropout, rate', { got: String(rate), expected: 'a number from 0 on, below 1' });
  }
  return {
    kind: 'dropout',
    build(x, context) {
      const { graph, mode } = context;
      // taken in both modes, so that layers behind have the same numbers in both
      const layer = context.stream();
      if (rate === 0 || (mode === 'prediction' && !monteCarlo)) return x;
      const examples = x.shape[0]!;
      const features = sizeOf(x.shape) / examples;
      const attributes = { purpose: purpose.dropoutMask, layer, examples, features, keep: 1 - rate };
      const drawn = graph.apply('maskNoise', [], attributes, 'mask')[0]!;
      const mask = x.shape.length === 2 ? drawn : graph.apply('reshape', [drawn], { shape: x.shape })[0]!;
      return graph.apply('multiply', [x, mask], {}, 'dropped')[0]!;
    },
  };
}
