/** What stands behind `credence train`: a network or a data set by name, or a path. */
import { existsSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { UsageError, commandOf } from '../errors/index.ts';
import { isModulePath, modelNames, nameOf } from '../models/index.ts';
import { ownDataName } from '../train/index.ts';
import { dataFile } from './own-data.ts';
import {
  type Flag,
  type Layer,
  display,
  presets,
  settingsOfModel,
  readYamlFile,
  suggestion,
  valueAt,
} from './configuration/index.ts';

const presetNames = Object.keys(presets);

/** What it may be, for help and messages. */
export const targets =
  `a model (${modelNames.join(', ')}), a preset (${presetNames.join(', ')}), the path of a config.yaml, ` +
  'that of a module with your own model (.mjs), or that of your own data (.csv, .tsv, .parquet, .npz, .npy, .h5, these with .gz, or a folder)';

/** @throws UsageError for a name that is none, and for what is not where it should be */
export async function layerOfTarget(target: string | null): Promise<Layer | null> {
  if (target === null) return null;
  const label = () => display(target);
  if (Object.hasOwn(presets, target)) return { values: presets[target], label };
  if (isModulePath(target)) return { values: { model: existing(target, 'module') }, label };
  if (modelNames.includes(target)) {
    return { values: { ...settingsOfModel[target], model: target }, label };
  }
  if (/\.ya?ml$/i.test(target)) return readYamlFile(target);
  if (isOwnData(target)) return { values: { data: { name: ownDataName, path: existing(target, 'data') } }, label };
  if (/[/\\]/.test(target) || existsSync(target)) return readYamlFile(target);
  throw new UsageError(`unknown model ${display(target)}`, {
    expected: targets,
    remedy: suggestion(target, [...modelNames, ...presetNames]),
  });
}

/** The name of a run folder, where the target gives one. */
export function runNameOf(target: string | null): string | null {
  if (target === null || /\.ya?ml$/i.test(target)) return null;
  if (Object.hasOwn(presets, target) || modelNames.includes(target)) return target;
  if (isModulePath(target)) return nameOf(target);
  if (!isOwnData(target)) return null;
  let name = basename(resolve(target));
  while (dataFile.test(name)) name = name.replace(dataFile, '');
  return name || ownDataName;
}

/**
 * The target wins over a model in a file of flags; with a model chosen by a flag of the command line it must agree, unless
 * it is a preset: of that --model changes the network.
 * @param flags those of the command line (`typed`) and of files
 */
export function refuseTwoModels(
  target: string | null,
  layer: Layer | null,
  typed: readonly Flag[],
  flags: readonly Flag[],
) {
  const wanted = valueAt(layer?.values, 'model');
  if (target === null || wanted === undefined) return flags;
  const chosen = flags.findLast((flag) => flag.name === 'model');
  const isTyped = typed.some(({ label }) => label === chosen?.label);
  const isAllowed = Object.hasOwn(presets, target) && chosen?.label === '--model';
  if (chosen && isTyped && !isAllowed && chosen.value !== wanted) {
    throw new UsageError(`two models: ${display(target)} and ${chosen.label} ${display(chosen.value)}`, {
      remedy: 'Leave one of them away',
    });
  }
  return isTyped ? flags : flags.filter((flag) => flag.name !== 'model');
}

function isOwnData(target: string): boolean {
  return dataFile.test(target) || (existsSync(target) && statSync(target).isDirectory());
}

function existing(path: string, what: string): string {
  if (!existsSync(path))
    throw new UsageError(`${what} ${display(path, 300)} does not exist`, { remedy: 'Check the path' });
  if (!existsSync(join(path, 'config.yaml'))) return path;
  throw new UsageError(`${display(path, 300)} is the folder of a run`, {
    expected: targets,
    remedy: `Go on with the run: ${commandOf('train', '--resume', [path])}`,
  });
}
