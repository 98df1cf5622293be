import type { Communicator } from '../comm/index.ts';
import { CredenceError, commandOf } from '../errors/index.ts';
import {
  assertDrawing,
  posteriorCurvesObserver,
  rankSpeedsObserver,
  savedPosteriorObserver,
  tensorBoardObserver,
} from '../report/index.ts';
import { CheckpointStore, MetricsFile, type RunFolder, TimingFile, TraceFile, leaveSpans } from '../run/index.ts';
import {
  type Checkpoint,
  type RunConfiguration,
  type Schedule,
  SpanRing,
  type TrainingObserver,
  type TrainingResult,
  noTimeline,
  scheduleOf,
} from '../train/index.ts';
import { chooseEngine, precisionNote } from './engine.ts';
import {
  type Outcome,
  evaluateParameters,
  evaluationOnTheWay,
  heldOut,
  partOnTheWay,
  sourceOnTheWay,
} from './evaluation.ts';
import { describe } from './description.ts';
import type { Experiment } from './experiment.ts';
import { handed } from './handing.ts';
import { experimentOf } from './resolve.ts';
import { assertSameData, assertSameStep, joinJob, launchedAs } from './launched.ts';
import { assertPatience } from './patience.ts';
import { type Ranks, countRanks, launchedRanks, startRanks, together } from './ranks.ts';
import type { TrainRequest } from './request.ts';
import { assertLonger } from './resume.ts';
import { announce, claim, lastCheckpoint } from './start.ts';
import { recordedThroughput } from './throughput.ts';
import { trainerOf } from './train-share.ts';
import type { Watch } from './watch.ts';

/**
 * Trains, or goes on training, then evaluates the result: on threads of this process, or as one rank of a job that a
 * launcher started.
 * @returns null on a rank other than the first, which has nothing to tell
 */
export async function trainRun(request: TrainRequest, watch: Watch): Promise<Outcome | null> {
  const launched = launchedAs();
  const configuration = configurationOf(request, launched?.size ?? request.configuration.ranks ?? 1);
  if (launched && launched.rank > 0) {
    await followRun({ ...request, configuration }, watch);
    return null;
  }
  const { folder } = request;
  if (configuration.savePosterior === 'figures') assertDrawing('--savePosterior figures', 'png');
  const experiment = await experimentOf(configuration, null, watch);
  assertPatience(configuration, experiment);
  const examples = experiment.data.train.count;
  const schedule = scheduleOf(configuration, examples);
  if (folder.kind === 'resume') assertLonger(folder.stored, configuration, examples);
  const count = launched ? 1 : countRanks(configuration, schedule);
  // Before the folder: where the file cannot be written, nothing has begun.
  const trace = request.timeline === null ? null : new TraceFile(request.timeline, count, launched?.size ?? count);
  const run = claim(request);
  try {
    trace?.begin();
    const job = {
      experiment,
      schedule,
      threads: launched ? null : count,
      trace,
      rendered: request.render(configuration),
    };
    const evaluate = async (result: TrainingResult, ranks: Communicator | null) => {
      const samplesPerSecond = result.samplesPerSecond ?? recordedThroughput(run.path);
      const timeline = trace?.ring(0) ?? noTimeline;
      const began = timeline.now();
      const outcome = await evaluateParameters({ run: run.path, experiment, result, samplesPerSecond }, watch, ranks);
      timeline.add('evaluation', result.step, began);
      return outcome;
    };
    const { result, outcome } = await lead(run, job, watch, evaluate);
    if (result.stopped !== null) throw interrupted(run, result);
    const told = outcome ?? (await evaluate(result, null));
    trace?.write();
    return told;
  } finally {
    run.release();
  }
}

/** Of a training with patience: which parameters these are, and why there are no later ones. */
function tellBest({ best, step, totalSteps }: TrainingResult, watch: Watch): void {
  if (best === null) return;
  const end = step < totalSteps ? `no better NLL on the validation part: stopped after step ${step}; ` : '';
  watch.tell(`${end}parameters of step ${best.step}, validation NLL ${best.nll.toFixed(4)}`);
}

function interrupted({ path }: RunFolder, { stopped, step }: TrainingResult): CredenceError {
  return new CredenceError('INTERRUPTED', `stopped by ${stopped} after step ${step}, checkpointed`, {
    remedy: `Go on with: ${commandOf('train', '--resume', [path])}`,
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
  const timeline = path === null ? noTimeline : SpanRing.create(communicator.host);
  const stop = watch.listen('training');
  try {
    await together(launchedRanks(communicator), async () => {
      try {
        // The first rank has fetched the data set and tidied the run folder before it joined.
        const experiment = await experimentOf(configuration, null);
        const resume = folder.kind === 'resume' ? lastCheckpoint(folder.path, experiment, watch) : null;
        assertSameStep(communicator, resume?.step ?? 0);
        const { model, data } = experiment;
        assertSameData(communicator, data);
        const evaluate = evaluationOnTheWay(experiment, () => heldOut(data), communicator);
        const share = { configuration, model, train: data.train, resume };
        const trainer = await trainerOf(share, communicator, { stop, timeline, evaluate });
        const { stopped, step, parameters } = await trainer.run();
        stop.release();
        // all that the first rank asks of the others at the end
        const result = { step, parameters };
        const trained = { run: 'the run', experiment, result, samplesPerSecond: null };
        if (stopped === null) await evaluateParameters(trained, watch, communicator);
      } finally {
        if (path !== null && timeline instanceof SpanRing) leaveSpans(path, communicator.rank, timeline);
      }
    });
  } finally {
    stop.release();
  }
}

interface Job {
  readonly experiment: Experiment;
  readonly schedule: Schedule;
  /** how many share the work; null: this process is the first rank of a job that a launcher started */
  readonly threads: number | null;
  readonly trace: TraceFile | null;
  readonly rendered: string;
}

/**
 * The first rank's part: it starts the others or joins them, keeps the run folder, and tells what happens.
 * @param evaluate called here where the ranks were launched and have all come to the end: they share the draws
 * @returns no outcome where it was not called
 */
async function lead(
  { path }: RunFolder,
  job: Job,
  watch: Watch,
  evaluate: (result: TrainingResult, launched: Communicator) => Promise<Outcome | null>,
): Promise<{ readonly result: TrainingResult; readonly outcome: Outcome | null }> {
  const { experiment, trace, rendered } = job;
  const { configuration, data, model } = experiment;
  const slow = precisionNote(await chooseEngine(configuration.engine), configuration);
  if (slow) watch.note(slow);
  // Before anything is read: opening the store clears away what a killed process left half done.
  const store = new CheckpointStore(path, { keep: configuration.keepCheckpoints, onWarning: watch.note });
  const resume = lastCheckpoint(path, experiment, watch);
  const firstStep = resume?.step ?? 0;
  const ranks = await ranksOf(job, resume);
  const stop = watch.listen('training');
  try {
    const work = async (communicator: Communicator) => {
      if (job.threads === null) {
        assertSameStep(communicator, firstStep);
        assertSameData(communicator, data);
      }
      const files = { metrics: new MetricsFile(path, firstStep), timing: new TimingFile(path, firstStep) };
      const source = sourceOnTheWay(data);
      const trainer = await trainerOf({ configuration, model, train: data.train, resume }, communicator, {
        observers: observersOf(path, job, firstStep, files, watch),
        checkpoints: {
          write(checkpoint) {
            files.metrics.flush();
            files.timing.flush();
            return store.write(checkpoint);
          },
        },
        stop,
        description: describe(experiment),
        timeline: trace?.ring(0) ?? noTimeline,
        evaluate: evaluationOnTheWay(experiment, () => heldOut(data), communicator, {
          ...{ run: path, source, evaluating: watch.evaluating, of: partOnTheWay(data) },
        }),
      });
      announce(trainer, { run: path, experiment, firstStep, ranks: communicator, rendered }, watch);
      const result = await trainer.run();
      tellBest(result, watch);
      if (result.isGoodEnough)
        watch.tell(`relative errors on the validation part are as asked for: stopped after step ${result.step}`);
      const isShared = job.threads === null && result.stopped === null;
      // from now on a signal ends the evaluation
      stop.release();
      return { result, outcome: isShared ? await evaluate(result, communicator) : null };
    };
    const trained = await together(ranks, work, () => saveTrace(trace, watch));
    trace?.write();
    return trained;
  } finally {
    stop.release();
  }
}

async function ranksOf({ experiment, schedule, threads, trace }: Job, resume: Checkpoint | null): Promise<Ranks> {
  const { configuration, data } = experiment;
  if (threads === null) return launchedRanks(await joinJob(configuration));
  const count = (resume?.step ?? 0) < schedule.totalSteps ? threads : 1;
  const held = heldOut(data);
  return startRanks(count, configuration.deadline, {
    ...{ configuration, info: data.info, train: handed(data.train), held: held && handed(held), resume },
    spans: Array.from({ length: count }, (_, rank) => trace?.ring(rank).buffer ?? null),
  });
}

function observersOf(
  path: string,
  { experiment, schedule }: Job,
  firstStep: number,
  { metrics, timing }: { readonly metrics: TrainingObserver; readonly timing: TrainingObserver },
  watch: Watch,
): TrainingObserver[] {
  const { configuration, data, model } = experiment;
  return [
    metrics,
    timing,
    tensorBoardObserver(path, firstStep, { configuration, evaluated: partOnTheWay(data) }),
    posteriorCurvesObserver(path, firstStep),
    rankSpeedsObserver(path, firstStep),
    savedPosteriorObserver(path, configuration.savePosterior),
    watch.training(schedule, firstStep, model.likelihood.stepFigure.title),
    { onRescue: (step, failure) => watch.note(describeRescue(path, step, failure)) },
  ];
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
    ? `step ${step}, the last that was complete, is checkpointed. Go on with: ${commandOf('train', '--resume', [run])}`
    : `step ${step}, the last that was complete, could not be checkpointed: ${failure.message}`;
}
