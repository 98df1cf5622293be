/** A run is a folder: making a new one, opening an old one, and holding its lock for as long as the run lasts. */
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { RunFolderError, commandOf, describeFailure, systemCode } from '../../errors/index.ts';
import { isMapping, nameOf } from '../../models/index.ts';
import { makeFolders, replaceFile } from '../files/durable.ts';
import { type FileSystem, nodeFileSystem } from '../files/file-system.ts';
import { type Lock, lockFolder } from './lock.ts';

/** A locked run folder. `release` gives the lock back; the process's exit does too. */
export interface RunFolder extends Lock {
  readonly path: string;
}

export interface NewRun {
  /** the folder that the user asked for; null: `PARENT/NAME`, with -2, -3, ... where that is taken */
  readonly out: string | null;
  /** where folders without a path of their own go; `runs` unless given */
  readonly parent?: string;
  /** what the folder is called after: a model's name or a preset */
  readonly name: string;
}

export const configurationFile = 'config.yaml';

/**
 * Makes (or takes) a folder for a new run and locks it.
 * @throws RunFolderError if it cannot be written, is in use, or already holds a run
 */
export function createRunFolder({ out, parent = 'runs', name }: NewRun, files: FileSystem = nodeFileSystem): RunFolder {
  const path = out ?? makeUnique(join(parent, name), files);
  if (out !== null) makeFolder(out, files);
  const { release } = lockFolder(path, files);
  try {
    // Only now: whoever starts at the same moment should hear of the lock, not of a configuration just written.
    const model = modelOf(path, files);
    if (model === null) return { path, release };
    throw new RunFolderError(`${path} already holds a run of ${model}`, {
      expected: 'a new folder',
      remedy: `Continue that run: ${commandOf('train', '--resume', [path])}; or choose another folder with --out`,
    });
  } catch (error) {
    release();
    throw error;
  }
}

/**
 * Opens the folder of a run that is to go on, and locks it.
 * @param model the model that is to be trained; null: whatever the folder holds
 * @throws RunFolderError if there is no run, it is of another model, is in use or cannot be written
 */
export function openRunFolder(path: string, model: string | null, files: FileSystem = nodeFileSystem): RunFolder {
  const remedy = 'Give the folder that credence train printed at its start';
  if (!files.existsSync(path)) throw new RunFolderError(`run folder ${path} does not exist`, { remedy });
  const held = modelOf(path, files);
  if (held === null) throw new RunFolderError(`${path} is no run folder: it has no ${configurationFile}`, { remedy });
  if (model !== null && held !== model) {
    throw new RunFolderError(`run folder ${path} belongs to another model`, {
      got: held,
      expected: model,
      remedy: `Resume it as it is, or start a run of ${model} in another folder`,
    });
  }
  return { path, release: lockFolder(path, files).release };
}

/**
 * Writes a file of the run folder, whole or not at all.
 * @throws RunFolderError if it cannot be written
 */
export function writeRunFile(
  folder: string,
  name: string,
  content: string | Iterable<Uint8Array>,
  files: FileSystem = nodeFileSystem,
): void {
  const path = join(folder, name);
  try {
    makeFolders(files, dirname(path));
    replaceFile(files, path, content);
  } catch (error) {
    throw new RunFolderError(`cannot write ${path}`, describeFailure(error));
  }
}

/** What a run of the model of `config.yaml` is called; null where there is no such file. */
function modelOf(folder: string, files: FileSystem): string | null {
  const path = join(folder, configurationFile);
  if (!files.existsSync(path)) return null;
  let configuration: unknown;
  try {
    configuration = parse(Buffer.from(files.readFileSync(path, 2 ** 20)).toString('utf8'), { uniqueKeys: false });
  } catch (error) {
    const { got, cause } = describeFailure(error);
    throw new RunFolderError(`cannot read ${path}`, {
      got: got.replace(/:$/, ''),
      remedy: 'Restore or remove it',
      cause,
    });
  }
  if (typeof configuration === 'object' && configuration !== null && 'model' in configuration) {
    const { model } = configuration;
    // written down, or the path of a module: it has a name all the same
    return typeof model === 'string' || isMapping(model) ? nameOf(model) : String(model);
  }
  throw new RunFolderError(`${path} names no model`, { expected: 'a key model', remedy: 'Restore or remove it' });
}

/** Creating the folder itself is what reserves the name: two runs that start at once get two. */
function makeUnique(base: string, files: FileSystem): string {
  makeFolder(join(base, '..'), files);
  for (let count = 1; ; count++) {
    const path = count === 1 ? base : `${base}-${count}`;
    if (reserve(path, files)) return path;
  }
}

/**
 * Makes a folder for runs, and its parents; one that is there already is fine.
 * @throws RunFolderError if it cannot be made
 */
export function makeFolder(path: string, files: FileSystem = nodeFileSystem): void {
  orRefuse(path, () => makeFolders(files, path));
}

/** False if it is there already. */
function reserve(path: string, files: FileSystem): boolean {
  return orRefuse(path, () => {
    try {
      files.mkdirSync(path, { recursive: false });
      return true;
    } catch (error) {
      if (systemCode(error) === 'EEXIST') return false;
      throw error;
    }
  });
}

function orRefuse<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new RunFolderError(`cannot make run folder ${path}`, describeFailure(error));
  }
}
