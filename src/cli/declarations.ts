import { Graph, type Tensor } from '../graph/index.ts';
import { buildModel, modelOf } from '../models/index.ts';

/** What a model declares, without anything being computed: its parameters, and whether their values have a posterior. */
export function declarationsOf(name: string): { readonly parameters: readonly Tensor[]; readonly isBayesian: boolean } {
  const model = modelOf(name);
  const graph = new Graph();
  const x = graph.input('x', [1, ...model.inputShape], 'f32');
  const { parameters, posteriors } = buildModel(model, graph, x, 'prediction');
  return { parameters: parameters.map(({ tensor }) => tensor), isBayesian: posteriors.length > 0 };
}

/** How many numbers all parameters of a model have together: the elements of its gradient. */
export function elementsOf(name: string): number {
  const sizes = declarationsOf(name).parameters.map(({ shape }) => shape.reduce((product, size) => product * size, 1));
  return sizes.reduce((sum, size) => sum + size, 0);
}
