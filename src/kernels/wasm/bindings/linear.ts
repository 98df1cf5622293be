import type { KernelCall } from '../../kernels.ts';
import type { WasmExports } from '../exports.ts';
import { type Binding, type Bindings, activationCodes, isNarrow } from './binding.ts';

interface Product {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly activation: number;
  /** offset; 0 for none */
  readonly bias: number;
}

/** out [m, n] = activation(op(a) op(b) + bias), in float32 throughout or with some operands in bfloat16. */
function product<O extends 'matmul' | 'dense'>(describe: (call: KernelCall<O>) => Product): Binding<O> {
  const extents = (call: KernelCall<O>): [m: number, n: number, k: number] => {
    const [m, n] = call.outputs[0]!.shape as [number, number];
    return [m, n, call.inputs[0]!.shape[describe(call).transposeA ? 0 : 1]!];
  };
  const narrowOf = ({ inputs: [a, b], outputs: [y] }: KernelCall<O>) => [a, b, y].map(isNarrow);
  const isMixed = (call: KernelCall<O>) => narrowOf(call).includes(1);
  return {
    bfloat16: () => ({ inputs: [0, 1], outputs: [0] }),
    scratch: (call, { matmulScratch, mixedMatmulScratch }) => {
      const [m, n, k] = extents(call);
      return isMixed(call) ? mixedMatmulScratch(m, n, k, isNarrow(call.inputs[1])) : matmulScratch(k, n);
    },
    bind: (call, { matmul, mixedMatmul }: WasmExports, { scratch }) => {
      const [m, n, k] = extents(call);
      const { activation, bias, ...transposed } = describe(call);
      const [transposeA, transposeB] = [Number(transposed.transposeA), Number(transposed.transposeB)];
      const [out, left, right] = [call.outputs[0]!.offset, call.inputs[0]!.offset, call.inputs[1]!.offset];
      if (!isMixed(call)) {
        return () => matmul(out, left, right, m, n, k, transposeA, transposeB, bias, activation, scratch);
      }
      const [a, b, y] = narrowOf(call) as [number, number, number];
      return () => mixedMatmul(out, left, right, m, n, k, transposeA, transposeB, bias, activation, scratch, a, b, y);
    },
  };
}

export const linear: Bindings<'matmul' | 'dense'> = {
  matmul: product(({ attributes }) => ({ ...attributes, activation: activationCodes.none, bias: 0 })),
  dense: product(({ attributes, inputs: [, , bias] }) => ({
    transposeA: false,
    transposeB: false,
    activation: activationCodes[attributes.activation],
    bias: bias?.offset ?? 0,
  })),
};
