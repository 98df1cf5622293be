/**
 * What a run is about, resolved once: its data, and the model that fits them. Everything behind it gets values and asks for
 * no name again.
 */
import type { ArrayExamples } from '../data/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { Predictive } from '../likelihoods/index.ts';
import type { Model } from '../models/index.ts';
import type { RunConfiguration } from '../train/index.ts';
import type { DataInfo } from './info.ts';
import type { Watch } from './watch.ts';

export interface Experiment {
  readonly configuration: RunConfiguration;
  readonly model: Model<Predictive>;
  readonly data: ExperimentData;
  /** what the model declares, in the order of every region of memory */
  readonly parameters: readonly Tensor[];
  /** whether a draw differs from the next */
  readonly isBayesian: boolean;
  /** of the module that the model is from; null: it is from none */
  readonly moduleSha256: string | null;
}

/** Examples of an experiment; what is not there yet is read when it is first asked for. */
export interface ExperimentData {
  /** where they are from, for people */
  readonly source: string;
  /** of the file that they are from; null for sets of images that are known by name */
  readonly sha256: string | null;
  /** sha256 of all that is trained and tested on; of images every byte is looked at */
  digest(): string;
  readonly info: DataInfo;
  readonly train: ArrayExamples;
  /** null: none is held out */
  readonly validation: ArrayExamples | null;
  readonly test: ArrayExamples | null;
  /** of gravitational waves that are made: how loud each of the test part is */
  readonly loudness?: Float64Array;
  /** a line for people who know the field */
  readonly about?: string;
}

/** Whom loading tells how it goes. */
export type Loading = Pick<Watch, 'fetching' | 'note'>;
