import { type MessagePort, isMainThread } from 'node:worker_threads';
import { CommunicationError } from '../../errors/index.ts';
import type { Call } from '../call.ts';
import type { Collective, FoldRequest } from '../communicator.ts';
import type { Elements, Reduction } from '../elements.ts';
import { disagreement, missing, seconds } from '../messages.ts';
import { CollectiveQueue, type QueuedCollective } from '../queue.ts';
import { Board, presence } from './board.ts';
import {
  ThreadAllgather,
  ThreadAllreduce,
  ThreadBarrier,
  ThreadBroadcast,
  ThreadFold,
  ThreadSum,
  type ThreadTeam,
} from './collectives.ts';
import { Directory } from './directory.ts';
import type { ThreadSeat } from './seat.ts';

/** Milliseconds: long enough for ranks that come together, too short to keep a core from one that still computes. */
const spin = 0.04;
const endedSilently = 'ended without a word: out of memory, or ended from outside';
/** The longest sleep; a bell wakes earlier. */
const nap = 100;

/** A rank of a group of threads. */
export class ThreadCommunicator extends CollectiveQueue implements ThreadTeam {
  readonly kind = 'threads';
  readonly description: string;
  readonly #board: Board;
  readonly #directory: Directory;
  readonly #farewell: Collective;
  readonly #pulse: MessagePort;
  #isOverdue = false;

  constructor({ rank, shared, ports, pulse, deadline, host }: ThreadSeat) {
    super({ rank, size: ports.length, localRank: rank, host }, deadline);
    this.description = `${ports.length} threads`;
    this.#board = new Board(shared);
    this.#directory = new Directory(ports);
    this.#pulse = pulse;
    this.#farewell = this.barrier('end');
    this.#board.report(rank, presence.here);
    if (!isMainThread) this.#reportEnd();
  }

  protected makeAllreduce(call: Call, values: Elements, reduction: Reduction): Collective {
    return reduction === 'sum' && values instanceof Float32Array
      ? new ThreadSum(this, call, values)
      : new ThreadAllreduce(this, call, values, reduction);
  }

  protected makeBroadcast(call: Call, values: Elements, root: number): Collective {
    return new ThreadBroadcast(this, call, values, root);
  }

  protected makeAllgather(call: Call, own: Elements, all: Elements): Collective {
    return new ThreadAllgather(this, call, own, all);
  }

  protected makeBarrier(call: Call): Collective {
    return new ThreadBarrier(this, call);
  }

  protected makeFold(call: Call, request: FoldRequest): Collective {
    return new ThreadFold(this, call, request);
  }

  publish(arrays: readonly Elements[]): number {
    return this.#directory.publish(this.rank, arrays);
  }

  find(rank: number, id: number): readonly Elements[] {
    return this.#directory.find(rank, id);
  }

  arrive(sequence: number, header: Int32Array, arrays: number): void {
    this.#board.arrive(this.rank, sequence, header, arrays);
  }

  finish(sequence: number): void {
    this.#board.finish(this.rank, sequence);
  }

  arraysOf(rank: number, sequence: number): number {
    return this.#board.arrays(rank, sequence);
  }

  allArrived({ sequence, header }: QueuedCollective): boolean {
    const board = this.#board;
    if (!board.allArrived(sequence)) return false;
    if (board.allSame(sequence, header)) return true;
    throw disagreement(
      Array.from({ length: this.size }, (_, rank) => board.header(rank, sequence)),
      this.rank,
    );
  }

  allFinished(sequence: number): boolean {
    return this.#board.allFinished(sequence);
  }

  protected ticket(): number {
    return this.#board.bell();
  }

  protected pause(ticket: number, waited: number): void {
    if (waited > spin) this.#board.sleep(ticket, Math.min(nap, this.deadline));
  }

  protected watch(collective: QueuedCollective, waited: number): void {
    const board = this.#board;
    for (let rank = 0; rank < this.size; rank++) {
      // What ends a thread without a word, out of memory, has left it no time for one.
      if (board.isGone(rank)) board.report(rank, presence.lost, `on ${this.host} ${endedSilently}`);
      const state = board.presence(rank);
      if (state <= presence.here) continue;
      // What a rank did before it ended counts.
      if (board.hasFinished(rank, collective.sequence)) continue;
      // One that waited in vain waited for the same ranks as this one.
      if (state === presence.overdue && this.#absent(collective).length > 0) throw this.overdue(collective, waited);
      throw new CommunicationError(
        `rank ${this.rank} on ${this.host} cannot finish ${collective.description}: rank ${rank} ${board.reason(rank)}`,
        { ranks: [rank] },
      );
    }
  }

  protected overdue(collective: QueuedCollective, waited: number): CommunicationError {
    this.#isOverdue = true;
    return missing({
      rank: this.rank,
      host: this.host,
      waited,
      operation: collective.description,
      absent: this.#absent(collective).map((rank) => ({ rank, host: this.host, last: this.#lastSeen(rank) })),
    });
  }

  protected publishFailure(error: Error): void {
    const state = this.#isOverdue ? presence.overdue : presence.lost;
    this.#board.report(this.rank, state, `gave up: ${error.message}`);
  }

  protected leave(): void {
    this.#farewell.run(0);
    this.#board.report(this.rank, presence.closed, 'has left');
    this.#directory.close();
    this.#pulse.close();
  }

  abort(reason: string): void {
    this.#board.report(this.rank, presence.aborted, `on ${this.host} gave up: ${reason}`);
    this.end(new CommunicationError(`rank ${this.rank} on ${this.host} gave up: ${reason}`, { ranks: [this.rank] }));
  }

  /** The ranks that keep `collective` waiting, those apart that have given up themselves. */
  #absent({ stage, sequence }: QueuedCollective): number[] {
    const board = this.#board;
    return Array.from({ length: this.size }, (_, rank) => rank).filter(
      (rank) =>
        board.presence(rank) !== presence.overdue &&
        !(stage === 0 ? board.hasArrived(rank, sequence) : board.hasFinished(rank, sequence)),
    );
  }

  #lastSeen(rank: number): string {
    const board = this.#board;
    if (board.presence(rank) === presence.absent) return 'has not started';
    const begun = board.begun(rank);
    const silent = `${seconds(board.silence(rank))} ago`;
    return begun === 0
      ? `started ${silent}, no operation yet`
      : `last seen ${silent} in ${board.describe(rank, begun - 1)}`;
  }

  /** What ends this worker, the others learn at once; what kills it unasked, the launching thread reports. */
  #reportEnd(): void {
    process.once('uncaughtExceptionMonitor', (error) => {
      this.#board.report(this.rank, presence.lost, `on ${this.host} failed: ${error.message}`);
    });
    process.once('exit', (code) => {
      this.#board.report(this.rank, presence.lost, `on ${this.host} ended with exit code ${code}`);
    });
  }
}
