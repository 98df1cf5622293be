import type { Activation, Tensor } from '../graph/index.ts';
import { ShapeError } from '../errors/index.ts';
import type { Layer, LayerContext } from './layer.ts';
import { drawnKernel, flipoutSigns, variationalKernel } from './variational.ts';

export interface DenseOptions {
  readonly units: number;
  readonly activation?: Activation;
}

/** Bias and activation behind a product: the fusion pass moves them into it. */
function finish(context: LayerContext, product: Tensor, bias: Tensor, activation: Activation): Tensor {
  const sum = context.graph.apply('add', [product, bias], {}, 'biased')[0]!;
  return activation === 'none' ? sum : context.graph.apply(activation, [sum], {}, activation)[0]!;
}

function product({ graph }: LayerContext, x: Tensor, kernel: Tensor): Tensor {
  return graph.apply('matmul', [x, kernel], { transposeA: false, transposeB: false }, 'product')[0]!;
}

function features(kind: string, x: Tensor): number {
  if (x.shape.length !== 2) {
    throw new ShapeError(`${kind} works on batch x features; put flatten in front`, { got: x.shape.join('x') });
  }
  return x.shape[1]!;
}

/** activation(x kernel + bias), Glorot uniform kernel, bias 0. x [batch, features] -> [batch, units] */
export function dense({ units, activation = 'none' }: DenseOptions): Layer {
  return {
    kind: 'dense',
    bayesian: false,
    build(x, context) {
      const inputs = features('dense', x);
      const kernel = context.parameter('kernel', [inputs, units], {
        kind: 'glorotUniform',
        fanIn: inputs,
        fanOut: units,
      });
      const bias = context.parameter('bias', [units], { kind: 'zeros' });
      return finish(context, product(context, x, kernel), bias, activation);
    },
  };
}

/** The same with a normal posterior over the kernel, one draw for all examples of a replica (Kingma and Welling 2014). */
export function denseReparameterization({ units, activation = 'none' }: DenseOptions): Layer {
  return {
    kind: 'denseReparameterization',
    bayesian: true,
    build(x, context) {
      const kernel = variationalKernel(context, [features('denseReparameterization', x), units]);
      const bias = context.parameter('bias', [units], { kind: 'zeros' });
      return finish(context, product(context, x, drawnKernel(context, kernel)), bias, activation);
    },
  };
}

/**
 * The same with the flipout estimator (Wen et al. 2018, eq. 4): x Wmu + ((x . s) dW) . r + bias. A dense kernel meets
 * each example at one position only, so two products are always cheaper than a kernel per example.
 */
export function denseFlipout({ units, activation = 'none' }: DenseOptions): Layer {
  return {
    kind: 'denseFlipout',
    bayesian: true,
    build(x, context) {
      const inputs = features('denseFlipout', x);
      const kernel = variationalKernel(context, [inputs, units]);
      const bias = context.parameter('bias', [units], { kind: 'zeros' });
      if (context.mode === 'prediction') {
        return finish(context, product(context, x, drawnKernel(context, kernel)), bias, activation);
      }
      const { graph } = context;
      const signs = flipoutSigns(context, kernel.number, x.shape[0]!, inputs, units);
      const signed = graph.apply('channelSigns', [x, signs.input], {}, 'signedInput')[0]!;
      const own = product(context, signed, kernel.perturbation);
      const signedOwn = graph.apply('channelSigns', [own, signs.output], {}, 'signedOutput')[0]!;
      const sum = graph.apply('add', [product(context, x, kernel.mean), signedOwn], {}, 'sum')[0]!;
      return finish(context, sum, bias, activation);
    },
  };
}
