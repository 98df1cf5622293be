/** From the `model` of a configuration to a model: the one place where a name becomes a network. */
import { UsageError, suggestion } from '../errors/index.ts';
import type { Predictive } from '../likelihoods/index.ts';
import {
  type DescribedModel,
  type Model,
  isModulePath,
  layersOf,
  likelihoodOf,
  nameOf,
  networkOf,
  usualLikelihood,
} from '../models/index.ts';
import type { DataInfo } from './info.ts';
import { modelOfModule } from './module.ts';

/**
 * @throws UsageError where there is no such model, or its description is wrong, naming the place
 * @throws ShapeError where a layer does not fit the data, once it is built
 */
export async function modelFor(model: DescribedModel, info: DataInfo): Promise<Model<Predictive>> {
  if (typeof model === 'string') return isModulePath(model) ? modelOfModule(model, info) : namedModel(model, info);
  return describedModel(model, info);
}

/** @throws UsageError listing the names */
export function namedModel(name: string, info: DataInfo, likelihood: unknown = null): Model<Predictive> {
  const network = networkOf(name);
  const chosen = likelihoodOf(likelihood ?? usualLikelihood(name), info.targets, 'model.likelihood');
  return { name, input: info.input, network: network(chosen.outputs), likelihood: chosen, units: info.units };
}

const keys = ['name', 'layers', 'likelihood'];

function describedModel(model: Exclude<DescribedModel, string>, info: DataInfo): Model<Predictive> {
  const unknown = Object.keys(model).find((key) => !keys.includes(key));
  if (unknown !== undefined) {
    const remedy = suggestion(unknown, keys);
    throw new UsageError(`model.${unknown}: unknown`, {
      expected: `one of ${keys.join(', ')}`,
      ...(remedy && { remedy }),
    });
  }
  const { name, layers, likelihood } = model;
  if (layers === undefined) {
    if (typeof name === 'string') return namedModel(name, info, likelihood);
    throw new UsageError('model says no network', { expected: 'model.layers, or model.name' });
  }
  const network = layersOf(layers, 'model.layers');
  const chosen = likelihoodOf(likelihood, info.targets, 'model.likelihood');
  return { name: nameOf(model), input: info.input, network, likelihood: chosen, units: info.units };
}
