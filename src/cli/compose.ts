/**
 * The composition root: here, and nowhere else, a run gets its engine, its communicator, its data, its folder and its
 * observers.
 */
import { cpus, hostname } from 'node:os';
import type { Communicator } from '../comm/index.ts';
import {
  type FetchProgress,
  type ImageDataset,
  loadDataset,
  readInputImages,
  withPixelMean,
} from '../datasets/index.ts';
import { pixelMean } from '../data/index.ts';
import type { Predictive } from '../inference/index.ts';
import { modelOf } from '../models/index.ts';
import { CheckpointError, CredenceError } from '../errors/index.ts';
import { posteriorCurvesObserver, recordStart, savedPosteriorObserver, tensorBoardObserver } from '../report/index.ts';
import {
  type Checkpoint,
  type RunConfiguration,
  type Schedule,
  type StopRequest,
  Trainer,
  type TrainingObserver,
  type TrainingResult,
  SpanRing,
  noTimeline,
  pixelMeanOf,
  scheduleOf,
} from '../train/index.ts';
import {
  CheckpointStore,
  MetricsFile,
  type RunFolder,
  TimingFile,
  configurationFile,
  createRunFolder,
  describeParameters,
  loadLatest,
  openRunFolder,
  TraceFile,
  leaveSpans,
  writeRunFile,
  writeTrainingLog,
} from '../run/index.ts';
import { publishedData, renderConfiguration } from './configuration/index.ts';
import { declarationsOf } from './declarations.ts';
import { chooseEngine, precisionNote } from './engine.ts';
import { type Outcome, evaluateParameters, evaluationOnTheWay } from './evaluation.ts';
import { assertSameStep, joinJob, launchedAs } from './launched.ts';
import type { TrainRequest } from './request.ts';
import { assertLonger } from './resume.ts';
import { countRanks, launchedRanks, startRanks } from './ranks.ts';
import { predictOnThreads, predictShare } from './prediction.ts';
import { recordedThroughput } from './throughput.ts';

/** Who is told what happens. */
export interface Watch {
  /** something odd that stops nothing, a line */
  note(text: string): void;
  /** how things go, a line */
  tell(text: string): void;
  fetching(progress: FetchProgress): void;
  training(schedule: Schedule, firstStep: number): TrainingObserver;
  evaluating(done: number, total: number): void;
  /** begins to listen for signals; what comes back is asked at every step */
  listen(): StopRequest & { release(): void };
}

/**
 * Trains, or goes on training, then evaluates the result.
 * @returns null on a rank other than the first, which has nothing to tell
 */
export async function trainRun(request: TrainRequest, watch: Watch): Promise<Outcome | null> {
  const launched = launchedAs();
  const { folder } = request;
  const configuration = configurationOf(request, launched?.size ?? request.configuration.ranks ?? 1);
  if (launched && launched.rank > 0) {
    await followRun({ ...request, configuration }, watch);
    return null;
  }
  const data = await load(configuration, watch, null);
  const schedule = scheduleOf(configuration, data.train.count);
  if (folder.kind === 'resume') assertLonger(folder.stored, configuration, data.train.count);
  const count = launched ? 1 : countRanks(configuration, schedule);
  // Before the folder: where the file cannot be written, nothing has begun.
  const trace = request.timeline === null ? null : new TraceFile(request.timeline, count, launched?.size ?? count);
  const run = claim({ configuration, folder });
  try {
    const job = { configuration, data, schedule, ranks: count, isLaunched: launched !== null, trace };
    const evaluate = async (result: TrainingResult, ranks: Communicator | null) => {
      const samplesPerSecond = result.samplesPerSecond ?? recordedThroughput(run.path);
      const timeline = trace?.ring(0) ?? noTimeline;
      const began = timeline.now();
      const trained = { run: run.path, configuration, data, result, samplesPerSecond };
      const outcome = await evaluateParameters(trained, watch, ranks);
      timeline.add('evaluation', result.step, began);
      return outcome;
    };
    const { result, outcome } = await trainIn(run, job, watch, evaluate);
    if (result.stopped !== null) throw interrupted(run, result);
    const told = outcome ?? (await evaluate(result, null));
    trace?.write();
    return told;
  } finally {
    run.release();
  }
}

function interrupted({ path }: RunFolder, { stopped, step }: TrainingResult): CredenceError {
  return new CredenceError('INTERRUPTED', `stopped by ${stopped} after step ${step}, checkpointed`, {
    remedy: `Go on with: credence train --resume ${path}`,
  });
}

/** With the original's flags every rank is a replica, and the steps are dealt out to them. */
function configurationOf({ configuration, isReplicaPerRank }: TrainRequest, ranks: number): RunConfiguration {
  if (!isReplicaPerRank) return configuration;
  const { iteration } = configuration;
  return { ...configuration, replicas: ranks, iteration: iteration && Math.max(1, Math.floor(iteration / ranks)) };
}

/** A launched rank other than the first: it trains its share, writes nothing and says nothing. */
async function followRun({ configuration, folder, timeline: path }: TrainRequest, watch: Watch) {
  const communicator = await joinJob(configuration);
  const { rank, host } = communicator;
  const timeline = path === null ? noTimeline : SpanRing.create(host);
  const leave = () => path !== null && timeline instanceof SpanRing && leaveSpans(path, rank, timeline);
  const stop = watch.listen();
  try {
    // The first rank has fetched the data set and tidied the run folder before it joined.
    const data = await load(configuration, watch, null);
    const resume = folder.kind === 'resume' ? lastCheckpoint(folder.path, configuration, watch) : null;
    assertSameStep(communicator, resume?.step ?? 0);
    const kernels = await chooseEngine(configuration.engine);
    const evaluate = evaluationOnTheWay(configuration, data.test, communicator);
    const options = { configuration, data: data.train, kernels, communicator, resume, stop, timeline, evaluate };
    const { stopped, step, parameters } = await new Trainer(options).run();
    if (stopped === null) await evaluate(step, parameters);
    leave();
    communicator.close();
  } catch (error) {
    leave();
    await launchedRanks(communicator).abort(`rank ${communicator.rank}: ${(error as Error).message}`);
    throw error;
  } finally {
    stop.release();
  }
}

/**
 * Evaluates the last intact checkpoint of a run, on threads or on all ranks of a job that a launcher started.
 * @returns null on a rank other than the first
 */
export async function evaluateRun(run: string, configuration: RunConfiguration, watch: Watch): Promise<Outcome | null> {
  const checkpoint = trainedCheckpoint(run, configuration, watch);
  const samplesPerSecond = recordedThroughput(run);
  const evaluate = async (launched: Communicator | null) => {
    const data = await load(configuration, watch, checkpoint);
    return evaluateParameters({ run, configuration, data, result: checkpoint, samplesPerSecond }, watch, launched);
  };
  const launched = launchedAs();
  const slow = precisionNote(await chooseEngine(configuration.engine), configuration);
  if (slow) watch.note(slow);
  if (!launched) return evaluate(null);
  // the first rank fetches the data set before the others ask for it
  if (launched.rank === 0) await load(configuration, watch, checkpoint);
  return onLaunchedRanks(configuration, checkpoint.step, evaluate);
}

/** Predictions of the last intact checkpoint of a run for images of the user's own; on every rank of a job the whole. */
export async function predictWithRun(
  run: string,
  inputs: readonly string[],
  configuration: RunConfiguration,
  quantiles: readonly number[],
  watch: Watch,
): Promise<{
  readonly predictive: Predictive;
  readonly names: readonly string[];
  readonly step: number;
  readonly seconds: number;
}> {
  const checkpoint = trainedCheckpoint(run, configuration, watch);
  const { step, parameters } = checkpoint;
  const { name: model, inputShape } = modelOf(configuration.model);
  const data = { ...readInputImages(inputs, inputShape), pixelMean: pixelMeanOf(checkpoint) };
  const { engine, precision, seed } = configuration;
  const slow = precisionNote(await chooseEngine(engine), configuration);
  if (slow) watch.note(slow);
  const draws = declarationsOf(model).isBayesian ? configuration.draws : 1;
  const task = { engine, precision, model, parameters, data, draws, seed, quantiles };
  const started = performance.now();
  const predictive = launchedAs()
    ? await onLaunchedRanks(configuration, step, (launched) => predictShare(task, launched, watch.evaluating))
    : await predictOnThreads(task, configuration, watch.evaluating);
  return { predictive, names: data.names, step, seconds: (performance.now() - started) / 1000 };
}

/** @throws CheckpointError where nothing has been trained yet */
function trainedCheckpoint(run: string, configuration: RunConfiguration, watch: Watch): Checkpoint {
  const checkpoint = lastCheckpoint(run, configuration, watch);
  if (checkpoint !== null) return checkpoint;
  throw new CheckpointError(`${run} has no checkpoint yet`, { remedy: `Train it: credence train --resume ${run}` });
}

/** Does something together on all ranks of a job, which have read the checkpoint of a step. */
async function onLaunchedRanks<T>(
  configuration: RunConfiguration,
  step: number,
  work: (communicator: Communicator) => Promise<T>,
): Promise<T> {
  const communicator = await joinJob(configuration);
  try {
    assertSameStep(communicator, step);
    const result = await work(communicator);
    communicator.close();
    return result;
  } catch (error) {
    await launchedRanks(communicator).abort(`rank ${communicator.rank}: ${(error as Error).message}`);
    throw error;
  }
}

interface Job {
  readonly configuration: RunConfiguration;
  readonly data: ImageDataset;
  readonly schedule: Schedule;
  /** threads */
  readonly ranks: number;
  /** whether this process is the first rank of a job that a launcher started */
  readonly isLaunched: boolean;
  readonly trace: TraceFile | null;
}

/**
 * @param evaluate called here where the ranks were launched and have all come to the end: they share the draws
 * @returns no outcome where it was not called
 */
async function trainIn(
  { path }: RunFolder,
  job: Job,
  watch: Watch,
  evaluate: (result: TrainingResult, launched: Communicator) => Promise<Outcome | null>,
): Promise<{ readonly result: TrainingResult; readonly outcome: Outcome | null }> {
  const { configuration, data, schedule, trace } = job;
  const kernels = await chooseEngine(configuration.engine);
  const slow = precisionNote(kernels, configuration);
  if (slow) watch.note(slow);
  // Before anything is read: opening the store clears away what a killed process left half done.
  const store = new CheckpointStore(path, { keep: configuration.keepCheckpoints, onWarning: watch.note });
  const resume = lastCheckpoint(path, configuration, watch);
  const firstStep = resume?.step ?? 0;
  const count = firstStep < schedule.totalSteps ? job.ranks : 1;
  const ranks = job.isLaunched
    ? launchedRanks(await joinJob(configuration))
    : startRanks(count, configuration.deadline, {
        ...{ configuration, data: data.train, test: data.test, resume },
        spans: Array.from({ length: count }, (_, rank) => trace?.ring(rank).buffer ?? null),
      });
  const stop = watch.listen();
  try {
    if (job.isLaunched) assertSameStep(ranks.communicator, firstStep);
    const metrics = new MetricsFile(path, firstStep);
    const timing = new TimingFile(path, firstStep);
    const trainer = new Trainer({
      configuration,
      data: data.train,
      kernels,
      communicator: ranks.communicator,
      observers: [
        metrics,
        timing,
        tensorBoardObserver(path, firstStep),
        posteriorCurvesObserver(path, firstStep),
        savedPosteriorObserver(path, configuration.savePosterior),
        watch.training(schedule, firstStep),
        { onRescue: (step, failure) => watch.note(describeRescue(path, step, failure)) },
      ],
      checkpoints: {
        write(checkpoint) {
          metrics.flush();
          timing.flush();
          return store.write(checkpoint);
        },
      },
      resume,
      stop,
      timeline: trace?.ring(0) ?? noTimeline,
      evaluate: evaluationOnTheWay(configuration, data.test, ranks.communicator, {
        ...{ run: path, source: data.source, evaluating: watch.evaluating },
      }),
    });
    // Only now: a folder in which nothing could begin is no run.
    writeRunFile(path, configurationFile, renderConfiguration(configuration));
    const { size, description } = ranks.communicator;
    recordStart(path, {
      ...{ step: firstStep, at: new Date().toISOString(), ranks: size, communicator: description },
      ...{ engine: trainer.engine, host: hostname(), cpu: cpus()[0]?.model.trim() ?? 'unknown' },
      ...{ examples: data.train.count, totalSteps: schedule.totalSteps },
    });
    announce(trainer, { run: path, configuration, data, firstStep, ranks: ranks.communicator.description }, watch);
    const result = await trainer.run();
    const isShared = job.isLaunched && result.stopped === null;
    const outcome = isShared ? await evaluate(result, ranks.communicator) : null;
    ranks.close();
    trace?.write();
    return { result, outcome };
  } catch (error) {
    saveTrace(trace, watch);
    await ranks.abort((error as Error).message);
    throw error;
  } finally {
    stop.release();
  }
}

/** After a failure, which is what is to be told, and not that of the timeline. */
function saveTrace(trace: TraceFile | null, watch: Watch): void {
  try {
    trace?.write();
  } catch (error) {
    watch.note((error as Error).message);
  }
}

function describeRescue(run: string, step: number, failure: Error | null): string {
  return failure === null
    ? `step ${step}, the last that was complete, is checkpointed. Go on with: credence train --resume ${run}`
    : `step ${step}, the last that was complete, could not be checkpointed: ${failure.message}`;
}

interface Start {
  readonly run: string;
  readonly configuration: RunConfiguration;
  readonly data: ImageDataset;
  readonly firstStep: number;
  /** for people */
  readonly ranks: string;
}

function announce(trainer: Trainer, { run, configuration, data, firstStep, ranks }: Start, watch: Watch): void {
  const { totalSteps, stepExamples } = trainer.schedule;
  const begin = firstStep === 0 ? '' : ` from step ${firstStep} on`;
  watch.tell(
    `${configuration.model}, ${totalSteps} ${totalSteps === 1 ? 'step' : 'steps'} of ${stepExamples} images${begin}`,
  );
  watch.tell(`engine ${trainer.engine}; ${ranks}`);
  watch.tell(`data ${data.source}, run folder ${run}`);
  if (!configuration.verbose) return;
  writeTrainingLog(run, trainer.parameters());
  watch.tell(describeParameters(trainer.parameters()).trimEnd());
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const { arena, arenaUnshared, regions, scratch, total } = trainer.memory;
  watch.tell(
    `memory of a rank ${megabytes(total)}: values ${megabytes(arena)} (${megabytes(arenaUnshared)} without sharing), ` +
      `parameters, gradients and moments ${megabytes(regions)}, scratch ${megabytes(scratch)}`,
  );
}

/** @param checkpoint whose mean image is subtracted; null: that of the training set, where one is */
async function load({ data }: RunConfiguration, watch: Watch, checkpoint: Checkpoint | null): Promise<ImageDataset> {
  const dataset = await loadDataset({ ...publishedData(data), onProgress: watch.fetching, onWarning: watch.note });
  if (checkpoint === null)
    return data.subtractPixelMean ? withPixelMean(dataset, () => pixelMean(dataset.train)) : dataset;
  const mean = pixelMeanOf(checkpoint);
  return mean === null ? dataset : withPixelMean(dataset, () => mean);
}

function claim({ configuration, folder }: Pick<TrainRequest, 'configuration' | 'folder'>): RunFolder {
  switch (folder.kind) {
    case 'resume':
      return openRunFolder(folder.path, configuration.model);
    case 'new':
      return createRunFolder({ out: folder.path, name: configuration.model });
    case 'unique':
      return createRunFolder({ out: null, parent: folder.parent, name: folder.name });
  }
}

function lastCheckpoint(run: string, { model }: RunConfiguration, watch: Watch): Checkpoint | null {
  const { parameters } = declarationsOf(model);
  return loadLatest(run, { model, parameters }, { onWarning: watch.note });
}
