import {
  type Activation,
  type ConvolutionAttributes,
  type ConvolutionBackwardAttributes,
  type Shape,
  roundToBfloat16,
  windowGeometry,
} from '../../graph/index.ts';
import type { BindTable, Elements, Operand } from './binding.ts';
import { activations, derivatives } from './elementwise.ts';
import { type PoolGeometry, maxPool, placeInMap, poolGeometry } from './pooling.ts';

interface ConvolutionGeometry {
  readonly batch: number;
  /** input pixels, output positions (before pooling) and kernel taps */
  readonly pixels: number;
  readonly positions: number;
  readonly taps: number;
  readonly channelsIn: number;
  readonly channelsOut: number;
  /** shape of the map before pooling */
  readonly map: Shape;
  readonly pool: PoolGeometry | null;
  /** calls `visit` for each output position and each kernel tap that meets a pixel there and not the padding */
  walk(visit: (position: number, pixel: number, tap: number) => void): void;
}

function convolutionGeometry(x: Shape, kernel: Shape, attributes: ConvolutionAttributes): ConvolutionGeometry {
  const [batch, height, width, channelsIn] = x;
  const [kernelRows, kernelColumns, , channelsOut] = kernel;
  const { strides, dilations, padding, pool } = attributes;
  const vertical = windowGeometry(height, (kernelRows - 1) * dilations[0] + 1, strides[0], padding);
  const horizontal = windowGeometry(width, (kernelColumns - 1) * dilations[1] + 1, strides[1], padding);
  const [rows, columns] = [vertical.output, horizontal.output];
  const map = [batch, rows, columns, channelsOut];
  return {
    batch,
    pixels: height * width,
    positions: rows * columns,
    taps: kernelRows * kernelColumns,
    channelsIn,
    channelsOut,
    map,
    pool: pool && poolGeometry(map, pool),
    walk(visit) {
      for (let position = 0; position < rows * columns; position++) {
        const top = Math.floor(position / columns) * strides[0] - vertical.before;
        const left = (position % columns) * strides[1] - horizontal.before;
        for (let tap = 0; tap < kernelRows * kernelColumns; tap++) {
          const row = top + Math.floor(tap / kernelColumns) * dilations[0];
          const column = left + (tap % kernelColumns) * dilations[1];
          if (row < 0 || row >= height || column < 0 || column >= width) continue;
          visit(position, row * width + column, tap);
        }
      }
    },
  };
}

/** The weights of each example: the same for all, or the example's own. */
type KernelOf = (example: number) => Elements;

/** map = convolution + bias, then the activation, then the pooling into the outputs. */
function forward(
  geometry: ConvolutionGeometry,
  activation: Activation,
  x: Elements,
  kernelOf: KernelOf,
  bias: Elements | null,
  [y, indices]: readonly Operand[],
): () => void {
  const { batch, pixels, positions, channelsIn, channelsOut, pool } = geometry;
  const map = new Float64Array(batch * positions * channelsOut);
  const f = activations[activation];
  return () => {
    for (let i = 0; i < map.length; i++) map[i] = bias ? bias[i % channelsOut] : 0;
    for (let example = 0; example < batch; example++) {
      const kernel = kernelOf(example);
      geometry.walk((position, pixel, tap) => {
        const to = (example * positions + position) * channelsOut;
        const from = (example * pixels + pixel) * channelsIn;
        for (let i = 0; i < channelsIn; i++) {
          const weights = (tap * channelsIn + i) * channelsOut;
          for (let o = 0; o < channelsOut; o++) map[to + o] += x[from + i] * kernel[weights + o];
        }
      });
    }
    for (let i = 0; i < map.length; i++) map[i] = f(map[i]);
    if (pool) maxPool(pool, map, y.data, indices.data);
    else y.data.set(map);
  };
}

/** What the backward operations need beside weights. */
interface BackwardOperands {
  readonly x: Elements;
  readonly dy: Elements;
  readonly y: Elements;
  /** where the forward operation pooled */
  readonly indices: Elements | null;
  readonly dBias: Operand | null;
  readonly dx: Operand | null;
}

/** Gradients of everything but the weights; `onGradient` is given each example's weight gradient. */
function backward(
  geometry: ConvolutionGeometry,
  activation: Activation,
  { x, dy, y, indices, dBias, dx }: BackwardOperands,
  kernelOf: KernelOf,
  onGradient: (example: number, gradient: Float64Array) => void,
): () => void {
  const { batch, pixels, positions, taps, channelsIn, channelsOut, pool } = geometry;
  // gradient of the map before activation and pooling, of one example's weights, of one example's input, of the bias
  const dMap = new Float64Array(batch * positions * channelsOut);
  const gradient = new Float64Array(taps * channelsIn * channelsOut);
  const dxSums = new Float64Array(pixels * channelsIn);
  const dBiasSums = new Float64Array(channelsOut);
  const derivative = derivatives[activation];
  return () => {
    dMap.fill(0);
    for (let i = 0; i < dy.length; i++) {
      const source = pool && indices ? placeInMap(pool, i, indices[i]) : i;
      dMap[source] += dy[i] * derivative(y[i]);
    }
    for (let example = 0; example < batch; example++) {
      const kernel = kernelOf(example);
      gradient.fill(0);
      dxSums.fill(0);
      geometry.walk((position, pixel, tap) => {
        const to = (example * positions + position) * channelsOut;
        const from = (example * pixels + pixel) * channelsIn;
        for (let i = 0; i < channelsIn; i++) {
          const weights = (tap * channelsIn + i) * channelsOut;
          for (let o = 0; o < channelsOut; o++) {
            gradient[weights + o] += x[from + i] * dMap[to + o];
            dxSums[pixel * channelsIn + i] += kernel[weights + o] * dMap[to + o];
          }
        }
      });
      onGradient(example, gradient);
      dx?.data.set(dxSums, example * dxSums.length);
    }
    dBiasSums.fill(0);
    for (let i = 0; i < dMap.length; i++) dBiasSums[i % channelsOut] += dMap[i];
    dBias?.data.set(dBiasSums);
  };
}

/** The outputs behind the weight gradients: (dBias) (dx), those that are asked for. */
function otherGradients(attributes: ConvolutionBackwardAttributes, outputs: readonly Operand[]) {
  return {
    dBias: attributes.bias ? outputs[0] : null,
    dx: attributes.inputGradient ? outputs[attributes.bias ? 1 : 0] : null,
  };
}

/** Calls `visit` with each weight's index and the product of its two signs for an example. */
function eachSign(
  { taps, channelsIn, channelsOut }: ConvolutionGeometry,
  signsIn: Operand,
  signsOut: Operand,
  example: number,
  visit: (weight: number, sign: number) => void,
): void {
  for (let w = 0; w < taps * channelsIn * channelsOut; w++) {
    const i = Math.floor(w / channelsOut) % channelsIn;
    const o = w % channelsOut;
    visit(w, signsIn.data[example * channelsIn + i] * signsOut.data[example * channelsOut + o]);
  }
}

/**
 * W_n = mean + signsIn signsOut . perturbation, formed in one array that each example overwrites; a factor of x, and so
 * rounded as x is.
 */
function ownWeights(geometry: ConvolutionGeometry, inputs: readonly Operand[]): KernelOf {
  const [x, mean, perturbation, signsIn, signsOut] = inputs;
  const round = x.dtype === 'bf16' ? roundToBfloat16 : (weight: number) => weight;
  const own = new Float64Array(mean.data.length);
  return (example) => {
    eachSign(geometry, signsIn, signsOut, example, (w, sign) => {
      own[w] = round(mean.data[w] + sign * perturbation.data[w]);
    });
    return own;
  };
}

export const convolution: BindTable<'conv2d' | 'conv2dBackward' | 'flipoutConv2d' | 'flipoutConv2dBackward'> = {
  conv2d(attributes, [x, kernel, bias], outputs) {
    const geometry = convolutionGeometry(x.shape, kernel.shape, attributes);
    const biases = attributes.bias ? bias.data : null;
    return forward(geometry, attributes.activation, x.data, () => kernel.data, biases, outputs);
  },

  conv2dBackward(attributes, [x, kernel, dy, y, indices], [dKernel, ...others]) {
    const geometry = convolutionGeometry(x.shape, kernel.shape, attributes);
    const total = new Float64Array(kernel.data.length);
    const operands = { x: x.data, dy: dy.data, y: y.data, indices: attributes.pool && indices.data };
    const run = backward(
      geometry,
      attributes.activation,
      { ...operands, ...otherGradients(attributes, others) },
      () => kernel.data,
      (_example, gradient) => {
        for (let w = 0; w < total.length; w++) total[w] += gradient[w];
      },
    );
    return () => {
      total.fill(0);
      run();
      dKernel.data.set(total);
    };
  },

  flipoutConv2d(attributes, inputs, outputs) {
    const [x, mean, , , , bias] = inputs;
    const geometry = convolutionGeometry(x.shape, mean.shape, attributes);
    const biases = attributes.bias ? bias.data : null;
    return forward(geometry, attributes.activation, x.data, ownWeights(geometry, inputs), biases, outputs);
  },

  flipoutConv2dBackward(attributes, inputs, [dMean, dPerturbation, ...others]) {
    const [x, mean, , signsIn, signsOut, dy, y, indices] = inputs;
    const geometry = convolutionGeometry(x.shape, mean.shape, attributes);
    const meanTotal = new Float64Array(mean.data.length);
    const perturbationTotal = new Float64Array(mean.data.length);
    const operands = { x: x.data, dy: dy.data, y: y.data, indices: attributes.pool && indices.data };
    const run = backward(
      geometry,
      attributes.activation,
      { ...operands, ...otherGradients(attributes, others) },
      ownWeights(geometry, inputs),
      (example, gradient) => {
        eachSign(geometry, signsIn, signsOut, example, (w, sign) => {
          meanTotal[w] += gradient[w];
          perturbationTotal[w] += sign * gradient[w];
        });
      },
    );
    return () => {
      meanTotal.fill(0);
      perturbationTotal.fill(0);
      run();
      dMean.data.set(meanTotal);
      dPerturbation.data.set(perturbationTotal);
    };
  },
};
