import type { BindTable } from './binding.ts';

/** Whether a number names a row of a table. */
function isRow(id: number, rows: number): boolean {
  return Number.isInteger(id) && id >= 0 && id < rows;
}

export const gather: BindTable<'gatherRows' | 'gatherRowsBackward'> = {
  gatherRows(_attributes, [{ data: ids }, { shape, data: table }], [{ data: y }]) {
    const [rows, columns] = shape;
    return () => {
      for (let i = 0; i < y.length; i++) {
        const id = ids[Math.floor(i / columns)];
        y[i] = isRow(id, rows) ? table[id * columns + (i % columns)] : Number.NaN;
      }
    };
  },

  gatherRowsBackward({ rows }, [{ data: ids }, { shape, data: dy }], [{ data: dTable }]) {
    const columns = shape[1];
    const sums = new Float64Array(dTable.length);
    return () => {
      sums.fill(0);
      for (let i = 0; i < dy.length; i++) {
        const id = ids[Math.floor(i / columns)];
        if (isRow(id, rows)) sums[id * columns + (i % columns)] += dy[i];
      }
      dTable.set(sums);
    };
  },
};
