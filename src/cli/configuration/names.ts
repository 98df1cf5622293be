/** Settings that name what rooms above the table of settings know: models and data sets. */
import { type DatasetName, datasetNames } from '../../datasets/index.ts';
import { UsageError } from '../../errors/index.ts';
import { modelNames } from '../../models/index.ts';
import type { Problem, RunConfiguration } from '../../train/index.ts';
import { display } from './display.ts';
import { type SettingPath, settings, valueAt } from './settings.ts';

/** The data set of a file of one's own, `data.path`. */
export const ownData = 'own';

const namesOf: ReadonlyMap<string, readonly string[]> = new Map<SettingPath, readonly string[]>([
  ['model', modelNames],
  ['data.name', [...datasetNames, ownData]],
]);

/** The problem of a configuration with a name that is none; null where there is no such problem. */
export function nameProblem(configuration: RunConfiguration): Problem | null {
  for (const { path, expected, usual } of settings) {
    const choices = namesOf.get(path);
    const value = valueAt(configuration, path);
    if (choices === undefined || (typeof value === 'string' && choices.includes(value))) continue;
    return { kind: 'refused', path: path.split('.'), expected, choices, usual };
  }
  return null;
}

/** The same problem, with the names that would have been right where it is one of names. */
export function named(problem: Problem): Problem {
  const choices = namesOf.get(problem.path.join('.'));
  return choices === undefined ? problem : { ...problem, choices, expected: `one of ${choices.join(', ')}` };
}

/**
 * The settings of a data set that credence knows.
 * @throws UsageError for own data
 */
export function publishedData(data: RunConfiguration['data']): RunConfiguration['data'] & { name: DatasetName } {
  const name = datasetNames.find((known) => known === data.name);
  if (name !== undefined) return { ...data, name };
  throw new UsageError(`data ${display(data.name)}`, { expected: `one of ${datasetNames.join(', ')}` });
}
