/** Columns as targets: classes, reals or counts. */
import { DataError, UsageError } from '../errors/index.ts';
import type { Units } from '../likelihoods/index.ts';
import { placesOf } from './cells.ts';
import { momentsOf } from './moments.ts';
import type { TargetKind, TargetSchema } from './schema.ts';
import { sharedBuffer } from './shared.ts';
import { columnOf, type NumberColumn, type Table, type TableColumn } from './table.ts';
import { levelsOf, placesOfLevels } from './table-inputs.ts';

export interface TargetOptions {
  readonly names: readonly string[];
  /** auto: texts are classes, numbers are reals */
  readonly task: 'auto' | TargetKind;
  readonly standardize: boolean;
}

/** Counts up to here are exact in float32. */
const largestCount = 2 ** 24;

/**
 * Learns from the training part what the targets are.
 * @param train rows of the training part
 * @throws DataError where targets cannot be of that kind, or are all the same; UsageError where several are to be classes
 */
export function fitTargets(table: Table, train: Int32Array, { names, task, standardize }: TargetOptions): TargetSchema {
  const columns = names.map((name) => columnOf(table, name));
  const isText = columns.some((column) => column.kind === 'text');
  const kind = task === 'auto' ? (isText ? 'classes' : 'reals') : task;
  if (kind === 'classes') {
    if (columns.length === 1) return { ...schemaOf(names, kind), classes: classesOf(table, columns[0], train) };
    throw new UsageError('classes come from one column', { got: names.join(', '), remedy: 'Name one target' });
  }
  const numbers = columns.map((column) => numbersOf(table, column, kind));
  if (kind === 'counts') {
    for (const column of numbers) checkCounts(table, column, train);
    return schemaOf(names, kind);
  }
  const moments = numbers.map((column) => {
    const own = momentsOf(train, (row) => column.values[row]);
    if (own.deviation > 0 && Number.isFinite(own.deviation)) return own;
    throw new DataError(`${table.name} has a target without variance, column ${column.name}`, {
      got:
        own.deviation > 0
          ? 'numbers whose squares are not finite'
          : `${own.mean} in all ${own.count} rows of the training part`,
      expected: 'numbers that differ',
      remedy: 'Take another target, or rows in which it changes',
    });
  });
  if (!standardize) return schemaOf(names, kind);
  return {
    ...schemaOf(names, kind),
    shift: moments.map((own) => own.mean),
    scale: moments.map((own) => own.deviation),
  };
}

function schemaOf(names: readonly string[], kind: TargetKind): TargetSchema {
  return { names, kind, classes: null, shift: null, scale: null };
}

/** How a model's predictions become numbers in the targets' own units; null: they are in these. */
export function unitsOf({ shift, scale }: TargetSchema): Units | null {
  return shift && scale ? { shift, scale } : null;
}

function classesOf(table: Table, column: TableColumn, train: Int32Array): readonly string[] {
  const classes = column.kind === 'text' ? levelsOf(table, column, train) : numbersAsClasses(table, column, train);
  if (classes.length > 1) return classes;
  throw new DataError(`${table.name} has one class only in column ${column.name}`, {
    got: `${JSON.stringify(classes[0])} in all ${train.length} rows of the training part`,
    expected: 'two classes or more',
    remedy: 'Take another target, or rows of other classes too',
  });
}

function numbersAsClasses(table: Table, { name, values }: NumberColumn, train: Int32Array): readonly string[] {
  const reals = train.filter((row) => !Number.isInteger(values[row]));
  if (reals.length > 0) {
    throw new DataError(`${table.name} has numbers in column ${name} that are no classes`, {
      got: `${values[reals[0]]} in ${placesOf(reals, table.places)}`,
      expected: 'whole numbers or texts',
      remedy: 'Choose task: reals, or make texts of them',
    });
  }
  const different = new Set(Array.from(train, (row) => values[row]));
  return [...different].sort((a, b) => a - b).map(String);
}

function numbersOf(table: Table, column: TableColumn, kind: TargetKind): NumberColumn {
  if (column.kind === 'number') return column;
  const text = column.codes.findIndex((code) => code >= 0 && Number.isNaN(Number(column.words[code])));
  const row = Math.max(0, text);
  throw new DataError(`${table.name} has texts in column ${column.name}, which cannot be ${kind}`, {
    got: `${JSON.stringify(column.words[column.codes[row]])} in ${placesOf([row], table.places)}`,
    expected: 'numbers',
    remedy: 'Choose task: classes, take another target, or correct the rows',
  });
}

function checkCounts(table: Table, { name, values }: NumberColumn, rows: Int32Array): void {
  const wrong = rows.filter(
    (row) => !(Number.isInteger(values[row]) && values[row] >= 0 && values[row] <= largestCount),
  );
  if (wrong.length === 0) return;
  throw new DataError(`${table.name} has targets in column ${name} that are no counts`, {
    got: `${values[wrong[0]]} in ${placesOf(wrong, table.places)}`,
    expected: `whole numbers from 0 to ${largestCount}`,
    remedy: 'Choose task: reals, or correct the rows',
  });
}

/**
 * Targets of some rows.
 * @returns classes: [rows]; reals (in double, rounded once) and counts: [rows, names]
 * @throws DataError where a class is new, or a target is no number or no count
 */
export function encodeTargets(table: Table, rows: Int32Array, schema: TargetSchema): Int32Array | Float32Array {
  const { names, kind, classes } = schema;
  const columns = names.map((name) => columnOf(table, name));
  if (kind === 'classes') {
    const out = new Int32Array(sharedBuffer(table.name, 4 * rows.length));
    out.set(placesOfLevels(table, rows, columns[0], classes ?? [], 'classes'));
    return out;
  }
  const out = new Float32Array(sharedBuffer(table.name, 4 * rows.length * names.length));
  columns.forEach((column, j) => {
    const numbers = numbersOf(table, column, kind);
    if (kind === 'counts') checkCounts(table, numbers, rows);
    const shift = schema.shift?.[j] ?? 0;
    const scale = schema.scale?.[j] ?? 1;
    for (let i = 0; i < rows.length; i++) out[i * names.length + j] = (numbers.values[rows[i]] - shift) / scale;
  });
  return out;
}
