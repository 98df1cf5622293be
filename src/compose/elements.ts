import { Graph, sizeOf } from '../graph/index.ts';
import { declarationsOf } from '../models/index.ts';
import { type RunConfiguration, gravitationName } from '../train/index.ts';
import { infoOfSignals } from './gravitation.ts';
import { infoOfImages } from './images.ts';
import type { DataInfo } from './info.ts';
import { namedModel } from './model.ts';

/**
 * How many numbers all parameters of a network have together: the elements of its gradient.
 * @param data the set whose examples it is given
 */
export function elementsOf(name: string, data: RunConfiguration['data']): number {
  const { parameters } = declarationsOf(namedModel(name, infoOf(data)), new Graph());
  return parameters.reduce((sum, { tensor }) => sum + sizeOf(tensor.shape), 0);
}

function infoOf(data: RunConfiguration['data']): DataInfo {
  return data.name === gravitationName ? infoOfSignals() : infoOfImages(data);
}
