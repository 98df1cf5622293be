import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { TrainRequest as Request } from '../compose/index.ts';
import { RunFolderError, UsageError } from '../errors/index.ts';
import { isMapping, isModulePath, nameOf } from '../models/index.ts';
import { assertSealed, isSealedRun, latestState } from '../run/index.ts';
import { type RunConfiguration, gravitationName, ownDataName } from '../train/index.ts';
import {
  type Flag,
  type Layer,
  display,
  layerOfFlags,
  parseYaml,
  readText,
  resolveConfiguration,
  settings,
  valueAt,
} from './configuration/index.ts';
import { ownDefaults } from './own-data.ts';
import { type Translation, readFlagFile, translateFlags } from './original/index.ts';
import { layerOfTarget, refuseTwoModels, runNameOf } from './target.ts';

/** `credence train` as it was typed. */
export interface TrainArguments {
  /** a model, a preset, a config.yaml, or data of one's own */
  readonly target: string | null;
  /** in the order in which they were written */
  readonly flags: readonly Flag[];
  readonly flagFiles: readonly string[];
  readonly out: string | null;
  readonly resume: string | null;
  /** the file of the timeline */
  readonly timeline: string | null;
}

/** The request of a command line, and what its user should know, a line each. */
export type TrainRequest = Omit<Request, 'render'> & { readonly notes: readonly string[] };

/** @throws UsageError for anything that does not fit together, naming it as it was written */
export async function readTrainRequest(typed: TrainArguments): Promise<TrainRequest> {
  const fileFlags = typed.flagFiles.flatMap(readFlagFile);
  const out = typed.out ?? fileFlags.findLast(({ name }) => name === 'out')?.value ?? null;
  const target = await layerOfTarget(typed.target);
  const translation = translateFlags(
    fileFlags.filter(({ name }) => name !== 'out'),
    typed.flags,
    target && { word: typed.target!, data: valueAt(target.values, 'data.name') },
  );
  const flags = layerOfFlags(refuseTwoModels(typed.target, target, typed.flags, translation.flags));
  const own = usual(translation, target);
  // A network that is named with flags for gravitational waves has the likelihood that these say.
  const named = translation.program === 'waves' ? [target, withModelOf(own, target)] : [own, target];
  const said = [...named, flags].filter((layer) => layer !== null);
  const layers = [ownDefaults(said), ...said].filter((layer) => layer !== null);
  const { notes } = translation;
  const { timeline } = typed;

  if (typed.resume !== null) {
    if (typed.out !== null)
      throw new UsageError('--out and --resume exclude each other', { remedy: 'Leave --out away' });
    const stored = resolveConfiguration([await readRunConfiguration(typed.resume)]);
    const configuration = continued(stored, located(resolveConfiguration([layerOf(stored), ...said])), typed.resume);
    assertFitting(configuration);
    const folder = { kind: 'resume', path: typed.resume, stored } as const;
    return { configuration, folder, isReplicaPerRank: false, timeline, notes };
  }
  const configuration = located(resolveConfiguration(layers));
  assertFitting(configuration);
  const model = nameOf(configuration.model);
  const name = runNameOf(typed.target) ?? model;
  const place = translation.resultFolder?.(model) ?? { parent: 'runs', name };
  const isReplicaPerRank =
    translation.resultFolder !== null && ![...fileFlags, ...typed.flags].some((flag) => flag.name === 'replicas');
  const folder = out === null ? ({ kind: 'unique', ...place } as const) : ({ kind: 'new', path: out } as const);
  return { configuration, folder, isReplicaPerRank, timeline, notes };
}

/**
 * The configuration of a run folder, as a layer.
 * @throws UsageError for a folder that is none
 * @throws RunFolderError where it is not as credence wrote it, or not that of the run's checkpoints
 */
export async function readRunConfiguration(run: string): Promise<Layer> {
  if (!existsSync(run)) {
    throw new UsageError(`run folder ${display(run, 300)} does not exist`, {
      remedy: 'Give the folder that credence train printed',
    });
  }
  const path = join(run, 'config.yaml');
  if (!existsSync(path)) {
    throw new UsageError(`${display(run, 300)} is no run folder: it has no config.yaml`, {
      remedy: 'Give the folder that credence train printed',
    });
  }
  const text = readText(path, 'configuration file');
  const state = latestState(run)?.state;
  assertSealed(text, { path, run, isSealed: isMapping(state?.['configuration']) || isSealedRun(run) });
  const layer = await parseYaml(text, path);
  if (isMapping(state?.['configuration']))
    assertOfCheckpoint(state['configuration'], resolveConfiguration([layer]), path);
  return layer;
}

/** Whole folders are copied, and files from one into another. */
function assertOfCheckpoint(recorded: Readonly<Record<string, unknown>>, stored: RunConfiguration, path: string): void {
  const differences = settings
    .filter(({ path: key }) => !free.has(key) && valueAt(recorded, key) !== undefined)
    .filter(({ path: key }) => !isDeepStrictEqual(valueAt(recorded, key), valueAt(stored, key)))
    .filter(
      ({ path: key }) => key !== 'model' || !areModules(stored.model, recorded['model'] as RunConfiguration['model']),
    )
    .map(
      ({ path: key }) =>
        `${key} ${display(valueAt(stored, key))} (the checkpoint has ${display(valueAt(recorded, key))})`,
    );
  if (differences.length === 0) return;
  throw new RunFolderError(`${path} is not that of the checkpoints beside it`, {
    got: differences.join(', '),
    remedy: 'Put the config.yaml of this run back',
  });
}

/** Paths mean the folder in which the command was typed; a run folder's configuration is read from anywhere. */
export function located(configuration: RunConfiguration): RunConfiguration {
  const { path, test, validation } = configuration.data;
  const place = <T>(value: T | string): T | string => (typeof value === 'string' ? resolve(value) : value);
  const data = { ...configuration.data, path: place(path), test: place(test), validation: place(validation) };
  const { model } = configuration;
  const isModule = typeof model === 'string' && isModulePath(model);
  return { ...configuration, data, model: isModule ? resolve(model) : model };
}

/** @throws UsageError for data of one's own that are nowhere, and for a wait for what is never told */
function assertFitting({ data, patience }: RunConfiguration): void {
  const { name, path, validation, weights } = data;
  if (name === ownDataName && path === null)
    throw new UsageError('own data, and no file or folder of it', { expected: '--data PATH' });
  if (weights !== null && name !== ownDataName) {
    throw new UsageError(`weights ${weights} for ${name}`, { expected: 'own data, with a column of weights' });
  }
  if (patience !== null && validation === 0) {
    throw new UsageError(`patience ${patience} without a validation part`, {
      expected: '--data.validation, such as 0.1',
      remedy: 'Or leave --patience away',
    });
  }
}

/** What a program of the original does by itself, unless a network of another data set was asked for. */
function usual({ defaults: values, program }: Translation, target: Layer | null): Layer | null {
  if (values === null) return null;
  const isOther =
    target !== null &&
    (program === 'waves'
      ? valueAt(target.values, 'data.name') !== gravitationName
      : valueAt(target.values, 'data.subtractPixelMean') === undefined);
  return isOther ? null : { values, label: (path) => path.join('.') };
}

/** The same likelihood for the network that is named, where one is. */
function withModelOf(layer: Layer | null, target: Layer | null): Layer | null {
  const [own, named] = [layer && valueAt(layer.values, 'model'), target && valueAt(target.values, 'model')];
  if (layer === null || !isMapping(own) || typeof named !== 'string') return layer;
  const values = isMapping(layer.values) ? layer.values : {};
  return { ...layer, values: { ...values, model: { ...own, name: named } } };
}

function layerOf(values: RunConfiguration): Layer {
  return { values, label: (path) => `config.yaml: ${path.join('.')}` };
}

/** What a resumed run may do otherwise: stop later, say more, have its data elsewhere or read otherwise, and other draws. */
const free: ReadonlySet<string> = new Set([
  'iteration',
  'epochs',
  'verbose',
  'data.path',
  'data.stream',
  'ranks',
  'deadline',
  'driftCheckEvery',
  'draws',
]);

/** A module may have moved, as data may. */
function areModules(...models: readonly RunConfiguration['model'][]): boolean {
  return models.every((model) => typeof model === 'string' && isModulePath(model));
}

function continued(stored: RunConfiguration, wanted: RunConfiguration, run: string): RunConfiguration {
  const differences = settings
    .filter(({ path }) => !free.has(path) && !isDeepStrictEqual(valueAt(stored, path), valueAt(wanted, path)))
    // its bytes are compared where it is loaded
    .filter(({ path }) => path !== 'model' || !areModules(stored.model, wanted.model))
    .map(({ path }) => `${path} ${display(valueAt(wanted, path))} (the run has ${display(valueAt(stored, path))})`);
  if (differences.length > 0) {
    throw new UsageError(`a resumed run goes on as it began: got ${differences.join(', ')}`, {
      remedy: `Leave that away, or start a new run; --iteration and --epochs may grow. ${join(run, 'config.yaml')} has the rest`,
    });
  }
  const isLonger = stored.iteration !== wanted.iteration || stored.epochs !== wanted.epochs;
  if (isLonger && stored.kl.schedule !== 'constant' && stored.kl.steps === 0) {
    throw new UsageError(`this run's ${stored.kl.schedule} KL schedule spans the whole run: it cannot be made longer`, {
      remedy: 'Start a new run with more steps, or with --kl.steps',
    });
  }
  if (isLonger && stored.learningRateDecay !== 'none') {
    throw new UsageError(`this run's learning rate falls over the whole run: it cannot be made longer`, {
      remedy: 'Start a new run with more steps, or with --learningRateDecay none',
    });
  }
  return wanted;
}
