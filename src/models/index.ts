import { UsageError } from '../errors/index.ts';
import { cifarModels } from './cifar.ts';
import { mnistModels } from './mnist.ts';
import type { Model } from './model.ts';

export {
  type ForwardGraph,
  type Model,
  type ParameterDeclaration,
  type PosteriorDeclaration,
  buildModel,
} from './model.ts';

const models: readonly Model[] = [...mnistModels, ...cifarModels];

/** Names of all models. */
export const modelNames: readonly string[] = models.map(({ name }) => name);

/**
 * The model of a name.
 * @throws UsageError listing the names
 */
export function modelOf(name: string): Model {
  const model = models.find((candidate) => candidate.name === name);
  if (!model) throw new UsageError('unknown model', { got: name, expected: modelNames.join(', ') });
  return model;
}
