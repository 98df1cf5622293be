/** Rows of a table [rows, columns], chosen by numbers that stand in float32. */
import { copyBytes, loadUpTo4, storeUpTo4 } from './lanes';

/** The row that a number names; -1 for none. */
// @ts-ignore: decorator
@inline
function rowOf(id: f32, rows: i32): i32 {
  // a NaN is in no range
  if (!(id >= 0 && id < <f32>rows)) return -1;
  const row = <i32>id;
  return <f32>row == id ? row : -1;
}

export function gatherRows(out: usize, ids: usize, table: usize, batch: i32, rows: i32, columns: i32): void {
  const bytes: usize = <usize>columns << 2;
  const nothing = f32x4.splat(NaN);
  for (; batch > 0; batch--, ids += 4, out += bytes) {
    const row = rowOf(load<f32>(ids), rows);
    if (row >= 0) {
      copyBytes(out, table + bytes * row, bytes);
      continue;
    }
    let p = out;
    for (let n = columns; n > 0; n -= 4, p += 16) storeUpTo4(p, nothing, n);
  }
}

/** dTable is cleared first; the examples are added in their order. */
export function gatherRowsBackward(dTable: usize, ids: usize, dy: usize, batch: i32, rows: i32, columns: i32): void {
  const bytes: usize = <usize>columns << 2;
  memory.fill(dTable, 0, bytes * rows);
  for (; batch > 0; batch--, ids += 4, dy += bytes) {
    const row = rowOf(load<f32>(ids), rows);
    if (row < 0) continue;
    const target = dTable + bytes * row;
    let i: usize = 0;
    for (let n = columns; n > 0; n -= 4, i += 16) {
      storeUpTo4(target + i, f32x4.add(loadUpTo4(target + i, n), loadUpTo4(dy + i, n)), n);
    }
  }
}
