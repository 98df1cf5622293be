import type { Operations } from '../../graph/index.ts';
import type { KernelCall } from '../kernels.ts';
import { activationInPlace } from './epilogue.ts';
import { executions } from './execution.ts';
import { onednn } from './functions.ts';
import { typeOf } from './geometry.ts';
import { type Native, type Prepared, ScratchPlan } from './prepared.ts';

const { operand } = onednn;

/** op(a) op(b) (+ bias), activation behind it; in float32 until that is done. */
export function prepareProduct(call: KernelCall, { session, wasm }: Native): Prepared {
  const [a, b, bias] = call.inputs as [KernelCall['inputs'][0], KernelCall['inputs'][0], KernelCall['inputs'][0]?];
  const y = call.outputs[0]!;
  const dense = call.operation === 'dense' ? (call.attributes as Operations['dense']) : null;
  const { transposeA = false, transposeB = false } = dense ? {} : (call.attributes as Operations['matmul']);
  const [m, n] = y.shape as [number, number];
  const k = a.shape[transposeA ? 0 : 1]!;
  const matrix = (rows: number, columns: number, transposed: boolean, type: number) =>
    session.descriptor([rows, columns], transposed ? [1, rows] : [columns, 1], type);
  const activate = dense && activationInPlace(wasm, dense.activation);
  const isRounded = y.dtype === 'bf16' && activate !== null;
  const left = matrix(m, k, transposeA, typeOf(a));
  const right = matrix(k, n, transposeB, typeOf(b));
  const result = matrix(m, n, false, isRounded ? onednn.f32 : typeOf(y));
  const offsets = dense?.bias ? session.descriptor([1, n], [n, 1]) : 0;
  const description = session.description(
    (out) => session.functions.matmul(out, session.engine, left, right, offsets, result, 0),
    'matrix product',
  );
  const scratch = new ScratchPlan();
  const wide = isRounded ? scratch.take(m * n * 4) : 0;
  return {
    scratchBytes: scratch.bytes,
    bind(context) {
      const target = isRounded ? context.scratch + wide : y.offset;
      const { narrow } = wasm;
      const multiply = executions(session, description, [
        [
          [operand.source, session.tensor(left, a.offset)],
          [operand.weights, session.tensor(right, b.offset)],
          ...(offsets ? [[operand.bias, session.tensor(offsets, bias!.offset)] as const] : []),
          [operand.result, session.tensor(result, target)],
        ],
      ]);
      return () => {
        multiply(0);
        activate?.(target, m * n);
        if (isRounded) narrow(y.offset, target, m * n);
      };
    },
  };
}
