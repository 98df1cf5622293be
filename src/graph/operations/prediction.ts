import { sameShape, shapeMismatch } from '../shapes.ts';
import type { TensorType } from '../types.ts';
import type { OperationTable } from './operation.ts';

/** What Monte Carlo prediction adds to a network's own operations. */
export const prediction = {
  perturb: {
    infer: ([mean, scale, noise]: readonly TensorType[], { repeat }) => {
      const operands = { mean: mean!.shape, scale: scale!.shape, noise: noise!.shape };
      if (mean!.shape.length !== 2 || !sameShape(mean!.shape, scale!.shape)) {
        throw shapeMismatch('perturb', operands, 'mean and scale must be matrices of one shape');
      }
      const [rows, units] = [mean!.shape[0]! * repeat, mean!.shape[1]!];
      const draws = noise!.shape.length === 2 ? noise!.shape[0]! : 1;
      if (noise!.shape.length > 2 || noise!.shape.at(-1) !== units || rows % draws !== 0) {
        throw shapeMismatch(
          'perturb',
          operands,
          `the noise must be ${units}, or so many for each of ${rows} rows in equal parts`,
        );
      }
      return [{ shape: [rows, units], dtype: 'f32' as const }];
    },
    gradient: null,
  },
  softmaxEntropy: {
    infer: ([logits]: readonly TensorType[]) => {
      if (logits!.shape.length !== 2) {
        throw shapeMismatch('softmaxEntropy', { logits: logits!.shape }, 'logits must be batch x classes');
      }
      return [
        { shape: logits!.shape, dtype: 'f32' as const },
        { shape: [logits!.shape[0]!], dtype: 'f32' as const },
      ];
    },
    gradient: null,
  },
} satisfies Pick<OperationTable, 'perturb' | 'softmaxEntropy'>;
