/** Files of named arrays, .npz, .npy and HDF5, as one: which array is what, by its name. */
import type { Numbers, RowPlaces, Table, TableColumn } from '../../../data/index.ts';
import { columnOfCells } from '../../../data/index.ts';
import { DataError, suggestion, UsageError } from '../../../errors/index.ts';
import { sizeOf } from '../../../graph/index.ts';
import { shortList } from '../names.ts';
import type { ArrayPlace } from '../stream/place.ts';

export type FileArray =
  | { readonly kind: 'numbers'; readonly shape: readonly number[]; readonly data: Numbers; readonly isBoolean: boolean }
  | { readonly kind: 'texts'; readonly shape: readonly number[]; readonly texts: readonly string[] };

export interface ArrayFile {
  /** for messages: its path */
  readonly name: string;
  /** of the arrays; one, the empty text, where the file is an array */
  readonly names: readonly string[];
  /** What an array declares, without reading it; throws as `read` does. */
  shape(array: string): readonly number[] | Promise<readonly number[]>;
  /** @throws DataError where it is damaged, or of a type that is not read */
  read(array: string): FileArray | Promise<FileArray>;
  /** Where its elements are to be had row by row, and nothing is read yet; null: they have to be read at once. */
  placeOf?(array: string): ArrayPlace | null | Promise<ArrayPlace | null>;
}

/** Names under which arrays hold inputs and targets, where none is named; case does not count. */
const inputNames = ['x', 'inputs', 'data', 'images'];
const targetNames = ['y', 'labels', 'target', 'targets'];

/** Rows of arrays are counted as in NumPy. */
export const indices: RowPlaces = { unit: 'index', of: (row) => row };

/**
 * @returns names of the arrays with the targets, and of the one with the inputs
 * @throws UsageError where an array is not there, or it is not clear which is meant
 */
export function chooseArrays(
  { name, names }: ArrayFile,
  target: string | readonly string[] | null,
  inputs: readonly string[] | null,
  weights: string | null = null,
): { readonly targets: readonly string[]; readonly input: string } {
  if (names.length === 1) {
    throw new UsageError(`${name} holds a single array`, {
      got: names[0] || 'one without a name',
      expected: 'inputs and targets',
      remedy:
        'Save both in one file, numpy.savez(file, x=inputs, y=targets), or as x.npy and y.npy in a folder of their own',
    });
  }
  const byName = targetNames.flatMap((wanted) => names.filter((other) => other.toLowerCase() === wanted)).slice(0, 1);
  const targets = target === null ? byName : typeof target === 'string' ? [target] : target;
  if (targets.length === 0) {
    throw new UsageError(`${name} does not say which array holds the targets`, {
      got: shortList(names),
      expected: `one named ${targetNames.join(', ')}`,
      remedy: 'Name one of these as the target',
    });
  }
  if (inputs !== null && inputs.length !== 1) {
    throw new UsageError(`inputs of ${name} are one array`, { got: inputs.join(', ') || 'none', expected: 'one name' });
  }
  const rest = names.filter((other) => !targets.includes(other) && other !== weights);
  const usual = inputNames.flatMap((wanted) => rest.filter((other) => other.toLowerCase() === wanted))[0];
  const input = inputs?.[0] ?? usual ?? (rest.length === 1 ? rest[0] : undefined);
  for (const wanted of [...targets, input, weights]) if (typeof wanted === 'string') checkArray(name, wanted, names);
  if (input === undefined || targets.includes(input)) {
    throw new UsageError(`${name} does not say which array holds the inputs`, {
      got: shortList(rest) || 'none beside the targets',
      expected: `one named ${inputNames.join(', ')}, or the only one beside the targets`,
      remedy: 'Name one of these as the inputs',
    });
  }
  return { targets, input };
}

function checkArray(file: string, wanted: string, names: readonly string[]): void {
  if (names.includes(wanted)) return;
  throw new UsageError(`${file} has no array ${wanted}`, {
    expected: `one of ${shortList(names)}`,
    remedy: suggestion(wanted, names),
  });
}

/**
 * Holds the shapes of the arrays against each other, before one is read.
 * @throws DataError where there are more targets than inputs, or fewer
 */
export async function checkCounts(file: ArrayFile, input: string, targets: readonly string[]): Promise<void> {
  const shape = await file.shape(input);
  const [count = 0] = shape;
  // Without examples there is more to say, where they are read.
  if (shape.includes(0)) return;
  for (const array of targets) checkTargets(titleOf(file, array), await file.shape(array), count);
}

function checkTargets(name: string, shape: readonly number[], count: number): void {
  if (shape.length > 0 && shape.length <= 2 && shape[0] === count) return;
  throw new DataError(`${name} does not hold one target per example`, {
    got: `shape ${shape.slice(0, 8).join('x') || 'of a single number'}`,
    expected: `${count}, as there are inputs, or ${count} x targets`,
  });
}

/**
 * Weights as a table of one column.
 * @throws DataError where there is not one for each example
 */
export async function weightTable(file: ArrayFile, array: string, count: number): Promise<Table> {
  const { shape } = await file.read(array);
  if (shape[0] === count && sizeOf(shape) === count) return targetTable(file, [array], count);
  throw new DataError(`${titleOf(file, array)} does not hold one weight per example`, {
    got: `shape ${shape.join('x') || 'of a single number'}`,
    expected: `${count}, as there are inputs`,
  });
}

/**
 * Targets as a table: an array [N] or [N, 1] is a column of its name, [N, W] are columns name[0], name[1], ...
 * @param count of the inputs
 * @throws DataError where there are more targets than inputs, or fewer
 */
export async function targetTable(file: ArrayFile, arrays: readonly string[], count: number): Promise<Table> {
  const columns: TableColumn[] = [];
  for (const array of arrays) {
    const own = await file.read(array);
    checkTargets(titleOf(file, array), own.shape, count);
    const [, width = 1] = own.shape;
    for (let j = 0; j < width; j++) {
      const name = width === 1 ? array : `${array}[${j}]`;
      const column = columnOfCells(name, count, (row) => {
        const place = row * width + j;
        if (own.kind === 'texts') return own.texts[place];
        return own.isBoolean ? own.data[place] !== 0 : own.data[place];
      });
      columns.push(column);
    }
  }
  return { name: file.name, count, columns, places: indices };
}

export function titleOf({ name }: ArrayFile, array: string): string {
  return array === '' ? name : `${name}, ${array}`;
}
