import type { ConvolutionBackwardAttributes } from '../../graph/index.ts';
import type { KernelCall } from '../kernels.ts';
import { hasWrongWeightGradient } from './faults.ts';

/**
 * Whether a call is left to the wasm kernels, though oneDNN has an implementation: by shape and instruction set alone,
 * so that a run on the same machine computes the same bits. The bounds are measured, `bench/kernels.ts`.
 */
export function staysWithWasm(call: KernelCall, instructions: string): boolean {
  const { operation, attributes, inputs } = call;
  if (operation !== 'conv2dBackward' && operation !== 'flipoutConv2dBackward') return false;
  if (hasWrongWeightGradient(call)) return true;
  // Behind a maximum and a relu at most a quarter of the gradient is not zero, and the wasm kernel runs through that
  // alone; oneDNN's takes all of it, and with few input channels it fills its vectors badly.
  const { inputGradient, pool, activation } = attributes as ConvolutionBackwardAttributes;
  const [, , channels] = inputs[1]!.shape as [number, number, number];
  return instructions.startsWith('avx2') && !inputGradient && pool !== null && activation === 'relu' && channels < 4;
}
