import { writeSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { type Communicator, solo, unitsOfRank } from '../comm/index.ts';
import { ThreadGroup, type ThreadSeat, joinThreads } from '../comm/threads/index.ts';
import type { ArrayExamples } from '../data/index.ts';
import { UnavailableError } from '../errors/index.ts';
import type { Checkpoint, RunConfiguration, Schedule } from '../train/index.ts';
import type { Handed } from './handing.ts';
import type { DataInfo } from './info.ts';

/** What the worker of a rank is handed: the same for all but the seat. Examples are shared, not copied. */
export interface RankWork {
  readonly seat: ThreadSeat;
  readonly configuration: RunConfiguration;
  readonly info: DataInfo;
  readonly train: Handed<ArrayExamples>;
  /** for evaluations on the way; null: none are held out */
  readonly held: Handed<ArrayExamples> | null;
  readonly resume: Checkpoint | null;
  /** by rank: where it records what it does; null where nobody looks */
  readonly spans: readonly (ArrayBufferLike | null)[];
}

/** The ranks of a run, seen from rank 0, which is this thread. */
export interface Ranks {
  readonly communicator: Communicator;
  /** leaves in order, once all ranks are done */
  close(): void;
  /** after a failure: tells the others and ends them */
  abort(reason: string): Promise<void>;
}

/**
 * Does something on all ranks, of which this is the first or the only one here: they leave in order, or all end.
 * @param onFailure before the ranks end, of which this process may be one
 */
export async function together<T>(
  ranks: Ranks,
  work: (communicator: Communicator) => Promise<T>,
  onFailure: () => void = () => {},
): Promise<T> {
  try {
    const result = await work(ranks.communicator);
    ranks.close();
    return result;
  } catch (error) {
    onFailure();
    await ranks.abort((error as Error).message);
    throw error;
  }
}

/**
 * How many threads share a run: what the configuration says, else one per core as far as there are units to deal out.
 * @throws UsageError when there are more ranks than units
 */
export function countRanks({ ranks }: RunConfiguration, { units }: Schedule): number {
  const count = ranks ?? Math.min(canStartThreads ? availableParallelism() : 1, units);
  unitsOfRank(units, 0, count);
  return count;
}

/** Node starts no worker from TypeScript sources. */
export const canStartThreads = import.meta.url.endsWith('.js');

/** Ranks that a launcher started: processes, of which this is one. */
export function launchedRanks(communicator: Communicator): Ranks {
  return {
    communicator,
    close: () => communicator.close(),
    async abort(reason) {
      // the job ends with this call: what is to be read has to be written before
      const told = communicator.rank === 0 ? reason : `rank ${communicator.rank}: ${reason}`;
      writeSync(process.stderr.fd, `credence: ${told}\n`);
      communicator.abort(told);
    },
  };
}

/** Starts the other ranks of a training. */
export function startRanks(count: number, deadlineSeconds: number, work: Omit<RankWork, 'seat'>): Ranks {
  return startThreads(count, deadlineSeconds, new URL('./rank.js', import.meta.url), work);
}

/**
 * Starts the other ranks, each a thread with an engine and a memory of its own, and takes the first seat.
 * @param entry what a thread runs, with `work` and its `seat` as workerData
 */
export function startThreads(count: number, deadlineSeconds: number, entry: URL, work: object): Ranks {
  if (count === 1) return { communicator: solo, close() {}, abort: async () => {} };
  if (!canStartThreads) {
    throw new UnavailableError('threads start from the built program', {
      remedy: 'Run npm run build, or give --ranks 1',
    });
  }
  const group = new ThreadGroup({ size: count, deadlineSeconds });
  const workers: Worker[] = [];
  for (let rank = 1; rank < count; rank++) {
    workers.push(group.start(rank, entry, { workerData: work }));
  }
  const communicator = joinThreads(group.seat(0));
  return {
    communicator,
    close: () => communicator.close(),
    async abort(reason) {
      communicator.abort(reason);
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
