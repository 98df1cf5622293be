import { type ConvolutionBackwardAttributes, sizeOf } from '../../graph/index.ts';
import type { KernelCall } from '../kernels.ts';
import { hasWrongWeightGradient } from './faults.ts';

/**
 * Whether a call is left to the wasm kernels, though oneDNN has an implementation: by shape and instruction set alone,
 * so that a run on the same machine computes the same bits. The bounds are measured, `bench/kernels.ts`.
 */
export function staysWithWasm(call: KernelCall, instructions: string, hasVectors: boolean): boolean {
  const { operation, attributes, inputs } = call;
  if (operation === 'matmul' || operation === 'dense') return isShortProduct(call, hasVectors);
  if (operation !== 'conv2dBackward' && operation !== 'flipoutConv2dBackward') return false;
  if (hasWrongWeightGradient(call)) return true;
  // Behind a maximum and a relu at most a quarter of the gradient is not zero, and the wasm kernel runs through that
  // alone; oneDNN's takes all of it, and with few input channels it fills its vectors badly.
  const { inputGradient, pool, activation } = attributes as ConvolutionBackwardAttributes;
  const [, , channels] = inputs[1]!.shape as [number, number, number];
  return instructions.startsWith('avx2') && !inputGradient && pool !== null && activation === 'relu' && channels < 4;
}

/**
 * A call of oneDNN takes 0.8 us before it multiplies anything, in which the wasm kernel does `short` products, and the native
 * one in its place more. In bfloat16 that kernel has to convert, and is none to turn to.
 */
function isShortProduct({ inputs: [a, b], outputs: [y] }: KernelCall, hasVectors: boolean): boolean {
  if (a!.dtype !== 'f32' || b!.dtype !== 'f32') return false;
  // m n k, from the sizes m k, k n and m n
  const products = Math.sqrt(sizeOf(a!.shape) * sizeOf(b!.shape) * sizeOf(y!.shape));
  return products < (hasVectors ? short.native : short.wasm);
}

const short = { wasm: 4096, native: 16_384 } as const;
