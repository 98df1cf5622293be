/** How much each example counts: its negative log-likelihood is multiplied by its weight, 2 being as if it came twice. */
import { DataError } from '../errors/index.ts';
import { placesOf } from './cells.ts';
import { sharedBuffer } from './shared.ts';
import { columnOf, type Table } from './table.ts';

/**
 * The weights of some rows, as they are: they are not brought to a mean of 1, so that the sum of the losses stays what it
 * would be of rows that came so often, and the prior counts against it as much.
 * @param column of the table, with a number in each row
 * @returns [rows]
 * @throws DataError where one is negative or no number, or all are 0
 */
export function encodeExampleWeights(table: Table, rows: Int32Array, column: string): Float32Array {
  const own = columnOf(table, column);
  if (own.kind === 'text') {
    const row = Math.max(
      0,
      own.codes.findIndex((code) => code >= 0 && Number.isNaN(Number(own.words[code]))),
    );
    throw new DataError(`${table.name} has texts in column ${column}, which cannot be weights`, {
      got: `${JSON.stringify(own.words[own.codes[row]])} in ${placesOf([row], table.places)}`,
      expected: 'numbers of 0 or more',
    });
  }
  const out = new Float32Array(sharedBuffer(table.name, 4 * rows.length));
  for (let i = 0; i < rows.length; i++) out[i] = own.values[rows[i]];
  // what float32 cannot hold is infinite by now
  const wrong = rows.filter((_, i) => !(out[i] >= 0 && out[i] < Infinity));
  if (wrong.length > 0) {
    throw new DataError(`${table.name} has numbers in column ${column} that are no weights`, {
      got: `${own.values[wrong[0]]} in ${placesOf(wrong, table.places)}`,
      expected: 'finite numbers of 0 or more',
      remedy: 'Correct these rows or take them out',
    });
  }
  if (out.some((weight) => weight > 0)) return out;
  throw new DataError(`${table.name} has no weight above 0 in column ${column} in the training part`, {
    expected: 'one at least',
    remedy: 'Take another column, or train without weights',
  });
}
