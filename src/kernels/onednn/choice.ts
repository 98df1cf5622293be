import { type ConvolutionBackwardAttributes, windowGeometry } from '../../graph/index.ts';
import type { KernelCall } from '../kernels.ts';

/**
 * Whether a call is left to the wasm kernels, though oneDNN has an implementation: by shape and instruction set alone,
 * so that a run on the same machine computes the same bits. The bounds are measured, `bench/kernels.ts`.
 */
export function staysWithWasm({ operation, attributes, inputs }: KernelCall, instructions: string): boolean {
  if (operation !== 'conv2dBackward' && operation !== 'flipoutConv2dBackward') return false;
  // In bfloat16 oneDNN (seen in 3.2) leaves some of these parts of a weight gradient as it finds them, and they are 0.
  if (inputs[0]!.dtype === 'bf16' && meetsPaddingAlone(inputs, attributes as ConvolutionBackwardAttributes))
    return true;
  // Behind a maximum and a relu at most a quarter of the gradient is not zero, and the wasm kernel runs through that
  // alone; oneDNN's takes all of it, and with few input channels it fills its vectors badly.
  const { inputGradient, pool, activation } = attributes as ConvolutionBackwardAttributes;
  const [, , channels] = inputs[1]!.shape as [number, number, number];
  return instructions.startsWith('avx2') && !inputGradient && pool !== null && activation === 'relu' && channels < 4;
}

/** Whether a part of the kernel meets no pixel at any position. */
function meetsPaddingAlone(
  [x, kernel]: KernelCall['inputs'],
  { strides, dilations, padding }: ConvolutionBackwardAttributes,
): boolean {
  return ([0, 1] as const).some((axis) => {
    const [extent, taps] = [x!.shape[1 + axis]!, kernel!.shape[axis]!];
    const [stride, dilation] = [strides[axis], dilations[axis]];
    const { output, before } = windowGeometry(extent, (taps - 1) * dilation + 1, stride, padding);
    const meetsPixel = (tap: number) => {
      for (let at = tap * dilation - before, end = at + output * stride; at < end; at += stride) {
        if (at >= 0 && at < extent) return true;
      }
      return false;
    };
    return Array.from({ length: taps }, (_, tap) => tap).some((tap) => !meetsPixel(tap));
  });
}
