import { CommunicationError } from '../errors/index.ts';
import { type Call, allreduceOperation, describeCall, encodeCall, stamp } from './call.ts';
import type { Collective, Communicator, FoldRequest, Place } from './communicator.ts';
import { type Elements, type Reduction, assertShared } from './elements.ts';
import { WaitClock } from './wait-clock.ts';

/** Operations that a rank may have started and not finished. */
export const inFlight = 64;

/** No stage: not started, or finished. */
const idle = -1;

/**
 * A collective as a state machine. Stage 0: this rank has told the others; each later stage is reached by `advance`,
 * the last is `complete`.
 */
export abstract class QueuedCollective implements Collective {
  readonly header: Int32Array;
  readonly complete: number;
  readonly #queue: CollectiveQueue;
  stage = idle;
  sequence = 0;

  constructor(queue: CollectiveQueue, call: Call, complete: number) {
    if (call.elements) assertShared(call.elements, `"${call.name}"`);
    this.#queue = queue;
    this.header = encodeCall(call);
    this.complete = complete;
  }

  /** Tells the other ranks: stage 0. */
  abstract post(): void;

  /** Moves on as far as it can without waiting, to stage `limit` at most: no operation overtakes an earlier one. */
  abstract advance(limit: number): void;

  start(step: number): void {
    this.#queue.start(this, step);
  }

  test(): boolean {
    return this.#queue.test(this);
  }

  wait(): void {
    this.#queue.wait(this);
  }

  run(step: number): void {
    this.#queue.start(this, step);
    this.#queue.wait(this);
  }

  get description(): string {
    return describeCall(this.header);
  }
}

/** What threads and MPI have in common: operations in the order in which they were started, waits with a deadline. */
export abstract class CollectiveQueue implements Communicator {
  abstract readonly kind: 'threads' | 'mpi';
  abstract readonly description: string;
  readonly rank: number;
  readonly size: number;
  readonly localRank: number;
  readonly host: string;
  protected readonly deadline: number;
  /** what ended the communication, for all that is asked afterwards */
  #failure: Error | null = null;
  #closed = false;
  readonly #clock = new WaitClock();
  #sequence = 0;
  readonly #ring = new Array<QueuedCollective | null>(inFlight).fill(null);
  #head = 0;

  /** @param deadline milliseconds without progress that a wait may last; time in which all was stopped does not count */
  constructor({ rank, size, localRank, host }: Place, deadline: number) {
    this.rank = rank;
    this.size = size;
    this.localRank = localRank;
    this.host = host;
    this.deadline = deadline;
  }

  allreduce(values: Elements, reduction: Reduction, name: string): Collective {
    const operation = allreduceOperation(reduction);
    return this.makeAllreduce({ operation, name, elements: values, extra: 0 }, values, reduction);
  }

  broadcast(values: Elements, root: number, name: string): Collective {
    return this.makeBroadcast({ operation: 'broadcast', name, elements: values, extra: root }, values, root);
  }

  allgather(own: Elements, all: Elements, name: string): Collective {
    if (all.constructor !== own.constructor || all.length !== own.length * this.size) {
      throw new CommunicationError(`allgather of "${name}" does not fit`, {
        got: `${all.constructor.name} x ${all.length}`,
        expected: `${own.constructor.name} x ${own.length * this.size}`,
      });
    }
    assertShared(all, `"${name}"`);
    return this.makeAllgather({ operation: 'allgather', name, elements: own, extra: 0 }, own, all);
  }

  barrier(name: string): Collective {
    return this.makeBarrier({ operation: 'barrier', name, elements: null, extra: 0 });
  }

  fold(request: FoldRequest, name: string): Collective {
    const { parts, total, merges } = request;
    for (const part of parts) assertShared(part, `"${name}"`);
    return this.makeFold({ operation: 'fold', name, elements: total, extra: merges.length }, request);
  }

  protected abstract makeAllreduce(call: Call, values: Elements, reduction: Reduction): Collective;
  protected abstract makeBroadcast(call: Call, values: Elements, root: number): Collective;
  protected abstract makeAllgather(call: Call, own: Elements, all: Elements): Collective;
  protected abstract makeBarrier(call: Call): Collective;
  protected abstract makeFold(call: Call, request: FoldRequest): Collective;

  /** Read before looking for progress, handed to `pause`. */
  protected abstract ticket(): number;
  /** Rests until something may have changed since `ticket`: shortly at first, when the wait has lasted longer, longer. */
  protected abstract pause(ticket: number, waited: number): void;
  /** Throws if `collective` can never be completed, since another rank has failed. */
  protected abstract watch(collective: QueuedCollective, waited: number): void;
  /** An error that names the ranks that `collective` waits for. */
  protected abstract overdue(collective: QueuedCollective, waited: number): CommunicationError;
  /** Tells the other ranks that this one has failed. */
  protected abstract publishFailure(error: Error): void;
  /** Leaves in order. */
  protected abstract leave(): void;
  abstract abort(reason: string): void;

  start(collective: QueuedCollective, step: number): void {
    this.#assertUsable();
    if (!isIdle(collective)) throw new Error(`started twice: ${collective.description}`);
    if (this.#sequence - this.#head >= inFlight) this.wait(this.#at(this.#head));
    const sequence = this.#sequence++;
    collective.sequence = sequence;
    collective.stage = 0;
    stamp(collective.header, sequence, step);
    this.#ring[sequence % inFlight] = collective;
    collective.post();
  }

  test(collective: QueuedCollective): boolean {
    if (isIdle(collective)) return true;
    this.#assertUsable();
    this.#advance();
    if (isIdle(collective)) return true;
    this.#watch(collective, 0);
    return false;
  }

  wait(collective: QueuedCollective): void {
    if (isIdle(collective)) return;
    this.#assertUsable();
    const clock = this.#clock;
    clock.restart();
    for (;;) {
      const ticket = this.ticket();
      const moved = this.#advance();
      if (isIdle(collective)) return;
      if (moved) clock.restart();
      const waited = clock.look();
      this.#watch(collective, waited);
      if (waited > this.deadline) this.fail(this.overdue(collective, waited));
      this.pause(ticket, waited);
    }
  }

  close(): void {
    if (this.#closed) return;
    if (!this.#failure) this.leave();
    this.#closed = true;
  }

  /** Ends the communication of this rank with an error, which the others learn of. */
  protected fail(error: Error): never {
    if (!this.#failure) {
      this.#failure = error;
      this.publishFailure(error);
    }
    throw error;
  }

  /** Nothing is asked of the others from now on; every call gets this error. */
  protected end(error: Error): void {
    this.#failure ??= error;
  }

  #assertUsable(): void {
    if (this.#failure) throw this.#failure;
    if (this.#closed) throw new CommunicationError('the communicator is closed');
  }

  #at(sequence: number): QueuedCollective {
    return this.#ring[sequence % inFlight]!;
  }

  #watch(collective: QueuedCollective, waited: number): void {
    try {
      this.watch(collective, waited);
    } catch (error) {
      this.fail(error as Error);
    }
  }

  /** @returns whether anything has moved on */
  #advance(): boolean {
    let moved = false;
    try {
      let limit = Number.POSITIVE_INFINITY;
      for (let s = this.#head; s < this.#sequence && limit > 0; s++) {
        const collective = this.#at(s);
        if (isDone(collective)) continue;
        const before = collective.stage;
        collective.advance(limit);
        moved ||= collective.stage !== before;
        if (!isDone(collective)) limit = Math.min(limit, collective.stage);
      }
    } catch (error) {
      this.fail(error as Error);
    }
    for (; this.#head < this.#sequence && isDone(this.#at(this.#head)); this.#head++) {
      this.#at(this.#head).stage = idle;
    }
    return moved;
  }
}

function isDone(collective: QueuedCollective): boolean {
  return collective.stage === collective.complete;
}

/** Operations finish in order: one that is done stays in the ring until those before it are. */
function isIdle(collective: QueuedCollective): boolean {
  return collective.stage === idle;
}
