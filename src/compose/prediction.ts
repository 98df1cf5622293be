/** Monte Carlo prediction with an engine, and the ranks that share the draws. */
import { availableParallelism } from 'node:os';
import type { Communicator } from '../comm/index.ts';
import { CredenceError } from '../errors/index.ts';
import { type PredictionInputs, predictionSteps } from '../inference/index.ts';
import type { Predictive } from '../likelihoods/index.ts';
import type { Model } from '../models/index.ts';
import { type NamedTensor, type RunConfiguration, type StopRequest, breath, breathe } from '../train/index.ts';
import { chooseTogether } from './engine.ts';
import { type Handed, handed } from './handing.ts';
import type { DataInfo } from './info.ts';
import { canStartThreads, startThreads, together } from './ranks.ts';
import type { Watch, Work } from './watch.ts';

/** What every rank does: the same for all. Examples are shared, not copied. */
export interface PredictionTask {
  readonly configuration: RunConfiguration;
  readonly info: DataInfo;
  readonly parameters: readonly NamedTensor[];
  readonly data: PredictionInputs;
  readonly draws: number;
  /** levels in 0 .. 1 */
  readonly quantiles: readonly number[];
}

/** The same as a thread is handed it. */
export type HandedTask = Omit<PredictionTask, 'data'> & { readonly data: Handed<PredictionInputs> };

export type Progress = (done: number, total: number) => void;

/** One rank's share of a prediction. @returns the whole, on every rank */
export async function predictShare(
  model: Model<Predictive>,
  { configuration, parameters, data, draws, quantiles }: PredictionTask,
  communicator: Communicator,
  onProgress?: Progress,
  stop: StopRequest = never,
): Promise<Predictive> {
  const { engine, precision, seed } = configuration;
  const values = new Map(parameters.map(({ name, data: own }) => [name, own]));
  const { rank, size } = communicator;
  const ranks = {
    rank,
    size,
    sum: (sums: Float64Array, name: string) => communicator.allreduce(sums, 'sum', name).run(0),
  };
  const trained = { model, members: [(name: string) => values.get(name)] };
  const steps = predictionSteps(await chooseTogether(engine, communicator), trained, data, {
    ...{ draws, seed, quantiles, precision, ranks },
    ...(onProgress && { onProgress }),
  });
  let rested = performance.now();
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (performance.now() - rested < breath) continue;
    await breathe();
    if (stop.requested !== null) throw new CredenceError('INTERRUPTED', `stopped by ${stop.requested}`);
    rested = performance.now();
  }
}

const never: StopRequest = { requested: null };

/**
 * A prediction that a signal may end.
 * @param again what to do then, a sentence
 * @throws CredenceError where one did: nothing is kept of it
 */
export async function untilStopped<T>(
  watch: Pick<Watch, 'listen'>,
  work: Work,
  again: string,
  predict: (stop: StopRequest) => Promise<T>,
): Promise<T> {
  const stop = watch.listen(work);
  try {
    return await predict(stop);
  } catch (error) {
    if (!(error instanceof CredenceError) || error.code !== 'INTERRUPTED') throw error;
    throw new CredenceError('INTERRUPTED', `${error.what} before the ${work} was done`, { remedy: again });
  } finally {
    stop.release();
  }
}

/** Below this many draws of an example, a thread takes longer to start than to help. */
const worthAThread = 20_000;

/** The same on threads of this process: as many as `ranks` says, else one per core, as far as there is enough to do. */
export async function predictOnThreads(
  model: Model<Predictive>,
  task: PredictionTask,
  onProgress?: Progress,
  stop: StopRequest = never,
): Promise<Predictive> {
  const { ranks, deadline } = task.configuration;
  const useful = Math.max(1, Math.floor((task.data.count * task.draws) / worthAThread));
  const count = Math.min(ranks ?? (canStartThreads ? availableParallelism() : 1), useful);
  const threads = startThreads(count, deadline, new URL('./prediction-rank.js', import.meta.url), {
    task: { ...task, data: handed(task.data) },
  });
  return together(threads, (communicator) => predictShare(model, task, communicator, onProgress, stop));
}
