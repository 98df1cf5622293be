import { elementsOf } from '../compose/index.ts';
import { defaults } from '../train/index.ts';
import { settingsOfModel } from './configuration/index.ts';

/** The elements of a network's gradient, on the data that go with its name. */
export function elementsOfModel(name: string): number {
  return elementsOf(name, { ...defaults.data, ...settingsOfModel[name]?.data });
}
