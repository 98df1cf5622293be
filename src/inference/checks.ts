/** What a prediction is asked for, looked at before memory is taken; and what its draws are, before they are gathered. */
import {
  DataError,
  NotFiniteError,
  ShapeError,
  UsageError,
  describeValue,
  firstNotFinite,
  isNumbers,
  isObject,
  isWhole,
} from '../errors/index.ts';
import { sizeOf } from '../graph/index.ts';
import { type KernelsFactory, isKernelsFactory } from '../kernels/index.ts';
import { checkDraws, checkLevels, checkTargets } from '../likelihoods/index.ts';
import { type Model, areInMemory, dtypeOf } from '../models/index.ts';
import type { PredictionInputs, PredictOptions, TrainedModel } from './request.ts';

/** @throws UsageError for what is no engine, model, data or options, and for options out of range */
export function checkRequest(
  factory: KernelsFactory,
  trained: TrainedModel,
  data: PredictionInputs,
  options: PredictOptions,
): void {
  if (!isKernelsFactory(factory)) {
    throw new UsageError('an engine to predict with', { got: describeValue(factory), expected: 'such as wasmKernels' });
  }
  if (!isObject(trained) || !isModel(trained.model) || !Array.isArray(trained.members)) {
    throw new UsageError('a model to predict with', {
      got: describeValue(trained),
      expected: 'a model and its members: what train and trainedModel give',
    });
  }
  if (trained.members.length === 0 || !trained.members.every((member) => typeof member === 'function')) {
    throw new UsageError('members of a trained model', {
      got: describeValue(trained.members),
      expected: 'at least one: functions that give the parameter of a name',
    });
  }
  if (!isObject(options)) {
    throw new UsageError('options of a prediction', { got: describeValue(options), expected: 'draws and seed' });
  }
  checkOptions(options);
  checkData(trained.model, data);
}

/** Whether it is a model: what is in it can be wrong still, and then says so by itself. */
export function isModel(value: unknown): value is Model {
  if (!isObject(value) || typeof value.name !== 'string') return false;
  const { input, network, likelihood, units = null } = value;
  const hasInput = isObject(input) && isNumbers(input.shape) && (input.dtype === 'u8' || input.dtype === 'f32');
  const isLayer = isObject(network) && typeof network.build === 'function';
  const hasLikelihood =
    isObject(likelihood) &&
    isObject(likelihood.target) &&
    [likelihood.loss, likelihood.predict, likelihood.gather, likelihood.quality].every(isFunction);
  const hasUnits = units === null || (isObject(units) && isNumbers(units.shift) && isNumbers(units.scale));
  return hasInput && isLayer && hasLikelihood && hasUnits;
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

function checkOptions({ draws, seed, quantiles = [], batch, precision = 'f32' }: PredictOptions): void {
  checkDraws(draws);
  if (!isWhole(seed, 0)) {
    throw new UsageError('seed', { got: describeValue(seed), expected: 'a whole number from 0 to 2^53 - 1' });
  }
  if (batch !== undefined && !isWhole(batch, 1)) {
    throw new UsageError('batch', { got: describeValue(batch), expected: 'a whole number from 1 on' });
  }
  if (precision !== 'f32' && precision !== 'bf16') {
    throw new UsageError('precision', { got: describeValue(precision), expected: 'f32 or bf16' });
  }
  checkLevels('quantiles', quantiles);
}

/** @throws ShapeError for sizes, NotFiniteError naming the first example, DataError for a target that is no class */
function checkData({ input, likelihood }: Model, data: PredictionInputs): void {
  if (!isObject(data)) {
    throw new UsageError('data to predict for', { got: describeValue(data), expected: 'count and inputs' });
  }
  const { count, inputs, targets } = data;
  if (!isWhole(count, 0)) {
    throw new ShapeError('examples to predict for', {
      got: describeValue(count),
      expected: 'a whole number from 0 on',
    });
  }
  const size = sizeOf(input.shape);
  const isInput = areNumbers(inputs);
  const isBytes = isInput && dtypeOf(inputs) === 'u8';
  if (!isInput || isBytes !== (input.dtype === 'u8') || inputs.length !== count * size) {
    const kind = isBytes ? 'bytes' : 'reals';
    throw new ShapeError('inputs to predict for', {
      got: isInput ? `${inputs.length} ${kind}` : describeValue(inputs),
      expected: `${count * size} ${input.dtype === 'u8' ? 'bytes' : 'reals'}: ${count} examples of ${input.shape.join('x')}`,
    });
  }
  // those that stay in their file were looked at when it was opened
  const reals = areInMemory(inputs) && !isBytes ? inputs : null;
  const wrong = reals === null ? -1 : firstNotFinite(reals);
  if (reals !== null && wrong >= 0) {
    throw new NotFiniteError(`input ${wrong % size} of example ${Math.floor(wrong / size)}`, {
      got: `${reals[wrong]}`,
      expected: 'a finite number',
    });
  }
  if (targets === undefined || targets === null) return;
  const { dtype, width } = likelihood.target;
  checkTargets(targets, count, width);
  if (dtype === 'i32') checkClasses(targets);
}

function areNumbers(inputs: PredictionInputs['inputs']): boolean {
  if (inputs instanceof Uint8Array || inputs instanceof Float32Array) return true;
  return isObject(inputs) && typeof inputs.gather === 'function';
}

function checkClasses(targets: ArrayLike<number>): void {
  const none = Array.from(targets).findIndex((target) => !isWhole(target, 0, 2 ** 31 - 1));
  if (none < 0) return;
  throw new DataError(`the target of example ${none}`, { got: `${targets[none]}`, expected: 'a class, from 0 on' });
}

/**
 * A network whose weights are finite may still give NaN: infinities that are taken from each other. Nothing that is told
 * of such a draw would be true.
 * @param tensors [at least count, ...], what the likelihood's `predict` gave
 * @param first place of the first of them among all examples
 * @throws NotFiniteError naming the draw and its first example
 */
export function checkDraw(
  tensors: readonly Float32Array[],
  batch: number,
  rows: { readonly first: number; readonly count: number },
  draw: number,
): void {
  for (const tensor of tensors) {
    const width = tensor.length / batch;
    const wrong = firstNotFinite(tensor, rows.count * width);
    if (wrong < 0) continue;
    throw new NotFiniteError(`the prediction of example ${rows.first + Math.floor(wrong / width)}`, {
      got: `${tensor[wrong]} in draw ${draw}`,
      expected: 'finite numbers',
      remedy: 'Check how large the inputs and the parameters are: the network overflows',
    });
  }
}
