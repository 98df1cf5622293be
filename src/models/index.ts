import { UsageError } from '../errors/index.ts';
import { mnistModels } from './mnist.ts';
import type { Model } from './model.ts';

export {
  type ForwardGraph,
  type Model,
  type ParameterDeclaration,
  type PosteriorDeclaration,
  buildModel,
} from './model.ts';

/** Names of all models. */
export const modelNames: readonly string[] = mnistModels.map(({ name }) => name);

/**
 * The model of a name.
 * @throws UsageError listing the names
 */
export function modelOf(name: string): Model {
  const model = mnistModels.find((candidate) => candidate.name === name);
  if (!model) throw new UsageError('unknown model', { got: name, expected: modelNames.join(', ') });
  return model;
}
