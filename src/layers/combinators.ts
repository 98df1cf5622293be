/** Layers that are made of layers. */
import { ShapeError } from '../errors/index.ts';
import { formatShape, sameShape } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { Layer, LayerContext } from './layer.ts';

/** One after the other. */
export function sequential(...layers: readonly Layer[]): Layer {
  return {
    kind: 'sequential',
    build: (x, context) => layers.reduce((value, layer) => context.apply(layer, value), x),
  };
}

/**
 * Several layers of one input, each in a scope of its own name, their outputs joined along the last axis in the order in
 * which they are written: a network with an output for each of several questions.
 */
export function heads(named: Readonly<Record<string, Layer>>): Layer {
  return {
    kind: 'heads',
    build: (x, context) => joined('heads', Object.entries(named), x, context),
  };
}

/**
 * Several layers of one input, their outputs added (all of one shape) or joined along the last axis (which alone may
 * differ).
 */
export function parallel(layers: readonly Layer[], join: 'add' | 'concat' = 'add'): Layer {
  return {
    kind: 'parallel',
    build(x, context) {
      if (join === 'concat') {
        return joined(
          'parallel',
          layers.map((layer) => [undefined, layer]),
          x,
          context,
        );
      }
      return branches(layers, x, context).reduce((sum, branch) => added('parallel', sum, branch, context));
    },
  };
}

/**
 * x + layer(x) (He et al. 2016, arXiv 1512.03385, eq. 1).
 * @param shortcut what x goes through on the way past, where the layer changes its shape: a convolution 1x1
 */
export function residual(layer: Layer, shortcut: Layer | null = null): Layer {
  return {
    kind: 'residual',
    build(x, context) {
      const past = shortcut === null ? x : context.apply(shortcut, x, 'shortcut');
      return added('residual', past, context.apply(layer, x), context);
    },
  };
}

function branches(layers: readonly Layer[], x: Tensor, context: LayerContext): Tensor[] {
  if (layers.length === 0) throw new ShapeError('parallel has no layers', { expected: 'at least one' });
  return layers.map((layer) => context.apply(layer, x));
}

function added(kind: string, a: Tensor, b: Tensor, { graph }: LayerContext): Tensor {
  if (sameShape(a.shape, b.shape)) return graph.apply('add', [a, b], {}, 'sum')[0]!;
  throw new ShapeError(`${kind} adds tensors of one shape`, {
    got: `${formatShape(a.shape)} and ${formatShape(b.shape)}`,
    ...(kind === 'residual'
      ? { remedy: 'Give it a shortcut: residual(layer, conv2d({ filters, kernelSize: 1 }))' }
      : {}),
  });
}

function joined(
  kind: string,
  layers: readonly (readonly [name: string | undefined, layer: Layer])[],
  x: Tensor,
  context: LayerContext,
): Tensor {
  if (layers.length === 0) throw new ShapeError(`${kind} has no layers`, { expected: 'at least one' });
  const parts = layers.map(([name, layer]) => context.apply(layer, x, name));
  return parts.length === 1 ? parts[0]! : context.graph.apply('concat', parts, {}, 'joined')[0]!;
}
