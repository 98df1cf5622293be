import type { ConvolutionAttributes, Padding, Tensor } from '../graph/index.ts';
import { ShapeError } from '../errors/index.ts';
import type { ActivationName } from './activations.ts';
import { finish } from './finish.ts';
import type { Layer, LayerContext } from './layer.ts';
import { type Pair, pair } from './pair.ts';
import { fixedWeights } from './weights/fixed.ts';
import { type NormalWeightsOptions, normalWeights } from './weights/normal.ts';
import type { BiasOptions, LinearMap, Weights } from './weights/weights.ts';

export interface ConvolutionOptions<Extent> extends BiasOptions {
  readonly filters: number;
  readonly kernelSize: Extent;
  readonly strides?: Extent;
  readonly dilation?: Extent;
  readonly padding?: Padding;
  readonly activation?: ActivationName;
}

/** 2-d convolutions take one number for both axes, or a pair. */
export type Convolution2dOptions = ConvolutionOptions<number | Pair>;
export type Convolution1dOptions = ConvolutionOptions<number>;

type WithWeights = { readonly weights?: Weights };
/** What a posterior of its own adds to a layer's options. */
type Posterior = Omit<NormalWeightsOptions, 'estimator'>;

/**
 * x [batch, height, width, channels] -> [batch, height', width', filters]
 * @param weights how the kernel is distributed; numbers, Glorot uniform at the start, unless given
 */
export function conv2d(options: Convolution2dOptions & WithWeights): Layer {
  return convolution2d('conv2d', options, options.weights ?? fixedWeights);
}

/** The same with a normal posterior over the kernel, one draw for all examples of a replica (Kingma and Welling 2014). */
export function conv2dReparameterization(options: Convolution2dOptions & Posterior): Layer {
  const weights = normalWeights({ ...options, estimator: 'reparameterization' });
  return convolution2d('conv2dReparameterization', options, weights);
}

/** The same with the flipout estimator (Wen et al. 2018, eq. 4), one sign per channel, shared over positions. */
export function conv2dFlipout(options: Convolution2dOptions & Posterior): Layer {
  return convolution2d('conv2dFlipout', options, normalWeights({ ...options, estimator: 'flipout' }));
}

/** x [batch, length, channels] -> [batch, length', filters] */
export function conv1d(options: Convolution1dOptions & WithWeights): Layer {
  return convolution1d('conv1d', options, options.weights ?? fixedWeights);
}

export function conv1dReparameterization(options: Convolution1dOptions & Posterior): Layer {
  const weights = normalWeights({ ...options, estimator: 'reparameterization' });
  return convolution1d('conv1dReparameterization', options, weights);
}

export function conv1dFlipout(options: Convolution1dOptions & Posterior): Layer {
  return convolution1d('conv1dFlipout', options, normalWeights({ ...options, estimator: 'flipout' }));
}

function convolution2d(kind: string, options: Convolution2dOptions, weights: Weights): Layer {
  const { filters, kernelSize, strides = 1, dilation = 1, padding = 'SAME', activation = 'none', bias } = options;
  const attributes = plain(pair(strides), pair(dilation), padding);
  return {
    kind,
    build(x, context) {
      if (x.shape.length !== 4) {
        throw new ShapeError(`${kind} works on batch x height x width x channels`, { got: x.shape.join('x') });
      }
      const map = linearMap([...pair(kernelSize), x.shape[3]!, filters], attributes);
      const convolved = weights.map(x, map, context);
      return finish(convolved, { units: filters, activation, bias, weights }, context);
    },
  };
}

/** A 1-d convolution is a 2-d one of height 1. */
function convolution1d(kind: string, options: Convolution1dOptions, weights: Weights): Layer {
  const { filters, kernelSize, strides = 1, dilation = 1, padding = 'SAME', activation = 'none', bias } = options;
  const attributes = plain([1, strides], [1, dilation], padding);
  return {
    kind,
    build(x, context: LayerContext) {
      if (x.shape.length !== 3) {
        throw new ShapeError(`${kind} works on batch x length x channels`, { got: x.shape.join('x') });
      }
      const [batch, length, channels] = x.shape as [number, number, number];
      const { graph } = context;
      const flat = graph.apply('reshape', [x], { shape: [batch, 1, length, channels] })[0]!;
      const map = linearMap([1, kernelSize, channels, filters], attributes);
      const convolved = weights.map(flat, map, context);
      const line = graph.apply('reshape', [convolved], { shape: [batch, convolved.shape[2]!, filters] })[0]!;
      return finish(line, { units: filters, activation, bias, weights }, context);
    },
  };
}

/** Attributes of a convolution with nothing behind it: bias, activation and pooling are the fusion pass's work. */
function plain(strides: Pair, dilations: Pair, padding: Padding): ConvolutionAttributes {
  return { strides, dilations, padding, bias: false, activation: 'none', pool: null };
}

/** @param kernel [height, width, inputs, filters] */
function linearMap(kernel: readonly [number, number, number, number], attributes: ConvolutionAttributes): LinearMap {
  const [height, width, inputs, filters] = kernel;
  return {
    kernel,
    fanIn: height * width * inputs,
    fanOut: height * width * filters,
    apply: (graph, x: Tensor, own) => graph.apply('conv2d', [x, own], attributes, 'convolution')[0]!,
    flipout: (graph, x, mean, perturbation, signs) =>
      graph.apply('flipoutConv2d', [x, mean, perturbation, ...signs], attributes, 'convolution')[0]!,
  };
}
