import type { Activation, ConvolutionAttributes, Padding, Tensor } from '../graph/index.ts';
import { ShapeError } from '../errors/index.ts';
import type { Layer, LayerContext } from './layer.ts';
import { drawnKernel, flipoutSigns, variationalKernel } from './variational.ts';

export interface ConvolutionOptions<Extent> {
  readonly filters: number;
  readonly kernelSize: Extent;
  readonly strides?: Extent;
  readonly dilation?: Extent;
  readonly padding?: Padding;
  readonly activation?: Activation;
}

type Pair = readonly [number, number];
type Estimator = 'deterministic' | 'reparameterization' | 'flipout';

/** 2-d convolutions take one number for both axes, or a pair. */
export type Convolution2dOptions = ConvolutionOptions<number | Pair>;
export type Convolution1dOptions = ConvolutionOptions<number>;

/** x [batch, height, width, channels] -> [batch, height', width', filters]; Glorot uniform kernel, bias 0 */
export function conv2d(options: Convolution2dOptions): Layer {
  return convolution2d('conv2d', 'deterministic', options);
}

/** The same with a normal posterior over the kernel, one draw for all examples of a replica (Kingma and Welling 2014). */
export function conv2dReparameterization(options: Convolution2dOptions): Layer {
  return convolution2d('conv2dReparameterization', 'reparameterization', options);
}

/** The same with the flipout estimator (Wen et al. 2018, eq. 4), one sign per channel, shared over positions. */
export function conv2dFlipout(options: Convolution2dOptions): Layer {
  return convolution2d('conv2dFlipout', 'flipout', options);
}

/** x [batch, length, channels] -> [batch, length', filters] */
export function conv1d(options: Convolution1dOptions): Layer {
  return convolution1d('conv1d', 'deterministic', options);
}

export function conv1dReparameterization(options: Convolution1dOptions): Layer {
  return convolution1d('conv1dReparameterization', 'reparameterization', options);
}

export function conv1dFlipout(options: Convolution1dOptions): Layer {
  return convolution1d('conv1dFlipout', 'flipout', options);
}

function pair(extent: number | Pair): Pair {
  return typeof extent === 'number' ? [extent, extent] : extent;
}

function convolution2d(kind: string, estimator: Estimator, options: Convolution2dOptions): Layer {
  const { filters, kernelSize, strides = 1, dilation = 1, padding = 'SAME', activation = 'none' } = options;
  const attributes = plain(pair(strides), pair(dilation), padding);
  return {
    kind,
    bayesian: estimator !== 'deterministic',
    build(x, context) {
      if (x.shape.length !== 4) {
        throw new ShapeError(`${kind} works on batch x height x width x channels`, { got: x.shape.join('x') });
      }
      const kernel = [...pair(kernelSize), x.shape[3]!, filters];
      return finish(context, convolve(context, estimator, x, kernel, attributes), filters, activation);
    },
  };
}

/** A 1-d convolution is a 2-d one of height 1. */
function convolution1d(kind: string, estimator: Estimator, options: Convolution1dOptions): Layer {
  const { filters, kernelSize, strides = 1, dilation = 1, padding = 'SAME', activation = 'none' } = options;
  const attributes = plain([1, strides], [1, dilation], padding);
  return {
    kind,
    bayesian: estimator !== 'deterministic',
    build(x, context) {
      if (x.shape.length !== 3) {
        throw new ShapeError(`${kind} works on batch x length x channels`, { got: x.shape.join('x') });
      }
      const [batch, length, channels] = x.shape as [number, number, number];
      const { graph } = context;
      const flat = graph.apply('reshape', [x], { shape: [batch, 1, length, channels] })[0]!;
      const map = convolve(context, estimator, flat, [1, kernelSize, channels, filters], attributes);
      const line = graph.apply('reshape', [map], { shape: [batch, map.shape[2]!, filters] })[0]!;
      return finish(context, line, filters, activation);
    },
  };
}

/** Attributes of a convolution with nothing behind it: bias, activation and pooling are the fusion pass's work. */
function plain(strides: Pair, dilations: Pair, padding: Padding): ConvolutionAttributes {
  return { strides, dilations, padding, bias: false, activation: 'none', pool: null };
}

function convolve(
  context: LayerContext,
  estimator: Estimator,
  x: Tensor,
  shape: readonly number[],
  attributes: ConvolutionAttributes,
): Tensor {
  const { graph, mode } = context;
  const [height, width, inputs, outputs] = shape as [number, number, number, number];
  if (estimator === 'deterministic') {
    const fan = height * width;
    const kernel = context.parameter('kernel', shape, {
      kind: 'glorotUniform',
      fanIn: fan * inputs,
      fanOut: fan * outputs,
    });
    return graph.apply('conv2d', [x, kernel], attributes, 'convolution')[0]!;
  }
  const kernel = variationalKernel(context, shape);
  if (estimator === 'reparameterization' || mode === 'prediction') {
    return graph.apply('conv2d', [x, drawnKernel(context, kernel)], attributes, 'convolution')[0]!;
  }
  const signs = flipoutSigns(context, kernel.number, x.shape[0]!, inputs, outputs);
  return graph.apply(
    'flipoutConv2d',
    [x, kernel.mean, kernel.perturbation, signs.input, signs.output],
    attributes,
    'convolution',
  )[0]!;
}

function finish(context: LayerContext, map: Tensor, filters: number, activation: Activation): Tensor {
  const bias = context.parameter('bias', [filters], { kind: 'zeros' });
  const sum = context.graph.apply('add', [map, bias], {}, 'biased')[0]!;
  return activation === 'none' ? sum : context.graph.apply(activation, [sum], {}, activation)[0]!;
}
