/**
 * What a run is about, resolved once: its data, and the model that fits them. Everything behind it gets values and asks for
 * no name again.
 */
import { type ArrayExamples, imageExamples, pixelMean } from '../data/index.ts';
import { type DatasetName, type LoadOptions, datasetNames, definitionOf, loadDataset } from '../datasets/index.ts';
import { UsageError } from '../errors/index.ts';
import { Graph, type Tensor } from '../graph/index.ts';
import type { Predictive } from '../likelihoods/index.ts';
import { type Model, declarationsOf } from '../models/index.ts';
import type { Checkpoint, RunConfiguration } from '../train/index.ts';
import { pixelMeanOf } from './encoding.ts';
import type { DataInfo } from './info.ts';
import { modelFor } from './model.ts';

export interface Experiment {
  readonly configuration: RunConfiguration;
  readonly model: Model<Predictive>;
  readonly data: ExperimentData;
  /** what the model declares, in the order of every region of memory */
  readonly parameters: readonly Tensor[];
  /** whether a draw differs from the next */
  readonly isBayesian: boolean;
}

/** Examples of an experiment; what is not there yet is read when it is first asked for. */
export interface ExperimentData {
  /** where they are from, for people */
  readonly source: string;
  readonly info: DataInfo;
  readonly train: ArrayExamples;
  /** null: none is held out */
  readonly validation: ArrayExamples | null;
  readonly test: ArrayExamples | null;
}

/**
 * @param checkpoint of a trained network, whose encoding of its inputs is taken; null: that of the training set is
 * @throws DataError where the data are not there or not what they should be
 * @throws UsageError where the model is not known
 * @throws ShapeError where it does not fit the data
 */
export async function experimentOf(
  configuration: RunConfiguration,
  checkpoint: Checkpoint | null,
  options: Pick<LoadOptions, 'onProgress' | 'onWarning'> = {},
): Promise<Experiment> {
  const data = await imageData(configuration, checkpoint, options);
  return { configuration, data, ...(await modelOf(configuration, data.info)) };
}

/** The model of a configuration, for data of this kind, and what it declares. */
export async function modelOf(
  configuration: RunConfiguration,
  info: DataInfo,
): Promise<Pick<Experiment, 'model' | 'parameters' | 'isBayesian'>> {
  const model = await modelFor(configuration.model, info);
  const { parameters, posteriors } = declarationsOf(model, new Graph());
  return { model, parameters: parameters.map(({ tensor }) => tensor), isBayesian: posteriors.length > 0 };
}

/** What a data set that is known by name is, without a look at its files. */
export function infoOf({ data }: Pick<RunConfiguration, 'data'>): DataInfo {
  const { height, width, channels, classes } = definitionOf(published(data));
  const names = Array.from({ length: classes }, (_, c) => String(c));
  return { input: { shape: [height, width, channels], dtype: 'u8' }, targets: { kind: 'classes', names }, units: null };
}

/** @throws UsageError where the name is none */
function published(data: RunConfiguration['data']): RunConfiguration['data'] & { readonly name: DatasetName } {
  const name = datasetNames.find((known) => known === data.name);
  if (name !== undefined) return { ...data, name };
  throw new UsageError(`data ${data.name}`, { expected: `one of ${datasetNames.join(', ')}` });
}

/** A data set of images that is known by name. */
async function imageData(
  configuration: RunConfiguration,
  checkpoint: Checkpoint | null,
  options: Pick<LoadOptions, 'onProgress' | 'onWarning'>,
): Promise<ExperimentData> {
  const { data } = configuration;
  const dataset = await loadDataset({ ...published(data), ...options });
  const info = infoOf(configuration);
  const shift = checkpoint ? pixelMeanOf(checkpoint) : data.subtractPixelMean ? pixelMean(dataset.train) : null;
  return {
    source: dataset.source,
    info: { ...info, input: { ...info.input, shift } },
    validation: null,
    get train() {
      return imageExamples(dataset.train);
    },
    get test() {
      return imageExamples(dataset.test);
    },
  };
}
