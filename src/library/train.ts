import { type Communicator, solo } from '../comm/index.ts';
import { type DataSchema, type Examples, shuffled } from '../data/index.ts';
import { ShapeError, UsageError, describeValue, isObject, isWhole } from '../errors/index.ts';
import { type TrainedModel, isModel } from '../inference/index.ts';
import type { KernelsFactory } from '../kernels/index.ts';
import { wasmKernels } from '../kernels/wasm/index.ts';
import type { PredictiveBase } from '../likelihoods/index.ts';
import type { Model } from '../models/index.ts';
import type { Optimizer } from '../optim/index.ts';
import {
  type NamedTensor,
  type Problem,
  type RunConfiguration,
  Trainer,
  type TrainingObserver,
  type TrainingResult,
  defaults,
  overlay,
} from '../train/index.ts';
import { checkOptions, isSchema } from './arguments.ts';
import type { TableData } from './table.ts';

/** Groups may be given in part. */
type Given<T> = { readonly [K in keyof T]?: T[K] extends object ? Given<T[K]> : T[K] };

type Settings = Omit<RunConfiguration, 'model' | 'data' | 'engine' | 'ranks' | 'savePosterior' | 'verbose'>;

/** Settings of a training, as on the command line, and whom it works with. */
export interface TrainOptions extends Given<Settings> {
  /** WebAssembly unless given */
  readonly kernels?: KernelsFactory;
  /** one rank unless given */
  readonly communicator?: Communicator;
  /** Adam unless given */
  readonly optimizer?: Optimizer;
  readonly observers?: readonly TrainingObserver[];
  /** ends the training in order after the step that is being done */
  readonly signal?: AbortSignal;
}

/** A trained network: what `predict` and `evaluate` take. */
export interface Trained<P extends PredictiveBase = PredictiveBase> extends TrainedModel<P> {
  readonly parameters: readonly NamedTensor[];
  /** how rows become inputs; null where examples were given that are encoded already */
  readonly schema: DataSchema | null;
  readonly result: TrainingResult;
}

/** Below this size of a batch the whole set is one. */
const usualBatch = 64;

/**
 * Trains a network on one rank by stochastic variational inference (Blundell et al. 2015), in Node or in a page, whose
 * events have their turn meanwhile. The same seed gives the same parameters, bit for bit, on the same engine.
 * @param data what `table` gives, or examples of one's own
 * @throws UsageError for settings out of their bounds, or a batch larger than the data
 * @throws ShapeError where a layer does not fit the one before, the likelihood the network, or the model the data
 * @throws NotFiniteError naming the first tensor that went bad
 */
export async function train<P extends PredictiveBase>(
  model: Model<P>,
  data: TableData | Examples,
  options: TrainOptions = {},
): Promise<Trained<P>> {
  check(model, data, options);
  const { kernels = wasmKernels, communicator = solo, observers = [], optimizer, signal, ...given } = options;
  const batchSize = Math.min(usualBatch, data.count);
  const settings = overlay(defaults, { batchSize, ...given }, refused);
  const isTable = 'examples' in data;
  const own = isTable ? { ...model, units: model.units ?? data.units } : model;
  const trainer = new Trainer({
    ...{ model: own, settings, kernels, communicator, observers },
    examples: isTable ? shuffled(data.examples, settings.seed) : data,
    ...(optimizer && { optimizer }),
    ...(signal && { stop: stopOf(signal) }),
  });
  const result = await trainer.run();
  return { ...trainedModel(own, result.parameters), schema: isTable ? data.schema : null, result };
}

function check(model: Model, data: TableData | Examples, options: TrainOptions): void {
  if (!isModel(model)) {
    throw new UsageError('a model to train', {
      got: describeValue(model),
      expected: 'an object with name, input, network and likelihood',
    });
  }
  const isTable = isObject(data) && 'examples' in data;
  const isData =
    isObject(data) &&
    (isTable
      ? isObject(data.examples) && isSchema(data.schema) && isModel({ ...model, units: data.units })
      : typeof data.fill === 'function' && isObject(data.input));
  if (!isData) {
    throw new UsageError('data to train on', {
      got: describeValue(data),
      expected: 'what table gives, or examples with count, input and fill',
    });
  }
  if (!isWhole(data.count, 1)) {
    throw new ShapeError('examples to train on', {
      got: describeValue(data.count),
      expected: 'a whole number from 1 on',
    });
  }
  checkOptions('train', options);
}

/**
 * A model with parameters by their names: those of a training, or as they were stored.
 * @throws UsageError where it is no model, or the parameters have no names and data
 */
export function trainedModel<P extends PredictiveBase>(model: Model<P>, parameters: readonly NamedTensor[]) {
  if (!isModel(model)) throw new UsageError('a model', { got: describeValue(model), expected: 'what train takes' });
  if (
    !Array.isArray(parameters) ||
    !parameters.every((tensor) => isObject(tensor) && typeof tensor.name === 'string')
  ) {
    throw new UsageError('parameters of a model', {
      got: describeValue(parameters),
      expected: 'a list of name and data',
    });
  }
  const values = new Map(parameters.map(({ name, data }) => [name, data]));
  return { model, parameters, members: [(name: string) => values.get(name)] };
}

function refused({ path, expected, kind }: Problem): UsageError {
  return new UsageError(kind === 'unknown' ? `no such setting: ${path.join('.')}` : `setting ${path.join('.')}`, {
    expected,
  });
}

function stopOf(signal: AbortSignal) {
  return {
    get requested() {
      return signal.aborted ? String(signal.reason) : null;
    },
  };
}
