import type { MissingPolicy, TargetKind } from '../../data/index.ts';
import type { Streaming } from './stream/setting.ts';

/** `data` of a configuration, what concerns data of one's own. */
export interface OwnDataOptions {
  /** .csv or .tsv (.gz or not), .parquet, .npz, .h5 or .hdf5, a folder of .npy files, or one with a folder of pictures per class */
  readonly path: string;
  /** columns or arrays; null: the array y, labels or target, the folders of pictures */
  readonly target: string | readonly string[] | null;
  /** columns, or the one array; null: all other columns, the array x, inputs, data or images, or the only other one */
  readonly inputs: readonly string[] | null;
  /** a column or array: how much each row of the training part counts; null, unless given: each once */
  readonly weights?: string | null;
  /** a share, keyed by the seed; rows from 0; the path of a .json file with a list of them, or of another file like `path`; 0: none */
  readonly test: number | string | readonly number[];
  /** the same, taken from what is not test */
  readonly validation: number | string | readonly number[];
  /** inputs, and targets that are reals, to mean 0 and deviation 1 in the training part; pictures stay bytes */
  readonly standardize: boolean;
  readonly missing: MissingPolicy;
  /** auto: texts and truth values are classes, numbers are reals */
  readonly task: 'auto' | TargetKind;
  /** inputs from HDF5 or .npy files are read as batches ask for them; auto, unless given: where they are large */
  readonly stream?: Streaming;
  readonly seed: number;
  /** refuse all pictures where one cannot be read; default: where there is no onWarning */
  readonly strict?: boolean;
  readonly onWarning?: (line: string) => void;
}
