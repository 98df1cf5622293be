/** The rows of an array of numbers, wherever they lie: in memory, or in a file that is larger. */
import { sizeOf } from '../graph/index.ts';
import type { RowPlaces } from './table.ts';

/** A view of the elements of a file, in the file's own type. */
export type Numbers =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** Numbers that stay in their file. */
export interface StoredNumbers {
  /** bytes: unsigned ones, which may be pixels */
  readonly kind: NumberKind;
  /**
   * The elements of rows that follow each other, in the file's own type; they stay until others are read.
   * @throws DataError where they cannot be read
   */
  read(first: number, count: number): Numbers;
}

export type NumberKind = 'bytes' | 'integers' | 'reals';

export interface NumberArray {
  /** for messages: the file, or the array in it */
  readonly name: string;
  /** its name in the file; null where it is the file's only one, or pictures */
  readonly array: string | null;
  /** [count, ...] */
  readonly shape: readonly number[];
  readonly data: Numbers | StoredNumbers;
  readonly places: RowPlaces;
}

export function areStored(data: Numbers | StoredNumbers): data is StoredNumbers {
  return !ArrayBuffer.isView(data);
}

export function kindOfNumbers(data: Numbers | StoredNumbers): NumberKind {
  if (areStored(data)) return data.kind;
  if (data instanceof Uint8Array) return 'bytes';
  return data instanceof Float32Array || data instanceof Float64Array ? 'reals' : 'integers';
}

/** Elements that are read at once, at most, as far as a row has no more. */
const blockElements = 2 ** 20;

/** How many rows are read at once. */
export function rowsAtOnce(rowSize: number): number {
  return Math.max(1, Math.floor(blockElements / Math.max(1, rowSize)));
}

/** @param from where the row starts in `numbers` */
export type RowVisitor = (numbers: Numbers, from: number, row: number) => void;

/**
 * Visits rows in the order given. Where they ascend, a file is read once, from its start to its end, in blocks.
 * @param rows places in the array; null: all
 */
export function eachRow({ shape, data }: NumberArray, rows: Int32Array | null, visit: RowVisitor): void {
  const [total = 0, ...own] = shape;
  const size = sizeOf(own);
  const count = rows?.length ?? total;
  if (!areStored(data)) {
    for (let i = 0; i < count; i++) {
      const row = rows === null ? i : rows[i];
      visit(data, row * size, row);
    }
    return;
  }
  let [first, end] = [0, 0];
  let block: Numbers = new Uint8Array(0);
  for (let i = 0; i < count; i++) {
    const row = rows === null ? i : rows[i];
    if (row < first || row >= end) {
      first = row;
      end = Math.min(total, row + rowsAtOnce(size));
      block = data.read(first, end - first);
    }
    visit(block, (row - first) * size, row);
  }
}
