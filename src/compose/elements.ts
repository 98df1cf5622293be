import { Graph, sizeOf } from '../graph/index.ts';
import { declarationsOf } from '../models/index.ts';
import type { RunConfiguration } from '../train/index.ts';
import { infoOfImages } from './images.ts';
import { namedModel } from './model.ts';

/**
 * How many numbers all parameters of a network have together: the elements of its gradient.
 * @param data the set whose images it is given
 */
export function elementsOf(name: string, data: RunConfiguration['data']): number {
  const { parameters } = declarationsOf(namedModel(name, infoOfImages(data)), new Graph());
  return parameters.reduce((sum, { tensor }) => sum + sizeOf(tensor.shape), 0);
}
