import type { ImageSet } from '../data/index.ts';

export type DatasetName = 'mnist' | 'fashion-mnist' | 'cifar10' | 'cifar100';

/** CIFAR-100 has two: its 100 classes, and the 20 superclasses that they belong to. */
export type Labels = 'fine' | 'coarse';

/**
 * `train` and `test` are read from disk when they are first asked for, then kept: training starts without the test set,
 * an evaluation never holds the training set. Both may therefore throw DataError.
 */
export interface ImageDataset {
  readonly name: DatasetName;
  readonly classes: number;
  readonly train: ImageSet;
  readonly test: ImageSet;
  /** where it is read from, for people */
  readonly source: string;
}

/** What a data set must be. One of these stands in each file of sets/. */
export interface DatasetDefinition {
  readonly name: DatasetName;
  /** as people write it, for messages */
  readonly title: string;
  readonly classes: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** for messages: the files that hold it beside IDX and .npz */
  readonly otherForms?: string;
  /** folders within a given one in which other libraries keep it */
  readonly folders?: readonly string[];
}

/** What happens while a data set is fetched; `bytes` of `totalBytes` are done. */
export interface FetchProgress {
  readonly stage: 'download' | 'unpack' | 'convert';
  readonly bytes: number;
  readonly totalBytes: number;
}

export interface LoadOptions {
  readonly name: DatasetName;
  /** a file or folder; null takes the data set's own source */
  readonly path: string | null;
  /** default: fine; only CIFAR-100 has others */
  readonly labels?: Labels;
  readonly onProgress?: (progress: FetchProgress) => void;
  /** fetch nothing: a set that is not here is an error */
  readonly offline?: boolean;
  /** what is odd but no error, one line */
  readonly onWarning?: (message: string) => void;
}
