/** Monte Carlo prediction as the command line composes it: an engine, and the ranks that share the draws. */
import { availableParallelism } from 'node:os';
import type { Communicator } from '../comm/index.ts';
import { type Images, type Predictive, predict } from '../inference/index.ts';
import { modelOf } from '../models/index.ts';
import type { NamedTensor, RunConfiguration } from '../train/index.ts';
import { chooseEngine } from './engine.ts';
import { canStartThreads, startThreads } from './ranks.ts';

/** What every rank is handed: the same for all. Images are shared, not copied. */
export interface PredictionTask {
  readonly engine: RunConfiguration['engine'];
  readonly precision: RunConfiguration['precision'];
  readonly model: string;
  readonly parameters: readonly NamedTensor[];
  readonly data: Images;
  readonly draws: number;
  readonly seed: number;
  /** levels in 0 .. 1 */
  readonly quantiles: readonly number[];
}

type Progress = (done: number, total: number) => void;

/** One rank's share of a prediction. @returns the whole, on every rank */
export async function predictShare(
  { engine, precision, model, parameters, data, draws, seed, quantiles }: PredictionTask,
  communicator: Communicator,
  onProgress?: Progress,
): Promise<Predictive> {
  const values = new Map(parameters.map(({ name, data: own }) => [name, own]));
  const { rank, size } = communicator;
  const ranks = {
    rank,
    size,
    sum: (sums: Float64Array, name: string) => communicator.allreduce(sums, 'sum', name).run(0),
  };
  const options = { draws, seed, quantiles, precision, ranks, onProgress };
  return predict(await chooseEngine(engine), modelOf(model), (name) => values.get(name)!, data, options);
}

/** Below this many draws of an image, a thread takes longer to start than to help. */
const worthAThread = 20_000;

/** The same on threads of this process: as many as `ranks` says, else one per core, as far as there is enough to do. */
export async function predictOnThreads(
  task: PredictionTask,
  { ranks, deadline }: Pick<RunConfiguration, 'ranks' | 'deadline'>,
  onProgress?: Progress,
): Promise<Predictive> {
  const useful = Math.max(1, Math.floor((task.data.count * task.draws) / worthAThread));
  const count = Math.min(ranks ?? (canStartThreads ? availableParallelism() : 1), useful);
  const threads = startThreads(count, deadline, new URL('./prediction-rank.js', import.meta.url), { task });
  try {
    const result = await predictShare(task, threads.communicator, onProgress);
    threads.close();
    return result;
  } catch (error) {
    await threads.abort((error as Error).message);
    throw error;
  }
}
