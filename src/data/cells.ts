/** Cells that no network can take: missing ones, infinities. An error names the column and the first rows. */
import { DataError } from '../errors/index.ts';
import type { MissingPolicy } from './schema.ts';
import type { RowPlaces, Table, TableColumn } from './table.ts';

/** So many rows are named. */
const namedRows = 5;

/** `line 3`, `lines 3, 7 and 9`, `lines 3, 4, 5, 6, 7 and 12 more` */
export function placesOf(rows: ArrayLike<number>, places: RowPlaces): string {
  const named = Array.from({ length: Math.min(rows.length, namedRows) }, (_, i) => String(places.of(rows[i])));
  const last = rows.length > namedRows ? `${rows.length - namedRows} more` : named.pop();
  const plural = places.unit === 'index' ? 'indices' : `${places.unit}s`;
  return named.length === 0 ? `${places.unit} ${last}` : `${plural} ${named.join(', ')} and ${last}`;
}

function isMissing(column: TableColumn, row: number): boolean {
  return column.kind === 'number' ? Number.isNaN(column.values[row]) : column.codes[row] < 0;
}

/**
 * Rows that can be used: without infinities, and without missing cells as far as the policy wants it. A target cannot be
 * filled in: where it is missing, a row is left out or an error, whatever the mean of the others.
 * @param inputs names of the columns that are inputs, the others are targets
 * @param remedy what to do about missing inputs
 * @returns places in the table, in its order
 * @throws DataError naming the column, the first rows and how many there are
 */
export function usableRows(
  table: Table,
  inputs: ReadonlySet<string>,
  missing: MissingPolicy,
  remedy = 'Fill them in, or choose missing: drop (without these rows) or missing: mean (the mean of the training part)',
): Int32Array {
  const isLeftOut = new Uint8Array(table.count);
  for (const column of table.columns) {
    const infinite = rowsWhere(table, (row) => column.kind === 'number' && Math.abs(column.values[row]) === Infinity);
    if (infinite.length > 0) throw notFinite(table, column.name, infinite);
    if (missing === 'mean' && inputs.has(column.name)) continue;
    const holes = rowsWhere(table, (row) => isMissing(column, row));
    if (holes.length > 0 && missing !== 'drop')
      throw missingCells(table, column.name, holes, inputs.has(column.name) ? remedy : null);
    for (const row of holes) isLeftOut[row] = 1;
  }
  return Int32Array.from(rowsWhere(table, (row) => isLeftOut[row] === 0));
}

function missingCells(table: Table, column: string, rows: readonly number[], remedy: string | null): DataError {
  return new DataError(`${table.name} has missing cells in column ${column}`, {
    got: `${rows.length} of ${table.count}, ${placesOf(rows, table.places)}`,
    expected: remedy !== null ? 'a value in each row' : 'a target in each row',
    remedy: remedy ?? 'Fill them in, or choose missing: drop (without these rows)',
  });
}

function notFinite(table: Table, column: string, rows: readonly number[]): DataError {
  return new DataError(`${table.name} has numbers in column ${column} that are not finite`, {
    got: `infinity in ${placesOf(rows, table.places)}`,
    expected: 'finite numbers',
    remedy: 'Correct these rows or take them out',
  });
}

/** Rows of a table for which the condition holds. */
export function rowsWhere({ count }: { readonly count: number }, condition: (row: number) => boolean): number[] {
  const rows: number[] = [];
  for (let row = 0; row < count; row++) if (condition(row)) rows.push(row);
  return rows;
}
