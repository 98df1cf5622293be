import { type OperationName, align } from '../../../graph/index.ts';
import type { BufferView, KernelCall } from '../../kernels.ts';
import { type Binding, countOf } from './binding.ts';

interface Staged<O extends OperationName> {
  readonly call: KernelCall<O>;
  /** pairs (bfloat16, float32) */
  readonly inputs: readonly (readonly [BufferView, BufferView])[];
  readonly outputs: readonly (readonly [BufferView, BufferView])[];
  /** bytes of all copies */
  readonly bytes: number;
}

/**
 * The same for operands in bfloat16: those that the binding does not take itself are widened in scratch in front of the
 * call, and narrowed behind it.
 */
export function withStaging<O extends OperationName>(binding: Binding<O>): Binding<O> {
  return {
    scratch: (call, wasm) => {
      const { call: own, bytes } = stage(binding, call, 0);
      return bytes + (binding.scratch?.(own, wasm) ?? 0);
    },
    bind: (call, wasm, context) => {
      const { call: own, inputs, outputs, bytes } = stage(binding, call, context.scratch);
      const run = binding.bind(own, wasm, { ...context, scratch: context.scratch + bytes });
      if (bytes === 0) return run;
      const { narrow, widen } = wasm;
      const load = inputs.map(([from, to]) => [to.offset, from.offset, countOf(to)] as const);
      const store = outputs.map(([to, from]) => [to.offset, from.offset, countOf(from)] as const);
      return () => {
        for (let i = 0; i < load.length; i++) widen(load[i]![0], load[i]![1], load[i]![2]);
        run();
        for (let i = 0; i < store.length; i++) narrow(store[i]![0], store[i]![1], store[i]![2]);
      };
    },
  };
}

/** The call with float32 copies, laid out from `begin` on, in the place of what the binding does not take. */
function stage<O extends OperationName>(binding: Binding<O>, call: KernelCall<O>, begin: number): Staged<O> {
  let next = begin;
  const native = binding.bfloat16?.(call) ?? { inputs: [], outputs: [] };
  const copiesOf = (views: readonly BufferView[], taken: readonly number[]) => {
    const pairs: [BufferView, BufferView][] = [];
    const own = views.map((view, i): BufferView => {
      if (view.dtype !== 'bf16' || taken.includes(i)) return view;
      const copy = { ...view, dtype: 'f32' as const, offset: next };
      next += align(4 * countOf(view));
      pairs.push([view, copy]);
      return copy;
    });
    return { own, pairs };
  };
  const inputs = copiesOf(call.inputs, native.inputs);
  const outputs = copiesOf(call.outputs, native.outputs);
  return {
    call: { ...call, inputs: inputs.own, outputs: outputs.own },
    inputs: inputs.pairs,
    outputs: outputs.pairs,
    bytes: next - begin,
  };
}
