/** Rows to predict for, encoded as a run has learned it. */
import { statSync } from 'node:fs';
import {
  type DataSchema,
  encodeTableInputs,
  encodeTargets,
  finiteRows,
  sharedBuffer,
  type Table,
  usableRows,
} from '../../data/index.ts';
import { UsageError } from '../../errors/index.ts';
import { sizeOf } from '../../graph/index.ts';
import { type Inputs, areInMemory } from '../../models/index.ts';
import { fileError } from '../readers/bytes.ts';
import { formOf, type OwnRows } from './file.ts';
import { readPictures } from './pictures/folder.ts';
import { isStrict, type LeftOut, listingOf, tellUnused, type Tolerance } from './pictures/listing.ts';
import { readRowsBySchema } from './read.ts';
import { inputsOfArray, joined as joinedStreams } from './stream/inputs.ts';
import type { Streaming } from './stream/setting.ts';

export interface OwnInputs {
  readonly count: number;
  /** of one example */
  readonly shape: readonly number[];
  /** [count, ...shape], encoded */
  readonly inputs: Inputs;
  /** encoded, as those of a data set; null unless all files have them, complete */
  readonly targets: Int32Array | Float32Array | null;
  /** one per row: `file.csv[3]`, counted from 0, or the picture's path */
  readonly names: readonly string[];
  /** pictures that could not be read */
  readonly leftOut: readonly LeftOut[];
}

interface Piece {
  readonly inputs: Inputs;
  readonly targets: Int32Array | Float32Array | null;
  readonly names: readonly string[];
}

export interface InputOptions extends Tolerance {
  /** whether inputs in HDF5 or .npy files stay there; default: auto */
  readonly stream?: Streaming;
}

/**
 * Reads files of the form that a run was trained on: tables with its columns in any order, with or without the targets,
 * arrays, pictures or folders of them. No row is left out; of several pictures, those that cannot be read are, and told.
 * @throws DataError naming the file, what was got, what was expected and what to do
 */
export async function readOwnInputs(
  paths: readonly string[],
  schema: DataSchema,
  options: InputOptions = {},
): Promise<OwnInputs> {
  if (paths.length === 0) throw new UsageError('no file to predict for', { remedy: 'Give one at least' });
  const { pieces, leftOut } = await readPieces(paths, schema, options);
  const names = pieces.flatMap((piece) => piece.names);
  const targets = pieces.map((piece) => piece.targets).filter((own) => own !== null);
  return {
    count: names.length,
    shape: schema.input.shape,
    inputs: joinedInputsOf(pieces, sizeOf(schema.input.shape)),
    targets: targets.length === pieces.length ? joined(targets) : null,
    names,
    leftOut,
  };
}

/** Pieces in the order of the paths; pictures that stand side by side are one piece, so that one that is bad is left out. */
async function readPieces(paths: readonly string[], schema: DataSchema, options: InputOptions) {
  const pieces: Piece[] = [];
  const leftOut: LeftOut[] = [];
  let waiting: { readonly name: string; readonly pictures: string[] } | null = null;
  const readWaiting = async (): Promise<void> => {
    if (waiting === null) return;
    const { name, pictures } = waiting;
    waiting = null;
    const isOne = pictures.length === 1;
    const read = await readPictures(name, pictures, schema.input.shape, {
      ...options,
      // A single picture is read, or its fault is the answer.
      strict: isStrict(options) || (isOne && paths.length === 1),
    });
    leftOut.push(...read.leftOut);
    pieces.push({ inputs: read.data, targets: null, names: read.paths });
  };
  for (const path of paths) {
    const pictures = schema.input.columns === null ? picturesAt(path, options.onWarning) : [];
    if (pictures.length > 0) {
      waiting ??= { name: path, pictures: [] };
      waiting.pictures.push(...pictures);
      continue;
    }
    await readWaiting();
    pieces.push(await readPiece(path, schema, options));
  }
  await readWaiting();
  return { pieces, leftOut };
}

async function readPiece(
  path: string,
  schema: DataSchema,
  { stream = 'auto', ...tolerance }: InputOptions,
): Promise<Piece> {
  const rows = await readRowsBySchema(path, schema, { ...tolerance, needsTargets: false, stream });
  const { inputs } = rows;
  const nameOf = (row: number): string => {
    const place = inputs.kind === 'array' ? inputs.array.places : null;
    return place?.unit === 'picture' ? String(place.of(row)) : `${path}[${row}]`;
  };
  const used = inputs.kind === 'table' ? rowsOfTable(inputs.table, schema) : finiteRows(inputs.array, false);
  return {
    inputs:
      inputs.kind === 'table'
        ? encodeTableInputs(inputs.table, used, schema.input)
        : inputsOfArray(inputs.array, shared(used), schema.input),
    targets: targetsOf(rows, used, schema),
    names: Array.from(used, nameOf),
  };
}

/** All rows; what is missing in an input is filled in where the run does so. */
function rowsOfTable(table: Table, { input }: DataSchema): Int32Array {
  const names = new Set((input.columns ?? []).map((column) => column.name));
  const inputs = { ...table, columns: table.columns.filter((column) => names.has(column.name)) };
  const policy = input.missing === 'mean' ? 'mean' : 'error';
  return usableRows(inputs, names, policy, 'Fill them in, or train with missing: mean');
}

/** Null where targets are not there, or not in every row: a prediction does not need them. */
function targetsOf({ targets }: OwnRows, rows: Int32Array, { target }: DataSchema): Int32Array | Float32Array | null {
  if (targets === null) return null;
  const own = { ...targets, columns: targets.columns.filter((column) => target.names.includes(column.name)) };
  const complete = usableRows(own, new Set(), 'drop');
  return complete.length === targets.count ? encodeTargets(own, rows, target) : null;
}

/** A picture, or those that lie in a folder without folders of classes. */
function picturesAt(path: string, warn: Tolerance['onWarning']): readonly string[] {
  try {
    if (statSync(path).isDirectory()) {
      const { pictures, others } = listingOf(path);
      if (pictures.length > 0) tellUnused(path, others, warn);
      return pictures;
    }
  } catch (cause) {
    throw fileError(path, cause);
  }
  return formOf(path).kind === 'picture' ? [path] : [];
}

/** In memory, unless a part of them is not. */
function joinedInputsOf(pieces: readonly Piece[], size: number): Inputs {
  const parts = pieces.map((piece) => piece.inputs);
  const held = parts.filter(areInMemory);
  if (held.length === parts.length) return joined(held);
  return parts.length === 1 ? parts[0] : joinedStreams(parts, size);
}

/** Where threads see them, too. */
function shared(rows: Int32Array): Int32Array {
  const own = new Int32Array(sharedBuffer('the rows', 4 * rows.length));
  own.set(rows);
  return own;
}

function joined<T extends Uint8Array | Float32Array | Int32Array>(parts: readonly T[]): T;
function joined(parts: readonly (Uint8Array | Float32Array | Int32Array)[]): Uint8Array | Float32Array | Int32Array {
  if (parts.length === 1) return parts[0];
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const buffer = sharedBuffer('what to predict for', length * parts[0].BYTES_PER_ELEMENT);
  const kind = parts[0];
  const all =
    kind instanceof Uint8Array
      ? new Uint8Array(buffer)
      : kind instanceof Int32Array
        ? new Int32Array(buffer)
        : new Float32Array(buffer);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
