/** What a run on data of one's own does where it is not told: which data these are, and a network that suits them. */
import { existsSync, statSync } from 'node:fs';
import { npyFilesIn } from '../datasets/index.ts';
import { ownDataName } from '../train/index.ts';
import { type Layer, valueAt } from './configuration/index.ts';

export const dataFile = /\.(csv|tsv|parquet|npz|npy|h5|hdf5|gz)$/i;

/** Forms in which no set that is known by name comes. */
const ownFile = /\.(csv|tsv|parquet|h5|hdf5)(\.gz)?$/i;

/** Keys of `data` that only data of one's own have. */
const ownKeys = ['target', 'inputs', 'weights', 'test', 'validation', 'standardize', 'missing', 'stream', 'task'];

/**
 * What goes below the layers of a run on data of one's own: data that are said to have a target, or that come in a form of
 * theirs, are one's own without being called so. null: the data are none.
 */
export function ownDefaults(layers: readonly Layer[]): Layer | null {
  const said = (path: string) =>
    layers.map(({ values }) => valueAt(values, path)).findLast((value) => value !== undefined);
  const name = said('data.name');
  const path = said('data.path');
  const isOwn =
    name === undefined
      ? ownKeys.some((key) => said(`data.${key}`) !== undefined) || (typeof path === 'string' && ownFile.test(path))
      : name === ownDataName;
  if (!isOwn) return null;
  const isFolder = typeof path === 'string' && existsSync(path) && statSync(path).isDirectory();
  // a folder of .npy files is as one file of arrays
  const isOfPictures = isFolder && npyFilesIn(path).length === 0;
  return {
    values: {
      model: isOfPictures ? 'BNN_conv_flip' : 'BNN_table',
      data: { name: ownDataName },
      ...(isOfPictures ? {} : tableSettings),
    },
    label: (key) => key.join('.'),
  };
}

/**
 * What suits a table, of whatever size: chosen on validation rows of the regression benchmark (bench/RESULTS.md, section
 * "Tables"). An epoch is soon over, so the length of a run is told in steps. The posterior starts narrow: wide, it drowns
 * what little the first steps have learnt, and the KL then prunes units that are needed later. Two slices, so that two ranks
 * have something to share.
 */
export const tableSettings = {
  iteration: 100_000,
  batchSize: 32,
  slices: 2,
  learningRate: 0.003,
  learningRateDecay: 'cosine',
  initialScale: -6,
} as const;
