import { hostname } from 'node:os';
import { MessageChannel, type MessagePort, Worker, type WorkerOptions } from 'node:worker_threads';
import { UsageError } from '../../errors/index.ts';
import { Board, presence } from './board.ts';
import { ThreadCommunicator } from './communicator.ts';
import type { ThreadSeat } from './seat.ts';
import { watchThreads } from './watcher.ts';

export interface ThreadGroupOptions {
  readonly size: number;
  /** seconds without progress that a wait may last; 30 unless given */
  readonly deadlineSeconds?: number;
}

/**
 * The ranks of one process, seen from the thread that starts them. Each seat is taken once: by a worker (`start`, then
 * `joinThreads(workerData.seat)` there) or by the launching thread itself.
 */
export class ThreadGroup {
  readonly size: number;
  readonly #board: Board;
  readonly #seats: readonly ThreadSeat[];

  constructor({ size, deadlineSeconds = 30 }: ThreadGroupOptions) {
    if (!Number.isInteger(size) || size < 1) {
      throw new UsageError('a group of threads needs ranks', { got: `${size}`, expected: 'a whole number from 1 on' });
    }
    this.size = size;
    const shared = Board.create(size);
    this.#board = new Board(shared);
    const ports: (MessagePort | null)[][] = Array.from({ length: size }, () => new Array(size).fill(null));
    for (let a = 0; a < size; a++) {
      for (let b = a + 1; b < size; b++) {
        const { port1, port2 } = new MessageChannel();
        ports[a][b] = port1;
        ports[b][a] = port2;
      }
    }
    const host = hostname();
    const pulses = ports.map(() => new MessageChannel());
    const ends = pulses.map(({ port1 }, rank) => ({ port: port1, word: Board.goneWord(rank) }));
    watchThreads(shared, Board.bellWord, ends);
    const deadline = 1000 * deadlineSeconds;
    this.#seats = ports.map((own, rank) => ({ rank, shared, ports: own, pulse: pulses[rank].port2, deadline, host }));
  }

  seat(rank: number): ThreadSeat {
    return this.#seats[rank];
  }

  /**
   * Starts the worker of a rank, with `seat` beside what `options.workerData` holds. However it ends, the other ranks
   * learn of it.
   */
  start(rank: number, entry: string | URL, options: WorkerOptions = {}): Worker {
    const seat = this.#seats[rank];
    const worker = new Worker(entry, {
      ...options,
      workerData: { ...(options.workerData as object | undefined), seat },
      transferList: [...(options.transferList ?? []), seat.pulse, ...seat.ports.filter((port) => port !== null)],
    });
    worker.on('error', (error: Error) => this.#lost(rank, `on ${seat.host} failed: ${error.message}`));
    worker.on('exit', (code) => this.#lost(rank, `on ${seat.host} ended with exit code ${code}`));
    return worker;
  }

  #lost(rank: number, reason: string): void {
    this.#board.report(rank, presence.lost, reason);
  }
}

/** Takes a seat: the communicator of its rank. */
export function joinThreads(seat: ThreadSeat): ThreadCommunicator {
  return new ThreadCommunicator(seat);
}
