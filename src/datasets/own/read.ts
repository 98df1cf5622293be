/** Reads a user's file, for training by the user's words, later by the schema of a run. */
import {
  areStored,
  columnOf,
  type DataSchema,
  finiteRows,
  type MissingPolicy,
  type Table,
  usableRows,
} from '../../data/index.ts';
import { DataError, UsageError } from '../../errors/index.ts';
import { type ArrayFile, checkCounts, chooseArrays, targetTable, weightTable } from './arrays/array-file.ts';
import { inputArray } from './arrays/input-array.ts';
import { type FileForm, formOf, type OwnRows, sha256Of } from './file.ts';
import { columnsOfSchema, type NamesOfTable, namesOfTable, shortList } from './names.ts';
import { warnIfBlack } from '../sets/pixels.ts';
import type { OwnDataOptions } from './options.ts';
import { className, readPictureFolder } from './pictures/folder.ts';
import type { Tolerance } from './pictures/listing.ts';
import { warnOfChunks } from './stream/chunks.ts';
import type { Streaming } from './stream/setting.ts';

export interface TrainingRows extends OwnRows {
  readonly targets: NonNullable<OwnRows['targets']>;
  /** one column; null: every row counts once */
  readonly weights: Table | null;
  /** names of the targets, in order; of a table's inputs and unused columns too */
  readonly names: NamesOfTable;
  readonly sha256: string;
}

/** Reads what the options name. */
export async function readTrainingRows(options: OwnDataOptions): Promise<TrainingRows> {
  const { path, target, inputs, weights = null, stream = 'auto', onWarning, strict } = options;
  const form = formOf(path);
  if (stream === true && !(form.kind === 'arrays' && form.canStream)) throw notStreamed(path);
  if (form.kind === 'picture') throw noTable(path, form, 'a folder with a folder of pictures per class');
  if (form.kind === 'folder') {
    if (inputs !== null || weights !== null || (target !== null && [target].flat().join() !== className)) {
      throw new UsageError('pictures have no columns to choose from', {
        got: `${inputs !== null ? 'inputs' : weights !== null ? 'weights' : 'target'} for ${path}`,
        remedy: 'Leave it away: the classes are the names of the folders',
      });
    }
    const folder = await readPictureFolder(path, { onWarning, strict });
    const names = { targets: [className], inputs: [], weights: null, unused: [] };
    const read = { inputs: { kind: 'array', array: folder.inputs }, targets: folder.targets, weights: null } as const;
    return { ...read, names, sha256: folder.sha256 };
  }
  const sha256 = await sha256Of(path, form);
  if (form.kind === 'table') {
    let names: NamesOfTable | undefined;
    const choose = (file: string, all: readonly string[]): readonly string[] => {
      names = namesOfTable(file, all, { target, inputs, weights });
      return [...names.inputs, ...names.targets, ...(weights === null ? [] : [weights])];
    };
    const read = await form.read(path, { choose, onWarning });
    names ??= { targets: [], inputs: [], weights: null, unused: [] };
    const table = { ...read, columns: read.columns.filter(({ name }) => name !== weights) };
    const weighing = weights === null ? null : { ...read, columns: [columnOf(read, weights)] };
    return { inputs: { kind: 'table', table }, targets: table, weights: weighing, names, sha256 };
  }
  return form.open(path, async (file) => {
    const chosen = chooseArrays(file, target, inputs, weights);
    await checkCounts(file, chosen.input, chosen.targets);
    const array = await inputArray(file, chosen.input, stream);
    if (array.data instanceof Uint8Array && array.shape.length > 2) warnIfBlack(array.name, array.data, onWarning);
    if (stream === true && !areStored(array.data)) throw notStreamed(array.name);
    warnOfChunks(array, onWarning);
    const targets = await targetTable(file, chosen.targets, array.shape[0]);
    const weighing = weights === null ? null : await weightTable(file, weights, array.shape[0]);
    const names = { targets: targets.columns.map((column) => column.name), inputs: [], weights, unused: [] };
    return { inputs: { kind: 'array', array }, targets, weights: weighing, names, sha256 };
  });
}

export interface ReadOptions extends Tolerance {
  /** whether it is an error if they are not there */
  readonly needsTargets: boolean;
  readonly stream: Streaming;
}

/**
 * Reads another file for a run's schema.
 * @throws DataError where it is of another form, or has other columns
 */
export async function readRowsBySchema(
  path: string,
  schema: DataSchema,
  { needsTargets, stream, onWarning, strict }: ReadOptions,
): Promise<OwnRows> {
  const form = formOf(path);
  const { input, target } = schema;
  if (input.columns !== null) {
    if (form.kind !== 'table') throw noTable(path, form, 'a table, .csv, .tsv or .parquet');
    const texts = new Set(input.columns.filter((column) => column.kind === 'levels').map((column) => column.name));
    // Classes that are texts: also where in this file all of them look like numbers.
    if (target.classes?.some((name) => String(Number(name)) !== name)) texts.add(target.names[0]);
    const table = await form.read(path, { choose: columnsOfSchema(schema, needsTargets), texts, onWarning });
    const hasTargets = target.names.every((name) => table.columns.some((column) => column.name === name));
    return { inputs: { kind: 'table', table }, targets: hasTargets ? table : null };
  }
  if (form.kind === 'folder') {
    const folder = await readPictureFolder(path, { onWarning, strict });
    return { inputs: { kind: 'array', array: folder.inputs }, targets: folder.targets };
  }
  if (form.kind !== 'arrays') throw noTable(path, form, 'arrays (.npz, .npy, .h5) or pictures');
  return form.open(path, (file) => arraysBySchema(file, schema, { needsTargets, stream }));
}

async function arraysBySchema(
  file: ArrayFile,
  { input, target }: DataSchema,
  { needsTargets, stream }: ReadOptions,
): Promise<OwnRows> {
  const targets = [...new Set(target.names.map((name) => name.replace(/\[\d+\]$/, '')))];
  const known = [input.array ?? '', ...targets];
  const rest = file.names.filter((name) => !targets.includes(name));
  const array = file.names.includes(known[0]) ? known[0] : rest.length === 1 ? rest[0] : undefined;
  const hasTargets = targets.every((name) => file.names.includes(name));
  if (array === undefined || (needsTargets && !hasTargets)) {
    throw new DataError(`${file.name} has other arrays than the training file`, {
      got: shortList(file.names),
      expected: shortList(needsTargets ? known : known.slice(0, 1)) || 'a single array',
    });
  }
  if (hasTargets) await checkCounts(file, array, targets);
  const inputs = await inputArray(file, array, stream);
  return {
    inputs: { kind: 'array', array: inputs },
    targets: hasTargets ? await targetTable(file, targets, inputs.shape[0]) : null,
  };
}

function notStreamed(name: string): UsageError {
  return new UsageError(`${name} cannot be streamed`, {
    expected: 'numbers in an HDF5 file, or in a folder of .npy files',
    remedy: 'Leave data.stream at auto',
  });
}

function noTable(path: string, form: FileForm, expected: string): DataError {
  const got = { picture: 'a single picture', folder: 'a folder', table: 'a table', arrays: 'arrays' }[form.kind];
  return new DataError(`${path} does not have the form of the training data`, {
    got: form.kind === 'arrays' ? `${got} (${form.name})` : got,
    expected,
  });
}

/**
 * Rows with all they need, in order: without infinities, and without missing cells as the policy wants it.
 * @param inputs names of a table's inputs
 */
export function rowsToUse(
  { inputs: own, targets, weights = null }: OwnRows & { readonly weights?: Table | null },
  inputs: readonly string[],
  missing: MissingPolicy,
): Int32Array {
  const rows = rowsWithTargets({ inputs: own, targets }, inputs, missing);
  if (weights === null) return rows;
  const [{ name }] = weights.columns;
  const remedy = 'Fill them in, or choose missing: drop (without these rows)';
  const weighed = new Set(usableRows(weights, new Set([name]), missing === 'drop' ? 'drop' : 'error', remedy));
  return rows.filter((row) => weighed.has(row));
}

function rowsWithTargets(
  { inputs: own, targets }: OwnRows,
  inputs: readonly string[],
  missing: MissingPolicy,
): Int32Array {
  if (own.kind === 'table') return usableRows(own.table, new Set(inputs), missing);
  const finite = finiteRows(own.array, missing === 'drop');
  if (targets === null) return finite;
  const complete = new Set(usableRows(targets, new Set(), missing));
  return finite.filter((row) => complete.has(row));
}
