import { sameShape, shapeMismatch } from '../shapes.ts';
import type { TensorType } from '../types.ts';
import type { OperationTable } from './operation.ts';

/** What a training step does to whole regions of memory, outside the differentiated graph. */
export const update = {
  accumulate: {
    infer: ([total, part]: readonly TensorType[]) => {
      if (!sameShape(total!.shape, part!.shape)) {
        throw shapeMismatch('accumulate', { total: total!.shape, part: part!.shape }, 'they must be equal');
      }
      return [total!];
    },
    gradient: null,
  },
  countNonFinite: { infer: () => [{ shape: [1], dtype: 'f32' as const }], gradient: null },
  adam: {
    infer: (inputs: readonly TensorType[]) => {
      const [parameters, ...others] = inputs as [TensorType, ...TensorType[]];
      for (const other of others) {
        if (!sameShape(other.shape, parameters.shape)) {
          throw shapeMismatch('adam', { parameters: parameters.shape, other: other.shape }, 'they must be equal');
        }
      }
      return inputs.slice(0, 3);
    },
    gradient: null,
  },
} satisfies Pick<OperationTable, 'accumulate' | 'countNonFinite' | 'adam'>;
