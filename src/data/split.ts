import { DataError, UsageError } from '../errors/index.ts';
import { permutation, purpose } from '../random/index.ts';

/** A share of the rows, drawn by the seed, or rows by their places in the file, from 0; 0: none. */
export type Part = number | readonly number[];

export interface RowSplit {
  /** places in the file, each in its order */
  readonly train: Int32Array;
  readonly validation: Int32Array | null;
  readonly test: Int32Array | null;
}

/**
 * Splits rows. With n of them and their permutation keyed by (seed, dataSplit), the first round(share * n) are tested, at
 * least one. Validation is taken from the rest in the same way: the next round(share * rest) rows of the permutation that
 * are not tested. Each part keeps the order of the file.
 * @param usable rows that may be used, in order; rows that are named but not usable are left out
 * @param count of the file's rows
 * @throws UsageError where a share is none, a row is named twice or out of range; DataError where a part is left empty
 */
export function splitRows(
  name: string,
  usable: Int32Array,
  count: number,
  { test, validation, seed }: { readonly test: Part; readonly validation: Part; readonly seed: number },
): RowSplit {
  const order = new Uint32Array(usable.length);
  permutation(order, { seed, purpose: purpose.dataSplit, step: 0, replica: 0, layer: 0, example: 0 });
  const part = new Uint8Array(count);
  const choose = (which: 'test' | 'validation', wanted: Part, mark: number): Int32Array | null => {
    if (wanted === 0) return null;
    if (typeof wanted === 'number') {
      if (!(wanted > 0 && wanted < 1)) {
        throw new UsageError(`${which}: no such share`, { got: String(wanted), expected: '0 (none) to below 1' });
      }
      const free = Array.from(order, (place) => usable[place]).filter((row) => part[row] === 0);
      const chosen = Math.max(1, Math.round(wanted * free.length));
      for (const row of free.slice(0, chosen)) part[row] = mark;
    } else markRows(name, which, wanted, part, mark);
    return usable.filter((row) => part[row] === mark);
  };
  const tested = choose('test', test, 1);
  const validated = choose('validation', validation, 2);
  const train = usable.filter((row) => part[row] === 0);
  for (const [which, rows] of Object.entries({ training: train, validation: validated, test: tested })) {
    if (rows === null || rows.length > 0) continue;
    throw new DataError(`${name} leaves no row for ${which}`, {
      got: `${usable.length} rows: ${[train, validated, tested].map((own) => own?.length ?? 0).join(' / ')} for training, validation and test`,
      expected: 'at least one in each',
      remedy: 'Take smaller shares, or more rows',
    });
  }
  return { train, validation: validated, test: tested };
}

function markRows(name: string, which: string, rows: readonly number[], part: Uint8Array, mark: number): void {
  for (const row of rows) {
    if (!Number.isInteger(row) || row < 0 || row >= part.length) {
      throw new UsageError(`${which}: ${name} has no such row`, {
        got: String(row),
        expected: `a whole number from 0 to ${part.length - 1}`,
      });
    }
    if (part[row] !== 0) {
      throw new UsageError(`${which}: a row is named twice`, {
        got: `${row}${part[row] === mark ? '' : ', which is a test row already'}`,
        expected: 'each row once',
      });
    }
    part[row] = mark;
  }
}
