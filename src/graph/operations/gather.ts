import { shapeMismatch } from '../shapes.ts';
import type { TensorType } from '../types.ts';
import type { OperationTable } from './operation.ts';

/** Rows of a table, chosen by number. */
export const gather = {
  gatherRows: {
    infer: ([ids, table]: readonly TensorType[]) => {
      const operands = { ids: ids!.shape, table: table!.shape };
      if (ids!.shape.length !== 1 || table!.shape.length !== 2) {
        throw shapeMismatch('gatherRows', operands, 'expected one id per example, and a table of rows x columns');
      }
      return [{ shape: [ids!.shape[0]!, table!.shape[1]!], dtype: 'f32' as const }];
    },
    // a number that chooses has no gradient
    gradient: ({ graph, node, dy, needs }) => {
      const [ids, table] = node.inputs;
      const attributes = { rows: table!.shape[0]! };
      return [null, needs[1] ? graph.apply('gatherRowsBackward', [ids!, dy], attributes)[0]! : null];
    },
  },
  gatherRowsBackward: {
    infer: ([ids, dy]: readonly TensorType[], { rows }) => {
      if (ids!.shape.length !== 1 || dy!.shape.length !== 2 || ids!.shape[0] !== dy!.shape[0]) {
        throw shapeMismatch('gatherRowsBackward', { ids: ids!.shape, dy: dy!.shape }, 'expected one id per row of dy');
      }
      return [{ shape: [rows, dy!.shape[1]!], dtype: 'f32' as const }];
    },
    gradient: null,
  },
} satisfies Pick<OperationTable, 'gatherRows' | 'gatherRowsBackward'>;
