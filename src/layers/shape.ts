import { ShapeError } from '../errors/index.ts';
import { type Shape, formatShape, sizeOf } from '../graph/index.ts';
import type { Layer } from './layer.ts';

/** x [batch, ...] -> [batch, features] */
export function flatten(): Layer {
  return {
    kind: 'flatten',
    build(x, { graph }) {
      const batch = x.shape[0]!;
      return graph.apply('reshape', [x], { shape: [batch, sizeOf(x.shape) / batch] })[0]!;
    },
  };
}

export interface ReshapeOptions {
  /** of one example */
  readonly shape: Shape;
}

/** The same elements in another shape. x [batch, ...] -> [batch, ...shape] */
export function reshape({ shape }: ReshapeOptions): Layer {
  return {
    kind: 'reshape',
    build(x, { graph }) {
      const [batch, ...example] = x.shape;
      if (batch === undefined || sizeOf(example) !== sizeOf(shape)) {
        throw new ShapeError('reshape keeps the number of elements of an example', {
          got: `${formatShape(example)}, ${sizeOf(example)} elements`,
          expected: `${sizeOf(shape)} elements, as in ${formatShape(shape)}`,
        });
      }
      return graph.apply('reshape', [x], { shape: [batch, ...shape] })[0]!;
    },
  };
}
