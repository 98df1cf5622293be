/** From a configuration to an experiment: names are asked for here, and nowhere behind. */
import { Graph, isNoise } from '../graph/index.ts';
import { type DescribedModel, declarationsOf, isModulePath } from '../models/index.ts';
import { type Checkpoint, type RunConfiguration, gravitationName, ownDataName } from '../train/index.ts';
import type { Experiment, Loading } from './experiment.ts';
import { assertFitsTargets } from './fit.ts';
import { gravitationData } from './gravitation.ts';
import { imageData } from './images.ts';
import type { DataInfo } from './info.ts';
import { modelFor } from './model.ts';
import { moduleSha256 } from './module.ts';
import { ownData } from './own-data.ts';

/**
 * @param checkpoint of a trained network, whose encoding of its inputs is taken; null: that of the training set is
 * @throws DataError where the data are not there or not what they should be
 * @throws UsageError where the model is not known
 * @throws ShapeError where it does not fit the data
 */
export async function experimentOf(
  configuration: RunConfiguration,
  checkpoint: Checkpoint | null,
  loading: Loading | null = null,
): Promise<Experiment> {
  const data = await readerOf(configuration)(configuration, checkpoint, loading);
  return { configuration, data, ...(await resolveModel(configuration.model, data.info)) };
}

function readerOf({ data: { name } }: RunConfiguration) {
  if (name === ownDataName) return ownData;
  return name === gravitationName ? gravitationData : imageData;
}

/** The model of a configuration, for data of this kind, and what it declares. */
export async function resolveModel(
  described: DescribedModel,
  info: DataInfo,
): Promise<Pick<Experiment, 'model' | 'parameters' | 'isBayesian' | 'moduleSha256'>> {
  const model = await modelFor(described, info);
  assertFitsTargets(model, info.targets);
  const graph = new Graph();
  const { parameters } = declarationsOf(model, graph);
  return {
    model,
    parameters: parameters.map(({ tensor }) => tensor),
    // what makes a draw of a prediction differ from the next: a posterior, or masks of dropout that go on
    isBayesian: graph.nodes.some(({ operation }) => isNoise(operation)),
    moduleSha256: typeof described === 'string' && isModulePath(described) ? moduleSha256(described) : null,
  };
}
