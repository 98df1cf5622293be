import type { Graph, Tensor } from '../graph/index.ts';
import { ShapeError, UsageError, describeValue, isWhole } from '../errors/index.ts';
import type { ActivationName } from './activations.ts';
import { finish } from './finish.ts';
import type { Layer } from './layer.ts';
import { fixedWeights } from './weights/fixed.ts';
import { type NormalWeightsOptions, normalWeights } from './weights/normal.ts';
import type { BiasOptions, LinearMap, Weights } from './weights/weights.ts';

export interface DenseOptions extends BiasOptions {
  readonly units: number;
  readonly activation?: ActivationName;
}

/** What a posterior of its own adds to a layer's options. */
type Posterior = Omit<NormalWeightsOptions, 'estimator'>;

/**
 * activation(x kernel + bias). x [batch, features] -> [batch, units]
 * @param weights how the kernel is distributed; numbers, Glorot uniform at the start, unless given
 */
export function dense(options: DenseOptions & { readonly weights?: Weights }): Layer {
  return layer('dense', options, options.weights ?? fixedWeights);
}

/** The same with a normal posterior over the kernel, one draw for all examples of a replica (Kingma and Welling 2014). */
export function denseReparameterization(options: DenseOptions & Posterior): Layer {
  return layer('denseReparameterization', options, normalWeights({ ...options, estimator: 'reparameterization' }));
}

/**
 * The same with the flipout estimator (Wen et al. 2018, eq. 4): x Wmu + ((x . s) dW) . r + bias. A dense kernel meets
 * each example at one position only, so two products are always cheaper than a kernel per example.
 */
export function denseFlipout(options: DenseOptions & Posterior): Layer {
  return layer('denseFlipout', options, normalWeights({ ...options, estimator: 'flipout' }));
}

function layer(kind: string, { units, activation = 'none', bias }: DenseOptions, weights: Weights): Layer {
  if (!isWhole(units, 1)) {
    throw new UsageError(`${kind}, units`, { got: describeValue(units), expected: 'a whole number from 1 on' });
  }
  return {
    kind,
    build(x, context) {
      if (x.shape.length !== 2) {
        throw new ShapeError(`${kind} works on batch x features; put flatten in front`, { got: x.shape.join('x') });
      }
      const map = linearMap(x.shape[1]!, units);
      const product = weights.map(x, map, context);
      return finish(product, { units, activation, bias, weights }, context);
    },
  };
}

function linearMap(inputs: number, units: number): LinearMap {
  return {
    kernel: [inputs, units],
    fanIn: inputs,
    fanOut: units,
    apply: product,
    flipout(graph, x, mean, perturbation, [signsIn, signsOut]) {
      const signed = graph.apply('channelSigns', [x, signsIn], {}, 'signedInput')[0]!;
      const own = product(graph, signed, perturbation);
      const signedOwn = graph.apply('channelSigns', [own, signsOut], {}, 'signedOutput')[0]!;
      return graph.apply('add', [product(graph, x, mean), signedOwn], {}, 'sum')[0]!;
    },
  };
}

function product(graph: Graph, x: Tensor, kernel: Tensor): Tensor {
  return graph.apply('matmul', [x, kernel], { transposeA: false, transposeB: false }, 'product')[0]!;
}
