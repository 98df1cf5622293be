import {
  type ConvolutionAttributes,
  type ConvolutionBackwardAttributes,
  type Window2d,
  windowGeometry,
} from '../../../graph/index.ts';
import type { BufferView, KernelCall } from '../../kernels.ts';
import type { WasmExports } from '../exports.ts';
import { type Binding, type Bindings, activationCodes, isNarrow } from './binding.ts';

type Four = [number, number, number, number];

/** Those operands of a convolution, or of its gradient, that may be bfloat16. */
interface Operands {
  readonly x: BufferView;
  readonly y: BufferView;
  readonly dy?: BufferView;
  readonly dx?: BufferView;
}

/** Describes the convolution to the module, as each call has to: the geometry is the module's own state. */
function geometry(
  { x, ...others }: Operands,
  kernel: BufferView,
  attributes: ConvolutionAttributes,
  wasm: WasmExports,
): () => void {
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
  const [narrowX, narrowY, narrowDy, narrowDx] = [x, others.y, others.dy, others.dx].map(isNarrow);
  const { setConvolution, setPooling, setTypes } = wasm;
  return () => {
    setTypes(narrowX!, narrowY!, narrowDy!, narrowDx!);
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
    bfloat16: () => ({ inputs: [0], outputs: [0] }),
    scratch: ({ attributes, inputs, outputs: [y] }, wasm) => {
      geometry({ x: inputs[0]!, y: y! }, inputs[1]!, attributes as ConvolutionAttributes, wasm)();
      return wasm.convolutionScratch(Number(flipout));
    },
    bind: ({ attributes, inputs, outputs: [y, indices] }, wasm, { scratch }) => {
      const [x, mean] = inputs as [BufferView, BufferView];
      const set = geometry({ x, y: y! }, mean, attributes as ConvolutionAttributes, wasm);
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
  const dyPlace = flipout ? 5 : 2;
  const operands = ({ attributes, inputs, outputs }: KernelCall<O>): Operands => {
    const [dy, y] = [inputs[dyPlace]!, inputs[dyPlace + 1]!];
    const { inputGradient } = attributes as ConvolutionBackwardAttributes;
    return { x: inputs[0]!, y, dy, ...(inputGradient ? { dx: outputs.at(-1)! } : {}) };
  };
  return {
    bfloat16: ({ attributes, outputs }) => ({
      inputs: [0, dyPlace, dyPlace + 1],
      outputs: (attributes as ConvolutionBackwardAttributes).inputGradient ? [outputs.length - 1] : [],
    }),
    scratch: (call: KernelCall<O>, wasm) => {
      const { attributes, inputs } = call;
      const backwardAttributes = attributes as ConvolutionBackwardAttributes;
      geometry(operands(call), inputs[1]!, backwardAttributes, wasm)();
      return wasm.convolutionBackwardScratch(Number(flipout), Number(backwardAttributes.inputGradient));
    },
    bind: (call: KernelCall<O>, wasm, { scratch }) => {
      const { attributes, inputs, outputs } = call;
      const { bias, inputGradient } = attributes as ConvolutionBackwardAttributes;
      const [x, mean] = inputs as [BufferView, BufferView];
      const set = geometry(operands(call), mean, attributes as ConvolutionAttributes, wasm);
      const places = inputs.map(({ offset }) => offset);
      const [perturbation, signsIn, signsOut] = flipout ? places.slice(2, 5) : [0, 0, 0];
      const [dy, y, indices = 0] = places.slice(dyPlace);
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
