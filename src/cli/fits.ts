import { definitionOf } from '../datasets/index.ts';
import { UsageError } from '../errors/index.ts';
import { modelOf } from '../models/index.ts';
import type { RunConfiguration } from '../train/index.ts';
import { publishedData } from './configuration/index.ts';

/**
 * A model takes images of one size in one number of classes.
 * @throws UsageError where those of the data set are others
 */
export function assertFits({ model, data }: Pick<RunConfiguration, 'model' | 'data'>): void {
  const { title, height, width, channels, classes } = definitionOf(publishedData(data));
  const network = modelOf(model);
  const describe = (shape: readonly number[], count: number) => `images of ${shape.join('x')} in ${count} classes`;
  const got = describe([height, width, channels], classes);
  const expected = describe(network.inputShape, network.classes);
  if (got === expected) return;
  throw new UsageError(`${model} does not fit ${title}`, {
    got,
    expected,
    remedy: 'Give another --data.name (and --data.labels), or another model',
  });
}
