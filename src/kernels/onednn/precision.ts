import type { ConvolutionBackwardAttributes } from '../../graph/index.ts';
import type { KernelCall } from '../kernels.ts';

/** Places of what a call multiplies. */
function factorsOf({ operation }: KernelCall): readonly number[] {
  switch (operation) {
    case 'flipoutConv2d':
      return [0];
    case 'flipoutConv2dBackward':
      return [0, 5];
    case 'conv2dBackward':
      return [0, 1, 2];
    default:
      return [0, 1];
  }
}

/** Places of other operands that may be bfloat16: y where it is read; y or dx where they are results. */
function othersOf({ operation, attributes, outputs }: KernelCall): {
  inputs: readonly number[];
  outputs: readonly number[];
} {
  if (operation !== 'conv2dBackward' && operation !== 'flipoutConv2dBackward') return { inputs: [], outputs: [0] };
  const { inputGradient } = attributes as ConvolutionBackwardAttributes;
  return {
    inputs: [operation === 'conv2dBackward' ? 3 : 6],
    outputs: inputGradient ? [outputs.length - 1] : [],
  };
}

/**
 * The type in which a call multiplies, as far as oneDNN is given it: all factors in one type, and in bfloat16 no other
 * operand but those that may be.
 * @returns null for another mix, which the wasm kernels take
 */
export function factorType(call: KernelCall): 'f32' | 'bf16' | null {
  const { inputs, outputs } = call;
  const isNarrow = ({ dtype }: { dtype: string }) => dtype === 'bf16';
  if (![...inputs, ...outputs].some(isNarrow)) return 'f32';
  const factors = factorsOf(call);
  if (!factors.every((place) => isNarrow(inputs[place]!))) return null;
  const others = othersOf(call);
  const isRight =
    inputs.every((view, i) => !isNarrow(view) || factors.includes(i) || others.inputs.includes(i)) &&
    outputs.every((view, i) => !isNarrow(view) || others.outputs.includes(i));
  return isRight ? 'bf16' : null;
}
