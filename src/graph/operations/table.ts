import type { OperationName, Operations, TensorType } from '../types.ts';
import { convolution } from './convolution.ts';
import { elementwise } from './elementwise.ts';
import { gather } from './gather.ts';
import { likelihood } from './likelihood.ts';
import { linear } from './linear.ts';
import type { Operation, OperationTable } from './operation.ts';
import { pooling } from './pooling.ts';
import { prediction } from './prediction.ts';
import { structure } from './structure.ts';
import { update } from './update.ts';

/** Every operation, with its one shape rule and its one gradient rule. */
const operations: OperationTable = {
  ...elementwise,
  ...structure,
  ...gather,
  ...linear,
  ...convolution,
  ...pooling,
  ...likelihood,
  ...prediction,
  ...update,
};

export function operationOf<O extends OperationName>(name: O): Operation<O> {
  return operations[name] as Operation<O>;
}

export function inferTypes<O extends OperationName>(
  name: O,
  inputs: readonly TensorType[],
  attributes: Operations[O],
): readonly TensorType[] {
  return operationOf(name).infer(inputs, attributes);
}
