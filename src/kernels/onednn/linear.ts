import type { Operations } from '../../graph/index.ts';
import type { KernelCall } from '../kernels.ts';
import { activationInPlace } from './epilogue.ts';
import { executions } from './execution.ts';
import { onednn } from './functions.ts';
import type { Native, Prepared } from './prepared.ts';

const { operand } = onednn;

/** op(a) op(b) (+ bias), activation behind it. */
export function prepareProduct(call: KernelCall, { session, wasm }: Native): Prepared {
  const [a, b, bias] = call.inputs as [KernelCall['inputs'][0], KernelCall['inputs'][0], KernelCall['inputs'][0]?];
  const y = call.outputs[0]!;
  const dense = call.operation === 'dense' ? (call.attributes as Operations['dense']) : null;
  const { transposeA = false, transposeB = false } = dense ? {} : (call.attributes as Operations['matmul']);
  const [m, n] = y.shape as [number, number];
  const k = a.shape[transposeA ? 0 : 1]!;
  const matrix = (rows: number, columns: number, transposed: boolean) =>
    session.descriptor([rows, columns], transposed ? [1, rows] : [columns, 1]);
  const left = matrix(m, k, transposeA);
  const right = matrix(k, n, transposeB);
  const result = matrix(m, n, false);
  const offsets = dense?.bias ? session.descriptor([1, n], [n, 1]) : 0;
  const description = session.description(
    (out) => session.functions.matmul(out, session.engine, left, right, offsets, result, 0),
    'matrix product',
  );
  const activate = dense && activationInPlace(wasm, dense.activation);
  return {
    scratchBytes: 0,
    bind() {
      const multiply = executions(session, description, [
        [
          [operand.source, session.tensor(left, a.offset)],
          [operand.weights, session.tensor(right, b.offset)],
          ...(offsets ? [[operand.bias, session.tensor(offsets, bias!.offset)] as const] : []),
          [operand.result, session.tensor(result, y.offset)],
        ],
      ]);
      return () => {
        multiply(0);
        activate?.(y.offset, m * n);
      };
    },
  };
}
