import type { Activation, OperationName } from '../../../graph/index.ts';
import { sizeOf } from '../../../graph/index.ts';
import type { BufferView, KernelCall, KernelContext } from '../../kernels.ts';
import type { WasmExports } from '../exports.ts';

/** Operands of a call, by their places among its inputs and its outputs. */
export interface Places {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** How one operation becomes calls of the module. All shapes are read when the call is bound, nothing when it runs. */
export interface Binding<O extends OperationName> {
  /** bytes of scratch; none where it is left out */
  readonly scratch?: (call: KernelCall<O>, wasm: WasmExports) => number;
  /** operands that it takes and gives as bfloat16 too; without it none: staging.ts widens and narrows them */
  readonly bfloat16?: (call: KernelCall<O>) => Places;
  readonly bind: (call: KernelCall<O>, wasm: WasmExports, context: KernelContext) => () => void;
}

export type Bindings<O extends OperationName> = { readonly [K in O]: Binding<K> };

/** Whether an operand is there and is bfloat16, for the module. */
export const isNarrow = (view: BufferView | undefined): number => Number(view?.dtype === 'bf16');

export const countOf = ({ shape }: BufferView): number => sizeOf(shape);

/** The extent of the last axis; 1 for a scalar. */
export const lastOf = ({ shape }: BufferView): number => shape.at(-1) ?? 1;

/** How many rows of the last axis there are. */
export const rowsOf = (view: BufferView): number => (lastOf(view) === 0 ? 0 : countOf(view) / lastOf(view));

/** The numbers that assembly/activations.ts gives the activations. */
export const activationCodes: Readonly<Record<Activation, number>> = {
  none: 0,
  relu: 1,
  tanh: 2,
  softplus: 3,
  sigmoid: 4,
  elu: 5,
  leakyRelu: 6,
};
