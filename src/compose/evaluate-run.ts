/** What is done with a run that was trained: evaluation and prediction, on threads or on all ranks of a launched job. */
import type { Communicator } from '../comm/index.ts';
import { readInputImages } from '../datasets/index.ts';
import { CheckpointError } from '../errors/index.ts';
import type { Predictive } from '../likelihoods/index.ts';
import type { Checkpoint, RunConfiguration } from '../train/index.ts';
import { chooseEngine, precisionNote } from './engine.ts';
import { type Outcome, evaluateParameters } from './evaluation.ts';
import { experimentOf, infoOf, modelOf } from './experiment.ts';
import { pixelMeanOf } from './encoding.ts';
import { assertSameStep, joinJob, launchedAs } from './launched.ts';
import { predictOnThreads, predictShare } from './prediction.ts';
import { launchedRanks, together } from './ranks.ts';
import { lastCheckpoint } from './start.ts';
import { recordedThroughput } from './throughput.ts';
import type { Watch } from './watch.ts';

/**
 * Evaluates the last intact checkpoint of a run.
 * @returns null on a rank other than the first
 */
export async function evaluateRun(run: string, configuration: RunConfiguration, watch: Watch): Promise<Outcome | null> {
  const { checkpoint } = await trainedCheckpoint(run, configuration, watch);
  const samplesPerSecond = recordedThroughput(run);
  const options = { onProgress: watch.fetching, onWarning: watch.note };
  const load = () => experimentOf(configuration, checkpoint, options);
  const evaluate = async (launched: Communicator | null) =>
    evaluateParameters({ run, experiment: await load(), result: checkpoint, samplesPerSecond }, watch, launched);
  const launched = launchedAs();
  if (!launched) return evaluate(null);
  // the first rank fetches the data set before the others ask for it
  if (launched.rank === 0) await load();
  return onLaunchedRanks(configuration, checkpoint.step, evaluate);
}

export interface RunPrediction {
  readonly predictive: Predictive;
  /** one per example */
  readonly names: readonly string[];
  readonly step: number;
  readonly seconds: number;
}

/** Predictions of the last intact checkpoint of a run for inputs of the user's own; on every rank of a job the whole. */
export async function predictWithRun(
  run: string,
  inputs: readonly string[],
  configuration: RunConfiguration,
  quantiles: readonly number[],
  watch: Watch,
): Promise<RunPrediction> {
  const { checkpoint, info, isBayesian } = await trainedCheckpoint(run, configuration, watch);
  const { step, parameters } = checkpoint;
  const own = { ...info, input: { ...info.input, shift: pixelMeanOf(checkpoint) } };
  const { model } = await modelOf(configuration, own);
  const [height, width, channels] = own.input.shape as [number, number, number];
  const { images, count, names } = readInputImages(inputs, [height, width, channels]);
  const draws = isBayesian ? configuration.draws : 1;
  const task = { configuration, info: own, parameters, data: { count, inputs: images }, draws, quantiles };
  const started = performance.now();
  const predictive = launchedAs()
    ? await onLaunchedRanks(configuration, step, (launched) => predictShare(model, task, launched, watch.evaluating))
    : await predictOnThreads(model, task, watch.evaluating);
  return { predictive, names, step, seconds: (performance.now() - started) / 1000 };
}

/** @throws CheckpointError where nothing has been trained yet */
async function trainedCheckpoint(run: string, configuration: RunConfiguration, watch: Watch) {
  const info = infoOf(configuration);
  const resolved = await modelOf(configuration, info);
  const checkpoint: Checkpoint | null = lastCheckpoint(run, resolved, watch);
  if (checkpoint === null) {
    throw new CheckpointError(`${run} has no checkpoint yet`, { remedy: `Train it: credence train --resume ${run}` });
  }
  const slow = precisionNote(await chooseEngine(configuration.engine), configuration);
  if (slow) watch.note(slow);
  return { checkpoint, info, isBayesian: resolved.isBayesian };
}

/** Does something together on all ranks of a job, which have read the checkpoint of a step. */
async function onLaunchedRanks<T>(
  configuration: RunConfiguration,
  step: number,
  work: (communicator: Communicator) => Promise<T>,
): Promise<T> {
  return together(launchedRanks(await joinJob(configuration)), async (communicator) => {
    assertSameStep(communicator, step);
    return work(communicator);
  });
}
