/** Reads files of gravitational waves: those that `write.ts` makes, and those of the system that credence succeeds. */
import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  type DataSchema,
  type Table,
  columnOfCells,
  encodeTargets,
  finiteRows,
  fitTargets,
  sharedBuffer,
} from '../../data/index.ts';
import { DataError } from '../../errors/index.ts';
import { signalTargets, usualTargets, windowLength, windowShape } from '../../gravitation/index.ts';
import type { Inputs } from '../../models/index.ts';
import { type ArrayFile, indices } from '../own/arrays/array-file.ts';
import { inputArray } from '../own/arrays/input-array.ts';
import { formOf, sha256Of } from '../own/file.ts';
import { inputsOfArray, joined } from '../own/stream/inputs.ts';
import type { Streaming } from '../own/stream/setting.ts';
import { type SignalFile, testFile, trainingFiles } from './layout.ts';

export interface SignalReading {
  readonly stream: Streaming;
  readonly onWarning?: (line: string) => void;
}

/** Windows of a file and their labels. */
export interface StoredSignals {
  readonly count: number;
  /** its windows from one to another, [end - first, 8192, 1] */
  rows(first: number, end: number): Inputs;
  /** [count, 5], as `signalTargets` */
  readonly labels: Float64Array;
  /** of the file's bytes */
  readonly sha256: string;
}

const kinds = [
  { data: 'train_data', label: 'train_label' },
  { data: 'test_data', label: 'test_label' },
] as const;

export interface SignalFiles {
  readonly train: readonly string[];
  readonly test: string | null;
}

/**
 * The files of a folder, from loud to faint, and the one to test on; or a file alone, which is to test on.
 * @returns null where it is neither: no file has such a name
 */
export function signalFilesAt(path: string): SignalFiles | null {
  if (!(statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false)) {
    return /^SNR_interval_.*\.h5$/.test(basename(path)) ? { train: [], test: path } : null;
  }
  const there = ({ name }: SignalFile) => existsSync(join(path, name));
  const train = trainingFiles.filter(there).map(({ name }) => join(path, name));
  const test = there(testFile) ? join(path, testFile.name) : null;
  return train.length === 0 && test === null ? null : { train, test };
}

/**
 * @throws DataError where the file is none, or damaged, holds other arrays or shapes than it should, or numbers that are not
 * finite
 */
export async function readSignalFile(path: string, { stream, onWarning }: SignalReading): Promise<StoredSignals> {
  const form = formOf(path);
  if (form.kind !== 'arrays')
    throw new DataError(`${path} is no HDF5 file`, { expected: 'arrays of windows and labels' });
  const sha256 = await sha256Of(path, form);
  return form.open(path, async (file) => {
    const names = kinds.find(({ data, label }) => file.names.includes(data) && file.names.includes(label));
    if (names === undefined) {
      throw new DataError(`${path} has not the arrays of gravitational waves`, {
        got: file.names.slice(0, 8).join(', '),
        expected: kinds.map(({ data, label }) => `${data} and ${label}`).join(', or '),
      });
    }
    const count = await countOf(file, names);
    const labels = await labelsOf(file, names.label, count);
    warnOfUnits(`${path}, ${names.label}`, labels, count, onWarning);
    const array = await inputArray(file, names.data, stream);
    // one detector
    const windows = { ...array, shape: [count, ...windowShape] };
    finiteRows(windows, false);
    const rows = (first: number, end: number): Inputs => {
      const places = new Int32Array(sharedBuffer('the rows', 4 * (end - first)));
      for (let i = 0; i < places.length; i++) places[i] = first + i;
      return inputsOfArray(windows, places, inputSchema);
    };
    return { count, rows, labels, sha256 };
  });
}

/** @throws DataError for other shapes */
async function countOf(file: ArrayFile, { data, label }: Pick<SignalFile, 'data' | 'label'>): Promise<number> {
  const shapes = { [data]: await file.shape(data), [label]: await file.shape(label) };
  const [count = 0] = shapes[data]!;
  const expected = { [data]: [count, windowLength], [label]: [count, signalTargets.length] };
  for (const name of [data, label]) {
    if (count > 0 && shapes[name]!.join() === expected[name]!.join()) continue;
    throw new DataError(`${file.name}, ${name} is not as gravitational waves are`, {
      got: `shape ${shapes[name]!.join('x')}`,
      expected: name === data ? `N x ${windowLength} samples` : `${count} x ${signalTargets.join(', ')}`,
    });
  }
  return count;
}

async function labelsOf(file: ArrayFile, name: string, count: number): Promise<Float64Array> {
  const own = await file.read(name);
  if (own.kind === 'texts') throw new DataError(`${file.name}, ${name} holds texts`, { expected: 'numbers' });
  finiteRows({ name: `${file.name}, ${name}`, array: name, shape: own.shape, data: own.data, places: indices }, false);
  const labels = new Float64Array(count * signalTargets.length);
  labels.set(own.data);
  return labels;
}

/** What black holes of stars can be, and a column in other units is not: generous on both sides. */
const usual: Readonly<Record<(typeof signalTargets)[number], readonly [least: number, most: number, unit: string]>> = {
  mass1: [1, 500, 'solar masses'],
  mass2: [1, 500, 'solar masses'],
  finalSpin: [-1, 1, 'a number from -1 to 1'],
  omegaReal: [0.2, 1, 'units of one over the final mass'],
  omegaImaginary: [0.02, 0.2, 'units of one over the final mass'],
};

function warnOfUnits(title: string, labels: Float64Array, count: number, warn: SignalReading['onWarning']): void {
  for (const [column, name] of signalTargets.entries()) {
    const [least, most, unit] = usual[name];
    let outside = 0;
    let first = 0;
    for (let i = 0; i < count; i++) {
      const value = labels[i * signalTargets.length + column]!;
      if (value >= least && value <= most) continue;
      if (outside++ === 0) first = value;
    }
    if (outside > 0) {
      warn?.(
        `${title}: column ${column}, ${name}, is outside of ${least} to ${most} in ${outside} of ${count} rows, such as ${first}: expected ${unit}`,
      );
    }
  }
}

/** Windows are as they are to be seen. */
const inputSchema: DataSchema['input'] = {
  ...{ shape: windowShape, dtype: 'f32', columns: null, unused: [], array: 'train_data', missing: 'error' },
  ...{ shift: null, scale: null },
};

/**
 * Of signals to train on: final spin and ringdown are to be learnt.
 * @param name for messages
 * @param labels [count, 5], as `signalTargets`
 * @throws DataError where there are too few to standardise by
 */
export function signalSchema(name: string, labels: Float64Array, standardize: boolean): DataSchema {
  const table = labelTable(name, labels);
  const target = fitTargets(table, allRows(table.count), { names: usualTargets, task: 'reals', standardize });
  return { input: inputSchema, target };
}

/** [count, targets] of a schema. */
export function signalTargetsOf(labels: Float64Array, schema: DataSchema): Float32Array | Int32Array {
  const table = labelTable('labels of gravitational waves', labels);
  return encodeTargets(table, allRows(table.count), schema.target);
}

/** As those of other data are. */
function labelTable(name: string, labels: Float64Array): Table {
  const width = signalTargets.length;
  const count = labels.length / width;
  const columns = signalTargets.map((target, column) =>
    columnOfCells(target, count, (i) => labels[i * width + column]),
  );
  return { name, count, columns, places: { unit: 'index', of: (row) => row } };
}

function allRows(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => i);
}

/** Windows and labels of several files, one behind the other. */
export function joinedSignals(files: readonly StoredSignals[]): {
  readonly inputs: Inputs;
  readonly labels: Float64Array;
} {
  const parts = files.map(({ rows, count }) => rows(0, count));
  const labels = new Float64Array(files.reduce((sum, file) => sum + file.labels.length, 0));
  let at = 0;
  for (const file of files) {
    labels.set(file.labels, at);
    at += file.labels.length;
  }
  return { inputs: parts.length === 1 ? parts[0]! : joined(parts, windowLength), labels };
}
