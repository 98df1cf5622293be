/** Inputs of a user's own, as a trained network takes them. */
import { type ImageShape, resizedImages } from '../data/index.ts';
import {
  type DatasetName,
  type InputImages,
  type Streaming,
  datasetNames,
  definitionOf,
  loadDataset,
  readInputImages,
  readOwnInputs,
} from '../datasets/index.ts';
import { DataError, UsageError } from '../errors/index.ts';
import type { PredictionInputs } from '../inference/index.ts';
import type { DataInfo } from './info.ts';
import type { Watch } from './watch.ts';

export interface ReadInputs extends PredictionInputs {
  /** one per example */
  readonly names: readonly string[];
  readonly leftOut: InputImages['leftOut'];
}

export interface ReadOptions {
  readonly onWarning: (line: string) => void;
  readonly strict: boolean;
  readonly stream: Streaming;
}

/** Files as `predict` reads them: rows by the schema of the run, or images of its shape. */
export async function readInputs(
  paths: readonly string[],
  { schema, input }: DataInfo,
  options: ReadOptions,
): Promise<ReadInputs> {
  if (schema !== null) {
    const { count, inputs, names, leftOut } = await readOwnInputs(paths, schema, options);
    return { count, inputs, names, leftOut };
  }
  const { count, images: inputs, names, leftOut } = await readInputImages(paths, imageShapeOf(input.shape), options);
  return { count, inputs, names, leftOut };
}

function imageShapeOf(shape: readonly number[]): ImageShape {
  const [height = 1, width = 1, channels = 1] = shape;
  return [height, width, channels];
}

export interface OtherData {
  /** a data set that is known by name, or a path of files as `predict` takes them */
  readonly data: string;
  /** scale pictures, and give them the network's channels, where they have others */
  readonly resize: boolean;
}

/**
 * Inputs of data of another kind than a run was trained on: the test part of a set that is known by name, or files of the
 * user's own.
 * @param own the name of the run's set
 * @throws DataError where they have another shape than the network takes, or there are none
 * @throws UsageError where the data are the run's own, or cannot be scaled
 */
export async function readOtherData(
  { data, resize }: OtherData,
  info: DataInfo,
  own: string,
  options: ReadOptions & { readonly watch: Pick<Watch, 'fetching' | 'note'> },
): Promise<PredictionInputs> {
  const { dtype, shape } = info.input;
  const areImages = dtype === 'u8' && (shape.length === 2 || shape.length === 3);
  const name = datasetNames.find((known) => known === data);
  if (resize && !areImages) {
    throw new UsageError('--resize is for pictures', { got: `examples of ${shape.join('x')} numbers` });
  }
  if (name === undefined) {
    if (info.schema === null && !areImages) throw notTaken(data, shape);
    if (resize) {
      const { count, images } = await readInputImages([data], imageShapeOf(shape), { ...options, resize });
      return { count, inputs: images };
    }
    const { count, inputs } = await readInputs([data], info, options);
    return { count, inputs };
  }
  if (name === own) {
    throw new UsageError(`${name} is what the run was trained on`, {
      expected: `${datasetNames.filter((other) => other !== own).join(', ')}, or a path`,
      remedy: 'Give data that it does not know',
    });
  }
  if (!areImages) throw notTaken(data, shape);
  return namedImages(name, imageShapeOf(shape), resize, options.watch);
}

async function namedImages(
  name: DatasetName,
  shape: ImageShape,
  resize: boolean,
  { fetching, note }: Pick<Watch, 'fetching' | 'note'>,
): Promise<PredictionInputs> {
  const { height, width, channels } = definitionOf({ name });
  const own: ImageShape = [height, width, channels];
  const isSame = own.every((length, i) => length === shape[i]);
  // before it is fetched
  if (!isSame && !resize) {
    throw new DataError(`${name} does not have the shape that the network takes`, {
      got: own.join('x'),
      expected: shape.join('x'),
      remedy: 'Give --resize to scale it, and to make colour grey or grey colour',
    });
  }
  const { test } = await loadDataset({ name, path: null, onProgress: fetching, onWarning: note });
  const { count, images } = test;
  return { count, inputs: isSame ? images : resizedImages(images, count, own, shape) };
}

function notTaken(data: string, shape: readonly number[]): DataError {
  return new DataError(`${data} cannot be given to this network`, {
    got: 'images',
    expected: `examples of ${shape.join('x')} numbers, as the run was trained on`,
  });
}
