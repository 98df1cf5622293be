import type { Bindings } from './binding.ts';

export const gather: Bindings<'gatherRows' | 'gatherRowsBackward'> = {
  gatherRows: {
    bind: ({ inputs: [ids, table], outputs: [y] }, { gatherRows }) => {
      const [out, id, from] = [y!.offset, ids!.offset, table!.offset];
      const [[batch], [rows, columns]] = [ids!.shape as [number], table!.shape as [number, number]];
      return () => gatherRows(out, id, from, batch, rows, columns);
    },
  },
  gatherRowsBackward: {
    bind: ({ inputs: [ids, dy], outputs: [dTable] }, { gatherRowsBackward }) => {
      const [out, id, from] = [dTable!.offset, ids!.offset, dy!.offset];
      const [[batch], [rows, columns]] = [ids!.shape as [number], dTable!.shape as [number, number]];
      return () => gatherRowsBackward(out, id, from, batch, rows, columns);
    },
  },
};
