/** What is done with a run that was trained: evaluation and prediction, on threads or on all ranks of a launched job. */
import { type CalibratedPredictions, calibrated as calibrate, groupsOf } from '../calibration/index.ts';
import type { Communicator } from '../comm/index.ts';
import { gatheredInputs } from '../data/index.ts';
import type { InputImages } from '../datasets/index.ts';
import { CheckpointError, UsageError, commandOf } from '../errors/index.ts';
import type { Predictive } from '../likelihoods/index.ts';
import { mostPlotted, quantilesOfPlot } from '../report/index.ts';
import { type CalibrationRecord, assertModel, loadLatest, parametersSha256, readCalibration } from '../run/index.ts';
import type { Checkpoint, RunConfiguration } from '../train/index.ts';
import { isOfOwnData, pixelMeanOf, schemaOf } from './description.ts';
import { chooseEngine, precisionNote } from './engine.ts';
import { type Outcome, evaluateParameters } from './evaluation.ts';
import type { Experiment } from './experiment.ts';
import { groupsBy } from './groups.ts';
import { type OtherData, readInputs, readOtherData } from './inputs.ts';
import { experimentOf, resolveModel } from './resolve.ts';
import { infoOfImages } from './images.ts';
import { type DataInfo, infoOfSchema } from './info.ts';
import { assertSameData, assertSameStep, joinJob, launchedAs } from './launched.ts';
import { viewedAs } from './calibrate.ts';
import { type PredictionTask, predictOnThreads, predictShare, untilStopped } from './prediction.ts';
import { launchedRanks, together } from './ranks.ts';
import { type Asked, assertImages, nothingAsked } from './shift.ts';
import { recordedThroughput } from './throughput.ts';
import type { Watch } from './watch.ts';

/** What an evaluation tells beside the figures of the test set. */
export interface EvaluationRequest {
  /** data of another kind: how well the run's uncertainty tells them from the test set; null: none */
  readonly other: OtherData | null;
  /** figures under corruptions of the test images */
  readonly corrupt: boolean;
  /** a column of the table, by whose values figures are told in groups; null: none */
  readonly by: string | null;
}

/**
 * Evaluates the last intact checkpoint of a run.
 * @returns null on a rank other than the first
 */
export async function evaluateRun(
  run: string,
  configuration: RunConfiguration,
  watch: Watch,
  request: EvaluationRequest = { other: null, corrupt: false, by: null },
): Promise<Outcome | null> {
  const checkpoint = latest(run, watch);
  const samplesPerSecond = recordedThroughput(run);
  const load = () => experimentOf(configuration, checkpoint, watch);
  const evaluate = async (launched: Communicator | null) => {
    const experiment = await load();
    await assertUsable(run, checkpoint, experiment, watch);
    if (launched) assertSameData(launched, experiment.data);
    const isOtherData = isOfOwnData(checkpoint, experiment) === false;
    if (isOtherData) {
      watch.note(
        `${experiment.data.source} is not what the run was trained and tested on: its evaluation is kept apart`,
      );
    }
    const asked = await askedOf(request, experiment, isOtherData, watch);
    const trained = { run, experiment, result: checkpoint, samplesPerSecond, isOtherData, asked };
    return evaluateParameters(trained, watch, launched);
  };
  const launched = launchedAs();
  if (!launched) return evaluate(null);
  // the first rank fetches the data set before the others ask for it
  if (launched.rank === 0) await askedOf(request, await load(), false, watch);
  return onLaunchedRanks(configuration, checkpoint.step, evaluate);
}

/**
 * What was asked for, read: before anything is computed.
 * @throws UsageError and DataError where it does not fit the run
 */
async function askedOf(
  { other, corrupt, by }: EvaluationRequest,
  experiment: Experiment,
  isOtherData: boolean,
  watch: Watch,
): Promise<Asked> {
  const { data, configuration } = experiment;
  if (other === null && !corrupt && by === null) return nothingAsked;
  const { test } = data;
  if (test === null) {
    throw new UsageError('nothing is held out of the data of the run', {
      expected: 'a test set to hold against',
      remedy: 'Give other data of the same kind with --data',
    });
  }
  if (corrupt) assertImages(experiment);
  const { strict, stream, name } = configuration.data;
  const options = { onWarning: watch.note, strict, stream, watch };
  return {
    corrupt,
    groups: by === null ? null : await groupsBy(by, experiment, test, isOtherData),
    other: other && { data: other.data, inputs: await readOtherData(other, data.info, name, options) },
  };
}

export interface RunPrediction {
  readonly predictive: Predictive;
  /** what the run's calibration makes of it; null: it has none, or none was wanted */
  readonly calibrated: CalibratedPredictions | null;
  /** null as well */
  readonly calibration: CalibrationRecord | null;
  /** of the first ones, with the quantiles that a figure needs; null: not asked for */
  readonly plotted: Predictive | null;
  /** one per example */
  readonly names: readonly string[];
  /** files that could not be read, and why */
  readonly leftOut: InputImages['leftOut'];
  readonly info: DataInfo;
  readonly step: number;
  readonly seconds: number;
}

export interface PredictionRequest {
  readonly quantiles: readonly number[];
  /** share of truths that sets and intervals are to hold; null: predictions as they are, without a calibration */
  readonly level: number | null;
  /** whether what is drawn of the first of them is wanted too */
  readonly isPlotted?: boolean;
}

/**
 * Predictions of the last intact checkpoint of a run for inputs of the user's own; on every rank of a job the whole.
 * @throws CheckpointError where the calibration is broken or of another checkpoint, DataError where it cannot give that level
 */
export async function predictWithRun(
  run: string,
  paths: readonly string[],
  configuration: RunConfiguration,
  { quantiles, level, isPlotted = false }: PredictionRequest,
  watch: Watch,
): Promise<RunPrediction> {
  const checkpoint = latest(run, watch);
  const calibration =
    level === null ? null : readCalibration(run, checkpoint.step, parametersSha256(checkpoint.parameters));
  const info = infoIn(checkpoint, configuration);
  const resolved = await resolveModel(configuration.model, info);
  await assertUsable(run, checkpoint, { ...resolved, configuration }, watch);
  const { model, isBayesian } = resolved;
  const { step, parameters } = checkpoint;
  const { names, leftOut, ...data } = await readInputs(paths, info, {
    onWarning: watch.note,
    strict: configuration.data.strict,
    stream: configuration.data.stream,
  });
  const draws = isBayesian ? configuration.draws : 1;
  const started = performance.now();
  const task = { configuration, info, parameters, data, draws, quantiles };
  const plotTask = isPlotted ? { ...task, data: firstOf(data, model), quantiles: quantilesOfPlot(draws) } : null;
  const { predictive, plotted } = await untilStopped(
    watch,
    'prediction',
    'Nothing was written. Start it again',
    (stop) => {
      const both = async (predict: (of: PredictionTask) => Promise<Predictive>) => ({
        predictive: await predict(task),
        plotted: plotTask && (await predict(plotTask)),
      });
      return launchedAs()
        ? onLaunchedRanks(configuration, step, (launched) =>
            both((of) => predictShare(model, of, launched, watch.evaluating, stop)),
          )
        : both((of) => predictOnThreads(model, of, watch.evaluating, stop));
    },
  );
  const seconds = (performance.now() - started) / 1000;
  const calibrated =
    calibration === null || level === null
      ? null
      : await calibratedBy(calibration, level, predictive, { model, configuration, parameters, data });
  return { predictive, calibrated, calibration, plotted, names, leftOut, info, step, seconds };
}

/** As many as are drawn; their draws are those that they have among all. */
function firstOf({ count, inputs }: PredictionTask['data'], { input }: Experiment['model']): PredictionTask['data'] {
  const first = Math.min(mostPlotted, count);
  const places = Int32Array.from({ length: first }, (_, i) => i);
  return { count: first, inputs: gatheredInputs(inputs, places, input.shape) };
}

async function calibratedBy(
  calibration: CalibrationRecord,
  level: number,
  predictive: Predictive,
  of: Pick<Experiment, 'model' | 'configuration'> & Pick<PredictionTask, 'parameters' | 'data'>,
): Promise<CalibratedPredictions> {
  if (calibration.familiarity === null) return calibrate(predictive, calibration, level, null);
  const { count, inputs } = of.data;
  const { seed } = calibration;
  const viewed = await viewedAs(of, of.parameters, { count, inputs, groups: groupsOf(predictive), seed });
  return calibrate(predictive, calibration, level, viewed);
}

/** @throws CheckpointError where nothing has been trained yet */
function latest(run: string, watch: Watch): Checkpoint {
  const checkpoint = loadLatest(run, null, { onWarning: watch.note });
  if (checkpoint !== null) return checkpoint;
  throw new CheckpointError(`${run} has no checkpoint yet`, {
    remedy: `Train it: ${commandOf('train', '--resume', [run])}`,
  });
}

/**
 * Before anything is computed.
 * @throws CheckpointError where the checkpoint is of another model
 */
async function assertUsable(
  run: string,
  checkpoint: Checkpoint,
  { model, parameters, configuration }: Pick<Experiment, 'model' | 'parameters' | 'configuration'>,
  watch: Watch,
): Promise<void> {
  assertModel(checkpoint, { model: model.name, parameters }, run);
  const slow = precisionNote(await chooseEngine(configuration.engine), configuration);
  if (slow) watch.note(slow);
}

function infoIn(checkpoint: Checkpoint, { data }: RunConfiguration): DataInfo {
  const schema = schemaOf(checkpoint);
  if (schema !== null) return infoOfSchema(schema);
  const info = infoOfImages(data);
  return { ...info, input: { ...info.input, shift: pixelMeanOf(checkpoint) } };
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
