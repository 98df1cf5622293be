/** A table's columns as inputs: numbers one each, texts one indicator per level. */
import { DataError } from '../errors/index.ts';
import { placesOf, rowsWhere } from './cells.ts';
import { type Moments, momentsOf, scaleOf } from './moments.ts';
import type { ColumnEncoding, InputSchema, MissingPolicy } from './schema.ts';
import { sharedBuffer } from './shared.ts';
import { columnOf, type NumberColumn, type Table, type TableColumn, type TextColumn } from './table.ts';

/** A column of texts with more levels than that names things rather than kinds of them. */
const mostLevels = 1000;

export interface TableInputOptions {
  /** columns, in the order of the inputs */
  readonly inputs: readonly string[];
  readonly unused: readonly string[];
  readonly standardize: boolean;
  readonly missing: MissingPolicy;
}

/**
 * Learns from the training part how columns are encoded. Numbers are standardised if asked for, indicators stay 0 and 1.
 * @param train rows of the training part
 * @throws DataError where a column holds no value there, or texts that are nearly all different
 */
export function fitTableInputs(table: Table, train: Int32Array, options: TableInputOptions): InputSchema {
  const shift: number[] = [];
  const scale: number[] = [];
  const columns = options.inputs.map((name): ColumnEncoding => {
    const column = columnOf(table, name);
    if (column.kind === 'text') {
      const levels = levelsOf(table, column, train);
      for (let i = 0; i < levels.length; i++) {
        shift.push(0);
        scale.push(1);
      }
      return { name, kind: 'levels', levels };
    }
    const moments = momentsOf(train, (row) => column.values[row]);
    if (moments.count === 0) throw noValue(table, name);
    shift.push(moments.mean);
    scale.push(scaleOf(checked(table, name, moments)));
    return { name, kind: 'number', mean: moments.mean };
  });
  return {
    shape: [shift.length],
    dtype: 'f32',
    columns,
    unused: options.unused,
    array: null,
    missing: options.missing,
    shift: options.standardize ? shift : null,
    scale: options.standardize ? scale : null,
  };
}

/** Words that come in the training part, sorted by their code units: the same everywhere. */
export function levelsOf(table: Table, column: TextColumn, train: Int32Array): readonly string[] {
  const isThere = new Uint8Array(column.words.length);
  for (let i = 0; i < train.length; i++) if (column.codes[train[i]] >= 0) isThere[column.codes[train[i]]] = 1;
  const levels = column.words.filter((_, code) => isThere[code] === 1).sort(byCodeUnits);
  if (levels.length === 0) throw noValue(table, column.name);
  if (levels.length <= mostLevels) return levels;
  throw new DataError(`${table.name} has too many different texts in column ${column.name}`, {
    got: `${levels.length}, such as ${JSON.stringify(levels[0])}`,
    expected: `at most ${mostLevels} levels`,
    remedy: 'Leave the column out, or make its texts numbers or fewer',
  });
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/**
 * Rows as inputs, in double, rounded once.
 * @returns [rows, inputs]
 * @throws DataError where a column is not there or of another kind, a cell is missing that must not be, or a level is new
 */
export function encodeTableInputs(table: Table, rows: Int32Array, schema: InputSchema): Float32Array {
  const [width] = schema.shape;
  const out = new Float32Array(sharedBuffer(table.name, 4 * rows.length * width));
  let at = 0;
  for (const encoding of schema.columns ?? []) {
    const column = columnOf(table, encoding.name);
    if (encoding.kind === 'number') {
      const { values } = numbersOf(table, column);
      const shift = schema.shift?.[at] ?? 0;
      const scale = schema.scale?.[at] ?? 1;
      for (let i = 0; i < rows.length; i++) {
        const x = values[rows[i]];
        out[i * width + at] = ((Number.isNaN(x) ? encoding.mean : x) - shift) / scale;
      }
      at++;
    } else {
      const places = placesOfLevels(table, rows, column, encoding.levels, 'levels');
      // A missing cell has no level: all indicators stay 0.
      for (let i = 0; i < rows.length; i++) if (places[i] >= 0) out[i * width + at + places[i]] = 1;
      at += encoding.levels.length;
    }
  }
  return out;
}

function numbersOf(table: Table, column: TableColumn): NumberColumn {
  if (column.kind === 'number') return column;
  const texts = rowsWhere(
    table,
    (row) => column.codes[row] >= 0 && Number.isNaN(Number(column.words[column.codes[row]])),
  );
  throw new DataError(`${table.name} has texts in column ${column.name}`, {
    got: `${JSON.stringify(column.words[column.codes[texts[0] ?? 0]])} in ${placesOf(texts, table.places)}`,
    expected: 'numbers, as in the training part',
    remedy: 'Correct these rows or take them out',
  });
}

/**
 * Each row's place among levels; -1 where the cell is missing.
 * @param what the levels are, for messages
 * @throws DataError where a row has none of them
 */
export function placesOfLevels(
  table: Table,
  rows: Int32Array,
  column: TableColumn,
  levels: readonly string[],
  what: 'levels' | 'classes',
): Int32Array {
  const places = new Map(levels.map((level, place) => [level, place]));
  const ofCode = column.kind === 'text' ? Int32Array.from(column.words, (word) => places.get(word) ?? -2) : null;
  const out = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (column.kind === 'number') {
      out[i] = Number.isNaN(column.values[row]) ? -1 : (places.get(String(column.values[row])) ?? -2);
    } else out[i] = column.codes[row] < 0 ? -1 : ofCode![column.codes[row]];
  }
  const strange = rows.filter((_, i) => out[i] === -2);
  if (strange.length === 0) return out;
  const got = column.kind === 'number' ? String(column.values[strange[0]]) : column.words[column.codes[strange[0]]];
  const known = levels.slice(0, 10).join(', ') + (levels.length > 10 ? ` and ${levels.length - 10} more` : '');
  throw new DataError(
    `${table.name} has ${what === 'levels' ? 'a level' : 'a class'} in column ${column.name} that the training part has not`,
    {
      got: `${JSON.stringify(got)} in ${placesOf(strange, table.places)}`,
      expected: `one of ${known}`,
      remedy: 'Correct these rows, take them out, or train with rows that have it',
    },
  );
}

function noValue(table: Table, column: string): DataError {
  return new DataError(`${table.name} has no value in column ${column} in the training part`, {
    remedy: 'Leave the column out',
  });
}

/** Squares of numbers beyond 1e154 are infinite. */
function checked(table: Table, column: string, moments: Moments): Moments {
  if (Number.isFinite(moments.mean) && Number.isFinite(moments.deviation)) return moments;
  throw new DataError(`${table.name} has numbers in column ${column} that are too large`, {
    expected: 'numbers whose squares are finite',
    remedy: 'Leave the column out, or take another unit',
  });
}
