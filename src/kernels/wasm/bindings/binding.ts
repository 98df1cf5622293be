import type { OperationName } from '../../../graph/index.ts';
import { sizeOf } from '../../../graph/index.ts';
import type { BufferView, KernelCall, KernelContext } from '../../kernels.ts';
import type { WasmExports } from '../exports.ts';

/** How one operation becomes calls of the module. All shapes are read when the call is bound, nothing when it runs. */
export interface Binding<O extends OperationName> {
  /** bytes of scratch; none where it is left out */
  readonly scratch?: (call: KernelCall<O>, wasm: WasmExports) => number;
  readonly bind: (call: KernelCall<O>, wasm: WasmExports, context: KernelContext) => () => void;
}

export type Bindings<O extends OperationName> = { readonly [K in O]: Binding<K> };

export const countOf = ({ shape }: BufferView): number => sizeOf(shape);

/** The extent of the last axis; 1 for a scalar. */
export const lastOf = ({ shape }: BufferView): number => shape.at(-1) ?? 1;

/** How many rows of the last axis there are. */
export const rowsOf = (view: BufferView): number => (lastOf(view) === 0 ? 0 : countOf(view) / lastOf(view));

/** The numbers that assembly/activations.ts gives the activations. */
export const activationCodes = { none: 0, relu: 1, tanh: 2, softplus: 3, sigmoid: 4 } as const;
