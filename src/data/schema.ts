/** What is learned from the training part of a user's rows, and what becomes of them: plain JSON and plain arrays. */
import type { ArrayExamples } from './examples.ts';

/** What the targets are: one of several classes, real numbers, or counts 0, 1, 2, ... */
export type TargetKind = 'classes' | 'reals' | 'counts';

/** What happens to rows with missing cells: they are an error, are left out, or get the mean of the training part. */
export type MissingPolicy = 'error' | 'drop' | 'mean';

/** How a column of a table becomes inputs: a number is one input, a text with levels one indicator per level. */
export type ColumnEncoding =
  | { readonly name: string; readonly kind: 'number' /** of the training part */; readonly mean: number }
  | { readonly name: string; readonly kind: 'levels' /** sorted */; readonly levels: readonly string[] };

export interface InputSchema {
  /** of one example; a table: [inputs] */
  readonly shape: readonly number[];
  readonly dtype: 'u8' | 'f32';
  /** how a table's columns are encoded, in the order of the inputs; null for arrays and pictures */
  readonly columns: readonly ColumnEncoding[] | null;
  /** columns of the training file that are neither inputs nor targets: other files may have them too */
  readonly unused: readonly string[];
  /** the array of an .npz or HDF5 file; null for tables, pictures and .npy */
  readonly array: string | null;
  /** 'mean': missing cells of inputs become the mean of the training part, in later files too */
  readonly missing: MissingPolicy;
  /** (x - shift) / scale, per input of a table or per channel of an array; f32 only, null: as they are */
  readonly shift: readonly number[] | null;
  readonly scale: readonly number[] | null;
}

export interface TargetSchema {
  readonly names: readonly string[];
  readonly kind: TargetKind;
  /** names in the order of their numbers; null unless kind is 'classes' */
  readonly classes: readonly string[] | null;
  /** reals: (y - shift) / scale, in the order of `names`; null: as they are */
  readonly shift: readonly number[] | null;
  readonly scale: readonly number[] | null;
}

/** Everything that turns a user's rows into what a network gets, learned from the training part alone. */
export interface DataSchema {
  readonly input: InputSchema;
  readonly target: TargetSchema;
}

/** Examples of a user's own, in the order of their file. */
export interface RowExamples extends ArrayExamples {
  /** [count], place of each in its file, from 0 */
  readonly rows: Int32Array;
}
