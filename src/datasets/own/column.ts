/** One column of a table, beside what a run reads of it. */
import type { TableColumn } from '../../data/index.ts';
import { UsageError } from '../../errors/index.ts';
import { formOf } from './file.ts';
import { noColumn } from './names.ts';

/**
 * @param rows places in the file of the rows that are wanted, from 0; null: all, in order
 * @throws UsageError where the file is no table, or has no such column; DataError where it cannot be read
 */
export async function readColumn(path: string, name: string, rows: ArrayLike<number> | null): Promise<TableColumn> {
  const form = formOf(path);
  if (form.kind !== 'table') {
    throw new UsageError(`${path} has no columns`, { expected: 'a table, .csv, .tsv or .parquet' });
  }
  const table = await form.read(path, {
    choose(file, names) {
      if (names.includes(name)) return [name];
      throw noColumn(file, name, names);
    },
  });
  const column = table.columns.find((own) => own.name === name)!;
  if (rows === null) return column;
  const picked = <T extends Float64Array | Int32Array>(values: T, into: T): T => {
    for (let i = 0; i < rows.length; i++) into[i] = values[rows[i]]!;
    return into;
  };
  return column.kind === 'number'
    ? { ...column, values: picked(column.values, new Float64Array(rows.length)) }
    : { ...column, codes: picked(column.codes, new Int32Array(rows.length)) };
}
