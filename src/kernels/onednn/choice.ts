import type { ConvolutionBackwardAttributes } from '../../graph/index.ts';
import type { KernelCall } from '../kernels.ts';

/**
 * Whether a call is left to the wasm kernels, though oneDNN has an implementation: by shape and instruction set alone,
 * so that a run on the same machine computes the same bits. The bounds are measured, `bench/kernels.ts`.
 */
export function staysWithWasm({ operation, attributes, inputs }: KernelCall, instructions: string): boolean {
  if (operation !== 'conv2dBackward' && operation !== 'flipoutConv2dBackward') return false;
  const { inputGradient, pool, activation, strides } = attributes as ConvolutionBackwardAttributes;
  if (inputs[0]!.dtype === 'bf16' && readsUnwrittenColumns(inputs[0]!.shape[2]!, strides[1])) return true;
  // Behind a maximum and a relu at most a quarter of the gradient is not zero, and the wasm kernel runs through that
  // alone; oneDNN's takes all of it, and with few input channels it fills its vectors badly.
  const [, , channels] = inputs[1]!.shape as [number, number, number];
  return instructions.startsWith('avx2') && !inputGradient && pool !== null && activation === 'relu' && channels < 4;
}

/**
 * Whether oneDNN's weight gradient in bfloat16 reads what nobody wrote. Before it multiplies, it sorts a row of the images
 * by phase, column mod stride, into scratch of its own, each phase with its padding. Of a phase without any column it
 * writes nothing at all, the padding neither (jit_trans_iw_ic_int16_t of jit_transpose_utils.cpp, seen in 3.2), and the
 * parts of the kernel that meet this padding are then sums over whatever lay there. There is such a phase where a row has
 * fewer columns than the stride, one-pixel maps among them. Nothing else takes part: neither the rows, for which there are
 * no phases, nor dilations or the side of the padding; float32, the input's gradient and the forward pass sort nothing.
 * test/kernels/onednn-phases.test.ts holds it to that.
 */
export function readsUnwrittenColumns(width: number, stride: number): boolean {
  return width < stride;
}
