/** Gravitational waves into files, by all ranks: threads of this process, or those that a launcher started. */
import { availableParallelism } from 'node:os';
import type { Communicator } from '../comm/index.ts';
import {
  type SignalRequest,
  closeSignalFolder,
  openSignalFolder,
  planOf,
  writeSignalFiles,
} from '../datasets/index.ts';
import { joinJob, launchedAs } from './launched.ts';
import { canStartThreads, launchedRanks, startThreads, together } from './ranks.ts';

export interface SignalTask extends SignalRequest {
  readonly folder: string;
  /** threads; null: one per core. A launcher says itself how many there are */
  readonly ranks: number | null;
  /** seconds that a rank waits for another without progress */
  readonly deadline: number;
}

/**
 * @param onProgress told of windows that are made, of all
 * @returns whether this is the first rank, which has something to tell
 * @throws UsageError, DataError
 */
export async function makeSignalFiles(
  task: SignalTask,
  onProgress: (done: number, total: number) => void,
): Promise<boolean> {
  const launched = launchedAs();
  const isFirst = (launched?.rank ?? 0) === 0;
  if (isFirst) openSignalFolder(task.folder, task);
  const count = Math.min(task.ranks ?? (canStartThreads ? availableParallelism() : 1), planOf(task).length);
  const ranks = launched
    ? launchedRanks(await joinJob(task))
    : startThreads(count, task.deadline, new URL('./signal-files-rank.js', import.meta.url), { task });
  await together(ranks, (communicator) => makeShare(task, communicator, onProgress));
  if (isFirst) await closeSignalFolder(task.folder, task);
  return isFirst;
}

/** One rank's share: in step with the others, block by block, so that a rank that is lost is noticed. */
export async function makeShare(
  task: SignalTask,
  communicator: Communicator,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<void> {
  const total = planOf(task).reduce((sum, { count }) => sum + count, 0);
  const own = writeSignalFiles(task.folder, task, communicator);
  // windows that are made, and ranks that have made theirs
  const sums = new Int32Array(new SharedArrayBuffer(8));
  const allreduce = communicator.allreduce(sums, 'sum', 'windows');
  let [made, isDone] = [0, false];
  try {
    for (let step = 0; sums[1]! < communicator.size; step++) {
      if (!isDone) {
        const { done, value } = await own.next();
        if (done) isDone = true;
        else made += value;
      }
      sums.set([made, Number(isDone)]);
      allreduce.run(step);
      onProgress(sums[0]!, total);
    }
  } finally {
    // where another rank is lost, a file is in the making
    await own.return(undefined);
  }
}
