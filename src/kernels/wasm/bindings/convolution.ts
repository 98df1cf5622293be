import {
  type ConvolutionAttributes,
  type ConvolutionBackwardAttributes,
  type Window2d,
  windowGeometry,
} from '../../../graph/index.ts';
import type { BufferView, KernelCall } from '../../kernels.ts';
import type { WasmExports } from '../exports.ts';
import { type Binding, type Bindings, activationCodes } from './binding.ts';

type Four = [number, number, number, number];

/** Describes the convolution to the module, as each call has to: the geometry is the module's own state. */
function geometry(x: BufferView, kernel: BufferView, attributes: ConvolutionAttributes, wasm: WasmExports): () => void {
  const [batch, height, width, channels] = x.shape as Four;
  const [kernelHeight, kernelWidth, , outChannels] = kernel.shape as Four;
  const { dilations, padding, pool, strides } = attributes;
  const rows = windowGeometry(height, (kernelHeight - 1) * dilations[0] + 1, strides[0], padding);
  const columns = windowGeometry(width, (kernelWidth - 1) * dilations[1] + 1, strides[1], padding);
  const window: Window2d = pool ?? { window: [1, 1], strides: [1, 1], padding: 'VALID' };
  const outRows = windowGeometry(rows.output, window.window[0], window.strides[0], window.padding);
  const outColumns = windowGeometry(columns.output, window.window[1], window.strides[1], window.padding);
  const [mapHeight, mapWidth, top, left] = [rows.output, columns.output, rows.before, columns.before];
  const [strideHeight, strideWidth] = strides;
  const [dilationHeight, dilationWidth] = dilations;
  const activation = activationCodes[attributes.activation];
  const pooled = pool ? 1 : 0;
  const [windowHeight, windowWidth] = window.window;
  const [poolStrideHeight, poolStrideWidth] = window.strides;
  const [outHeight, outWidth, poolTop, poolLeft] = [
    outRows.output,
    outColumns.output,
    outRows.before,
    outColumns.before,
  ];
  const { setConvolution, setPooling } = wasm;
  return () => {
    setConvolution(
      batch,
      height,
      width,
      channels,
      kernelHeight,
      kernelWidth,
      outChannels,
      strideHeight,
      strideWidth,
      dilationHeight,
      dilationWidth,
      top,
      left,
      mapHeight,
      mapWidth,
      activation,
    );
    setPooling(
      pooled,
      windowHeight,
      windowWidth,
      poolStrideHeight,
      poolStrideWidth,
      poolTop,
      poolLeft,
      outHeight,
      outWidth,
    );
  };
}

function forward<O extends 'conv2d' | 'flipoutConv2d'>(flipout: boolean): Binding<O> {
  return {
    scratch: ({ attributes, inputs }, wasm) => {
      geometry(inputs[0]!, inputs[1]!, attributes as ConvolutionAttributes, wasm)();
      return wasm.convolutionScratch(Number(flipout));
    },
    bind: ({ attributes, inputs, outputs: [y, indices] }, wasm, { scratch }) => {
      const [x, mean] = inputs as [BufferView, BufferView];
      const set = geometry(x, mean, attributes as ConvolutionAttributes, wasm);
      const [perturbation, signsIn, signsOut] = flipout ? inputs.slice(2, 5).map(({ offset }) => offset) : [0, 0, 0];
      const bias = (attributes as ConvolutionAttributes).bias ? inputs[flipout ? 5 : 2]!.offset : 0;
      const [out, places, from, kernel] = [y!.offset, indices?.offset ?? 0, x.offset, mean.offset];
      const { convolution } = wasm;
      return () => {
        set();
        convolution(out, places, from, kernel, perturbation!, signsIn!, signsOut!, bias, scratch);
      };
    },
  };
}

function backward<O extends 'conv2dBackward' | 'flipoutConv2dBackward'>(flipout: boolean): Binding<O> {
  return {
    scratch: ({ attributes, inputs }: KernelCall<O>, wasm) => {
      const backwardAttributes = attributes as ConvolutionBackwardAttributes;
      geometry(inputs[0]!, inputs[1]!, backwardAttributes, wasm)();
      return wasm.convolutionBackwardScratch(Number(flipout), Number(backwardAttributes.inputGradient));
    },
    bind: ({ attributes, inputs, outputs }: KernelCall<O>, wasm, { scratch }) => {
      const { bias, inputGradient } = attributes as ConvolutionBackwardAttributes;
      const [x, mean] = inputs as [BufferView, BufferView];
      const set = geometry(x, mean, attributes as ConvolutionAttributes, wasm);
      const places = inputs.map(({ offset }) => offset);
      const [perturbation, signsIn, signsOut] = flipout ? places.slice(2, 5) : [0, 0, 0];
      const [dy, y, indices = 0] = places.slice(flipout ? 5 : 2);
      const results = outputs.map(({ offset }) => offset);
      const dMean = results.shift()!;
      const dPerturbation = flipout ? results.shift()! : 0;
      const dBias = bias ? results.shift()! : 0;
      const dx = inputGradient ? results.shift()! : 0;
      const [from, kernel] = [x.offset, mean.offset];
      const { convolutionBackward } = wasm;
      return () => {
        set();
        convolutionBackward(
          dMean,
          dPerturbation,
          dBias,
          dx,
          from,
          kernel,
          perturbation!,
          signsIn!,
          signsOut!,
          dy!,
          y!,
          indices,
          scratch,
        );
      };
    },
  };
}

export const convolution: Bindings<'conv2d' | 'conv2dBackward' | 'flipoutConv2d' | 'flipoutConv2dBackward'> = {
  conv2d: forward(false),
  conv2dBackward: backward(false),
  flipoutConv2d: forward(true),
  flipoutConv2dBackward: backward(true),
};
