/** Data of one's own, from a file to examples. */
import {
  type RowExamples,
  type DataSchema,
  encodeExampleWeights,
  encodeTableInputs,
  encodeTargets,
  fitArrayInputs,
  fitTableInputs,
  fitTargets,
  type Part,
  type RowSplit,
  sharedBuffer,
  splitRows,
} from '../../data/index.ts';
import { DataError } from '../../errors/index.ts';
import type { OwnRows } from './file.ts';
import type { OwnDataOptions } from './options.ts';
import { readRowsBySchema, readTrainingRows, rowsToUse, type TrainingRows } from './read.ts';
import { readRowNumbers } from './row-numbers.ts';
import { inputsOfArray } from './stream/inputs.ts';

export interface OwnDataset {
  /** the path */
  readonly source: string;
  readonly schema: DataSchema;
  readonly train: RowExamples;
  readonly validation: RowExamples | null;
  readonly test: RowExamples | null;
  /** of the file's bytes, lower-case hexadecimal */
  readonly sha256: string;
}

/**
 * Reads a file, splits its rows, learns from the training part how they are encoded, and encodes all parts.
 * @throws UsageError where an option is at fault, DataError where the data is, naming columns and rows
 */
export async function openOwnData(options: OwnDataOptions): Promise<OwnDataset> {
  const { path, missing, seed, onWarning, strict } = options;
  const rows = await readTrainingRows(options);
  const count = rows.targets.count;
  const usable = rowsToUse(rows, rows.names.inputs, missing);
  if (usable.length < count)
    onWarning?.(`${path}: ${count - usable.length} of ${count} rows have missing cells and are left out`);
  const other = { test: fileOfPart(options.test), validation: fileOfPart(options.validation) };
  const split = splitRows(path, usable, count, {
    test: other.test === null ? partOf(options.test) : 0,
    validation: other.validation === null ? partOf(options.validation) : 0,
    seed,
  });
  const schema = schemaOf(rows, split.train, options);
  const part = async (which: 'test' | 'validation'): Promise<RowExamples | null> => {
    const file = other[which];
    const own = split[which];
    if (file === null) return own && examplesOf(rows, own, schema);
    const stream = options.stream ?? 'auto';
    const read = await readRowsBySchema(file, schema, { needsTargets: true, stream, onWarning, strict });
    const inputs = (schema.input.columns ?? []).map((column) => column.name);
    const used = rowsToUse(read, inputs, missing);
    if (used.length > 0) return examplesOf(read, used, schema);
    throw new DataError(`${file} leaves no row for ${which}`, { got: 'missing cells in every row' });
  };
  return {
    source: path,
    schema,
    train: { ...examplesOf(rows, split.train, schema), weights: weightsOf(rows, split.train, usable) },
    validation: await part('validation'),
    test: await part('test'),
    sha256: rows.sha256,
  };
}

function schemaOf(rows: TrainingRows, train: RowSplit['train'], options: OwnDataOptions): DataSchema {
  const { standardize, missing, task } = options;
  const { inputs, targets, names } = rows;
  return {
    input:
      inputs.kind === 'table'
        ? fitTableInputs(inputs.table, train, { inputs: names.inputs, unused: names.unused, standardize, missing })
        : fitArrayInputs(inputs.array, train, standardize),
    target: fitTargets(targets, train, { names: names.targets, task, standardize }),
  };
}

function examplesOf({ inputs, targets }: OwnRows, rows: Int32Array, schema: DataSchema): RowExamples {
  const places = new Int32Array(sharedBuffer('the rows', 4 * rows.length));
  places.set(rows);
  return {
    count: rows.length,
    shape: schema.input.shape,
    inputs:
      inputs.kind === 'table'
        ? encodeTableInputs(inputs.table, rows, schema.input)
        : inputsOfArray(inputs.array, places, schema.input),
    targets: targets === null ? new Float32Array(0) : encodeTargets(targets, rows, schema.target),
    rows: places,
  };
}

/** Of the training part; a weight that is none is an error in any part. */
function weightsOf({ weights, names }: TrainingRows, train: Int32Array, usable: Int32Array): Float32Array | null {
  if (weights === null || names.weights === null) return null;
  encodeExampleWeights(weights, usable, names.weights);
  return encodeExampleWeights(weights, train, names.weights);
}

/** The path of the file that is a part as a whole; null: the part is some rows of the run's own file. */
export function fileOfPart(part: OwnDataOptions['test']): string | null {
  return typeof part === 'string' && !part.toLowerCase().endsWith('.json') ? part : null;
}

function partOf(part: OwnDataOptions['test']): Part {
  return typeof part === 'string' ? readRowNumbers(part) : part;
}
