/** Tables as they are read, before anything is learned from them: columns of numbers, columns of texts. */
import { DataError } from '../errors/index.ts';

export interface NumberColumn {
  readonly name: string;
  readonly kind: 'number';
  /** NaN: the cell is missing */
  readonly values: Float64Array;
}

export interface TextColumn {
  readonly name: string;
  readonly kind: 'text';
  /** places in `words`; -1: the cell is missing */
  readonly codes: Int32Array;
  readonly words: readonly string[];
}

export type TableColumn = NumberColumn | TextColumn;

/** How people count rows: an editor's lines from 1, a table's rows from 1, an array's indices from 0. */
export interface RowPlaces {
  readonly unit: 'line' | 'row' | 'index' | 'picture';
  of(row: number): number | string;
}

export interface Table {
  /** for messages: the file */
  readonly name: string;
  readonly count: number;
  readonly columns: readonly TableColumn[];
  readonly places: RowPlaces;
}

/** A cell of a table that was not read from a file; null, undefined and NaN are missing. */
export type Cell = number | string | boolean | null | undefined;

/**
 * A table of rows in memory. A column whose cells are all numbers, or missing, is one of numbers; true and false are texts.
 * @param rows [count][columns]
 * @throws DataError where a row has more cells or fewer than there are columns
 */
export function tableOfRows(name: string, columns: readonly string[], rows: readonly (readonly Cell[])[]): Table {
  const wrong = rows.findIndex((row) => row.length !== columns.length);
  if (wrong >= 0) {
    throw new DataError(`${name} has rows of unequal length`, {
      got: `${rows[wrong].length} cells in row ${wrong + 1}`,
      expected: `${columns.length}`,
    });
  }
  return {
    name,
    count: rows.length,
    columns: columns.map((column, j) => columnOfCells(column, rows.length, (i) => rows[i][j])),
    places: { unit: 'row', of: (row) => row + 1 },
  };
}

/** @param cell the cell of a row */
export function columnOfCells(name: string, count: number, cell: (row: number) => Cell): TableColumn {
  const isText = (value: Cell): boolean => typeof value === 'string' || typeof value === 'boolean';
  let texts = 0;
  for (let i = 0; i < count && texts === 0; i++) if (isText(cell(i))) texts++;
  if (texts === 0) {
    const values = new Float64Array(count);
    for (let i = 0; i < count; i++) values[i] = Number(cell(i) ?? Number.NaN);
    return { name, kind: 'number', values };
  }
  const column = new TextColumnBuilder();
  for (let i = 0; i < count; i++) {
    const value = cell(i);
    column.add(value === null || value === undefined || Number.isNaN(value) ? null : String(value));
  }
  return column.finish(name);
}

/** Texts as numbers of their words: a column of a million cells with three words costs four bytes per cell. */
export class TextColumnBuilder {
  #codes = new Int32Array(16);
  #count = 0;
  readonly #places = new Map<string, number>();

  /** @param word null: the cell is missing */
  add(word: string | null): void {
    if (this.#count === this.#codes.length) {
      const longer = new Int32Array(2 * this.#count);
      longer.set(this.#codes);
      this.#codes = longer;
    }
    let code = word === null ? -1 : this.#places.get(word);
    if (code === undefined && word !== null) {
      code = this.#places.size;
      this.#places.set(word, code);
    }
    this.#codes[this.#count++] = code ?? -1;
  }

  finish(name: string): TextColumn {
    return { name, kind: 'text', codes: this.#codes.subarray(0, this.#count), words: [...this.#places.keys()] };
  }
}

/** Columns by their names: a table with thousands of them is asked for each. */
const byName = new WeakMap<readonly TableColumn[], ReadonlyMap<string, TableColumn>>();

export function columnOf({ name, columns }: Table, column: string): TableColumn {
  let known = byName.get(columns);
  if (known === undefined) {
    known = new Map(columns.map((own) => [own.name, own]));
    byName.set(columns, known);
  }
  const found = known.get(column);
  if (found) return found;
  throw new DataError(`${name} has no column ${column}`, { got: columns.map((other) => other.name).join(', ') });
}
