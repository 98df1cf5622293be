/** Settings that name what rooms above the table of settings know: models and data sets. */
import { datasetNames } from '../../datasets/index.ts';
import { isModulePath, modelNames } from '../../models/index.ts';
import { type Problem, type RunConfiguration, gravitationName, ownDataName } from '../../train/index.ts';
import { type SettingPath, settings, valueAt } from './settings.ts';

const namesOf: ReadonlyMap<string, readonly string[]> = new Map<SettingPath, readonly string[]>([
  ['model', modelNames],
  ['data.name', [...datasetNames, ownDataName, gravitationName]],
]);

/** The problem of a configuration with a name that is none; null where there is no such problem. */
export function nameProblem(configuration: RunConfiguration): Problem | null {
  for (const { path, expected, usual } of settings) {
    const choices = namesOf.get(path);
    const value = valueAt(configuration, path);
    // A network may be written down, or be a module of its user's: those are looked at where they are built.
    if (choices === undefined || typeof value !== 'string' || choices.includes(value)) continue;
    if (path === 'model' && isModulePath(value)) continue;
    return { kind: 'refused', path: path.split('.'), expected, choices, usual };
  }
  return null;
}

/** The same problem, with the names that would have been right where it is one of names. */
export function named(problem: Problem): Problem {
  const choices = namesOf.get(problem.path.join('.'));
  return choices === undefined ? problem : { ...problem, choices, expected: `one of ${choices.join(', ')}` };
}
