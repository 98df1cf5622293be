/** Monte Carlo prediction with an engine, and the ranks that share the draws. */
import { availableParallelism } from 'node:os';
import type { Communicator } from '../comm/index.ts';
import { type PredictionInputs, predictDraws } from '../inference/index.ts';
import type { Predictive } from '../likelihoods/index.ts';
import type { Model } from '../models/index.ts';
import type { NamedTensor, RunConfiguration } from '../train/index.ts';
import { chooseEngine } from './engine.ts';
import { type Handed, handed } from './handing.ts';
import type { DataInfo } from './info.ts';
import { canStartThreads, startThreads, together } from './ranks.ts';

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
  return predictDraws(await chooseEngine(engine), trained, data, {
    ...{ draws, seed, quantiles, precision, ranks },
    ...(onProgress && { onProgress }),
  });
}

/** Below this many draws of an example, a thread takes longer to start than to help. */
const worthAThread = 20_000;

/** The same on threads of this process: as many as `ranks` says, else one per core, as far as there is enough to do. */
export async function predictOnThreads(
  model: Model<Predictive>,
  task: PredictionTask,
  onProgress?: Progress,
): Promise<Predictive> {
  const { ranks, deadline } = task.configuration;
  const useful = Math.max(1, Math.floor((task.data.count * task.draws) / worthAThread));
  const count = Math.min(ranks ?? (canStartThreads ? availableParallelism() : 1), useful);
  const threads = startThreads(count, deadline, new URL('./prediction-rank.js', import.meta.url), {
    task: { ...task, data: handed(task.data) },
  });
  return together(threads, (communicator) => predictShare(model, task, communicator, onProgress));
}
