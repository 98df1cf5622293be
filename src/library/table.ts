import {
  type ArrayExamples,
  type Cell,
  type DataSchema,
  type InputSchema,
  type NumberArray,
  type Table,
  type TargetKind,
  encodeArrayInputs,
  encodeExampleWeights,
  encodeTableInputs,
  encodeTargets,
  finiteRows,
  fitArrayInputs,
  fitTableInputs,
  fitTargets,
  tableOfRows,
  unitsOf,
  usableRows,
} from '../data/index.ts';
import {
  DataError,
  UsageError,
  alternatives,
  describeValue,
  firstNotFinite,
  isNumbers,
  isObject,
  isWhole,
} from '../errors/index.ts';
import { sizeOf } from '../graph/index.ts';
import type { Units } from '../likelihoods/index.ts';
import type { InputEncoding } from '../models/index.ts';

export interface TableOptions {
  /** [count][columns], numbers or texts; or numbers side by side, with `shape`: [count, ...of an example] */
  readonly inputs: readonly (readonly Cell[])[] | Float32Array | Float64Array | Uint8Array;
  readonly shape?: readonly number[];
  /** [count], or [count][targets]; texts are classes */
  readonly targets: readonly Cell[] | readonly (readonly Cell[])[];
  /** [count], of 0 or more: a weight of 2 counts as the row twice. Every row once, unless given */
  readonly weights?: readonly number[] | Float32Array | Float64Array;
  /** names of the input columns; x0, x1, … unless given */
  readonly columns?: readonly string[];
  /** names of the targets; y, or y0, y1, … unless given */
  readonly names?: readonly string[];
  /** mean 0 and standard deviation 1 for numbers that go in, and for real targets; true unless given */
  readonly standardize?: boolean;
  /** what the targets are; texts are classes and numbers reals unless given */
  readonly task?: TargetKind;
}

/** Examples in memory, encoded, and how that was done: what `train` takes. */
export interface TableData {
  readonly count: number;
  /** for a model: `{ input: data.input, … }` */
  readonly input: InputEncoding;
  readonly units: Units | null;
  /** how rows become inputs and targets: plain JSON, to be kept with a trained network */
  readonly schema: DataSchema;
  readonly examples: ArrayExamples;
}

const tasks: readonly (TargetKind | 'auto')[] = ['auto', 'reals', 'counts', 'classes'];

/**
 * Examples from rows in memory.
 * @throws UsageError for options that are none
 * @throws DataError for rows of unequal length, cells that are missing, targets without variance, and the like, naming
 * column and row
 */
export function table(options: TableOptions): TableData {
  if (!isObject(options)) {
    throw new UsageError('options of table', { got: describeValue(options), expected: 'inputs and targets' });
  }
  const { standardize = true, task = 'auto' } = options;
  if (!tasks.includes(task)) {
    throw new UsageError('task', { got: describeValue(task), expected: alternatives(tasks) });
  }
  const targets = targetTable(options);
  const rows = usableRows(targets, new Set(), 'error');
  const target = fitTargets(targets, rows, { names: targets.columns.map(({ name }) => name), task, standardize });
  const encodedTargets = encodeTargets(targets, rows, target);
  const { input, encoded } = inputsOf(options, rows.length, standardize);
  const { shape, dtype, shift, scale } = input;
  checkReals('inputs', encoded, rows.length);
  checkReals('targets', encodedTargets, rows.length);
  return {
    count: rows.length,
    input: { shape, dtype, ...(dtype === 'f32' && { shift, scale }) },
    units: unitsOf(target),
    schema: { input, target },
    examples: {
      count: rows.length,
      shape,
      inputs: encoded,
      targets: encodedTargets,
      weights: weightsOf(options, rows),
    },
  };
}

/** Rows as inputs of a network that was trained on others: [count, ...shape]. */
export function encodeInputs(inputs: TableOptions['inputs'], { input }: DataSchema): Encoded {
  if (isRows(inputs) && input.columns !== null) {
    const names = input.columns.map(({ name }) => name);
    const given = tableOfRows('the inputs', names, inputs);
    return { count: inputs.length, inputs: encodeTableInputs(given, usable(given, names), input) };
  }
  const numbers = isRows(inputs) ? Float64Array.from(inputs.flat(), Number) : inputs;
  const size = sizeOf(input.shape);
  const array = numbersOf(numbers, [numbers.length / size, ...input.shape]);
  return { count: array.shape[0]!, inputs: encodeArrayInputs(array, finiteRows(array, false), ofArray(input)) };
}

interface Encoded {
  readonly count: number;
  readonly inputs: Uint8Array | Float32Array;
}

/** Targets as the batches of a training have them: [count], or [count, targets]. */
export function encodeTargetRows(targets: TableOptions['targets'], { target }: DataSchema): Int32Array | Float32Array {
  const given = targetTable({ targets, names: target.names });
  return encodeTargets(given, usableRows(given, new Set(), 'error'), target);
}

/** @throws DataError for what is neither rows nor numbers side by side */
function isRows(inputs: TableOptions['inputs']): inputs is readonly (readonly Cell[])[] {
  if (inputs instanceof Float32Array || inputs instanceof Float64Array || inputs instanceof Uint8Array) return false;
  if (Array.isArray(inputs)) {
    checkRows('the inputs', inputs);
    return true;
  }
  throw new DataError('the inputs are no rows', {
    got: describeValue(inputs),
    expected: 'a list of rows; or a Float32Array, Float64Array or Uint8Array with its shape',
  });
}

/** @throws DataError naming the first row that is no list of cells */
function checkRows(what: string, rows: readonly unknown[]): void {
  const wrong = Array.from(rows).findIndex((row) => !Array.isArray(row) && !ArrayBuffer.isView(row));
  if (wrong < 0) return;
  throw new DataError(`${what} have a row that is none`, {
    got: `${describeValue(rows[wrong])} as row ${wrong + 1}`,
    expected: 'a list of cells',
  });
}

/** @throws DataError naming the first that is neither a number nor a text: a list among numbers would become one */
function checkCells(targets: readonly unknown[]): void {
  const wrong = Array.from(targets).findIndex((cell) => isObject(cell) || typeof cell === 'function');
  if (wrong < 0) return;
  throw new DataError('the targets have an example that is none', {
    got: `${describeValue(targets[wrong])} as row ${wrong + 1}`,
    expected: 'a number or a text, as in the first row',
  });
}

/** @throws UsageError for names that are none, or not different ones */
function checkNames(what: string, names: readonly string[] | undefined): void {
  if (names === undefined) return;
  const isList = Array.isArray(names) && names.every((name) => typeof name === 'string');
  if (isList && new Set(names).size === names.length) return;
  throw new UsageError(what, { got: isList ? names.join(', ') : describeValue(names), expected: 'different texts' });
}

function inputsOf({ inputs, shape, columns }: TableOptions, count: number, standardize: boolean) {
  checkNames('names of the input columns', columns);
  if (!isRows(inputs)) {
    const array = numbersOf(inputs, shape ?? [count, inputs.length / count]);
    assertCount(array.shape[0]!, count);
    const rows = finiteRows(array, false);
    const fitted = fitArrayInputs(array, rows, standardize);
    const encoded = encodeArrayInputs(array, rows, fitted);
    return { input: shape?.length === 2 || !shape ? { ...fitted, shape: [fitted.shape.at(-1)!] } : fitted, encoded };
  }
  assertCount(inputs.length, count);
  const names = columns ?? Array.from({ length: inputs[0]?.length ?? 0 }, (_, j) => `x${j}`);
  const given = tableOfRows('the inputs', names, inputs);
  const rows = usable(given, names);
  const input = fitTableInputs(given, rows, { inputs: names, unused: [], standardize, missing: 'error' });
  return { input, encoded: encodeTableInputs(given, rows, input) };
}

/** All rows, once it is known that no cell is missing or infinite. */
function usable(given: Table, inputs: readonly string[]): Int32Array {
  return usableRows(given, new Set(inputs), 'error', 'Fill them in, or leave these rows out');
}

/** Numbers side by side; rows of features are positions of their own to those who encode signals. */
function numbersOf(data: Float32Array | Float64Array | Uint8Array, shape: readonly number[]): NumberArray {
  if (!isNumbers(shape) || !Array.from(shape).every((extent) => isWhole(extent, 1)) || sizeOf(shape) !== data.length) {
    throw new DataError('the inputs do not have their shape', {
      got: `${data.length} numbers`,
      expected: isNumbers(shape) && shape.length > 0 ? Array.from(shape).join('x') : describeValue(shape),
    });
  }
  const own = shape.length === 2 ? [shape[0]!, 1, shape[1]!] : shape;
  return { name: 'the inputs', array: null, shape: own, data, places: { unit: 'index', of: (row) => row } };
}

function ofArray(input: InputSchema): InputSchema {
  return input.shape.length === 1 ? { ...input, shape: [1, ...input.shape] } : input;
}

function targetTable({ targets: given, names }: Pick<TableOptions, 'targets' | 'names'>): Table {
  checkNames('names of the targets', names);
  const targets = ArrayBuffer.isView(given) && isNumbers(given) ? Array.from<number>(given) : given;
  if (!Array.isArray(targets)) {
    throw new DataError('the targets are no list', {
      got: describeValue(targets),
      expected: 'a number or a text for each example, or a row of them',
    });
  }
  const isWide = Array.isArray(targets[0]);
  if (isWide) checkRows('the targets', targets);
  else checkCells(targets);
  const rows: readonly (readonly Cell[])[] = isWide
    ? (targets as readonly (readonly Cell[])[])
    : (targets as readonly Cell[]).map((cell) => [cell]);
  const width = rows[0]?.length ?? 0;
  const own = names ?? (width === 1 ? ['y'] : Array.from({ length: width }, (_, j) => `y${j}`));
  if (rows.length === 0) throw new DataError('the targets are empty', { expected: 'at least one' });
  return tableOfRows('the targets', own, rows);
}

/** null: none were given */
function weightsOf({ weights }: TableOptions, rows: Int32Array): Float32Array | null {
  if (weights === undefined) return null;
  if (weights.length !== rows.length) {
    throw new DataError('weights and targets do not belong together', {
      got: `${weights.length} weights and ${rows.length} targets`,
      expected: 'as many of one as of the other',
    });
  }
  const column = tableOfRows(
    'the table',
    ['weight'],
    Array.from(weights, (weight) => [weight]),
  );
  return encodeExampleWeights(column, rows, 'weight');
}

/** @throws DataError naming the first example with a number that float32 has no room for */
function checkReals(what: string, values: ArrayLike<number>, count: number): void {
  const wrong = firstNotFinite(values);
  if (wrong < 0) return;
  throw new DataError(`the ${what} have numbers that are too large`, {
    got: `${values[wrong]} in float32, in row ${1 + Math.floor(wrong / (values.length / count))}`,
    expected: 'at most 3.4e38 in magnitude',
    remedy: 'Give them in another unit, or standardize',
  });
}

export function assertCount(inputs: number, targets: number): void {
  if (inputs === targets) return;
  throw new DataError('inputs and targets do not belong together', {
    got: `${inputs} inputs and ${targets} targets`,
    expected: 'as many of one as of the other',
  });
}
