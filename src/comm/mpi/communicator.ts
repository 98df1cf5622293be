import { CommunicationError } from '../../errors/index.ts';
import { type Call, headerWords, isSameCall } from '../call.ts';
import type { Collective, FoldRequest, Place } from '../communicator.ts';
import type { Elements, Reduction } from '../elements.ts';
import { disagreement, missing } from '../messages.ts';
import { CollectiveQueue, type QueuedCollective } from '../queue.ts';
import { WaitClock } from '../wait-clock.ts';
import {
  MpiAllgather,
  MpiAllreduce,
  MpiBarrier,
  MpiBroadcast,
  MpiFold,
  MpiReduction,
  MpiSum,
  type MpiTeam,
} from './collectives.ts';
import type { MpiFunctions } from './functions.ts';
import { RollCall, type Word } from './roll-call.ts';
import { guarded } from './watchdog.ts';

/** Milliseconds that a wait asks MPI without a rest, long enough for a bucket; then, letting others have the core. */
const spin = 0.3;
const yielding = 2;
/** Milliseconds between looks when a wait has become long. */
const nap = 1;
/** Milliseconds within which the others answer a roll call. */
const answer = 500;
/** Milliseconds that a rank stays after it has said why it ends: when one is gone, the launcher kills the others. */
const farewell = 1500;
/** Milliseconds from another rank's first word until it is taken for bad news. */
const hesitation = 20;
/** From this size on Open MPI's own non-blocking sum takes twice as long as one by shares. */
const largeSum = 1 << 14;

/** MPI communicators, each for one kind of message. */
export interface MpiChannels {
  readonly headers: number;
  readonly payloads: number;
  readonly results: number;
  readonly diagnosis: number;
}

/** A rank of an MPI job. */
export class MpiCommunicator extends CollectiveQueue implements MpiTeam {
  readonly kind = 'mpi';
  readonly description: string;
  readonly mpi: MpiFunctions;
  readonly headers: number;
  readonly payloads: number;
  readonly results: number;
  readonly #hosts: readonly string[];
  readonly #diagnosis: number;
  readonly #rollCall: RollCall;
  readonly #farewell: Collective;
  readonly #still = new Int32Array(new SharedArrayBuffer(4));
  /** when another rank was first heard */
  #alarmed = 0;
  /** when this rank may end, once it has to */
  #leavesAt = 0;
  #isOver = false;

  /** @param hosts of all ranks */
  constructor(mpi: MpiFunctions, channels: MpiChannels, place: Place, hosts: readonly string[], deadline: number) {
    super(place, deadline);
    this.mpi = mpi;
    this.headers = channels.headers;
    this.payloads = channels.payloads;
    this.results = channels.results;
    this.#diagnosis = channels.diagnosis;
    this.#hosts = hosts;
    this.#rollCall = new RollCall(mpi, channels.diagnosis, place.rank, place.size);
    this.description = `${mpi.version.split(/[,\n]/)[0].trim()}, ${place.size} ranks`;
    this.#farewell = this.barrier('end');
    process.once('uncaughtExceptionMonitor', (error) => this.#say(`failed: ${error.message}`));
    process.once('exit', (code) => {
      this.#say(`ended with exit code ${code}`);
      this.#linger();
    });
  }

  protected makeAllreduce(call: Call, values: Elements, reduction: Reduction): Collective {
    if (values instanceof Uint16Array) return new MpiReduction(this, call, values, reduction);
    const isSlow = this.mpi.abi.name === 'Open MPI' && values.length >= largeSum;
    return isSlow && reduction === 'sum' && values instanceof Float32Array
      ? new MpiSum(this, call, values)
      : new MpiAllreduce(this, call, values, reduction);
  }

  protected makeBroadcast(call: Call, values: Elements, root: number): Collective {
    return new MpiBroadcast(this, call, values, root);
  }

  protected makeAllgather(call: Call, own: Elements, all: Elements): Collective {
    return new MpiAllgather(this, call, own, all);
  }

  protected makeBarrier(call: Call): Collective {
    return new MpiBarrier(this, call);
  }

  protected makeFold(call: Call, request: FoldRequest): Collective {
    return new MpiFold(this, call, request);
  }

  protected ticket(): number {
    return 0;
  }

  protected pause(_ticket: number, waited: number): void {
    if (waited < spin) return;
    if (waited < yielding) this.mpi.yield();
    else this.#sleep(waited < 20 ? 0.05 : nap);
  }

  protected watch(collective: QueuedCollective, waited: number): void {
    if (waited < yielding || !this.#rollCall.hears()) return;
    // What a rank did before it gave up counts, and may still be on its way.
    const now = performance.now();
    if (this.#alarmed === 0) this.#alarmed = now;
    if (now - this.#alarmed > hesitation) throw this.overdue(collective, waited);
  }

  /** Tells the others where this rank waits, and hears where they do; the two are one and the same round. */
  protected overdue(collective: QueuedCollective, waited: number): CommunicationError {
    this.#rollCall.announce(collective.header);
    const heard = new Map<number, Word>();
    const clock = new WaitClock();
    this.#leavesAt = performance.now() + answer + farewell;
    while (clock.look() < answer && heard.size < this.size - 1) {
      const word = this.#rollCall.receive();
      if (word === null) this.#sleep(nap);
      else if (word.isAbort) return this.#lost(collective, word);
      else heard.set(word.rank, word);
    }
    const ranks = Array.from({ length: this.size }, (_, rank) => rank);
    const absent = ranks.filter((rank) => rank !== this.rank && !heard.has(rank));
    if (absent.length > 0) {
      const last = 'answers no roll call: stopped, lost or busy elsewhere';
      return missing({
        rank: this.rank,
        host: this.host,
        waited,
        operation: collective.description,
        absent: absent.map((rank) => ({ rank, host: this.#hosts[rank], last })),
      });
    }
    const headers = ranks.map((rank) => heard.get(rank)?.header ?? collective.header);
    if (headers.some((header) => !isSameCall(header, 0, collective.header, 0))) return disagreement(headers, this.rank);
    return new CommunicationError(
      `rank ${this.rank} on ${this.host} is too late: the others have given up ${collective.description}`,
    );
  }

  disagree(collective: QueuedCollective): never {
    const own = new Int32Array(new SharedArrayBuffer(4 * headerWords));
    own.set(collective.header);
    const all = new Int32Array(new SharedArrayBuffer(4 * headerWords * this.size));
    const request = this.mpi.slots(1);
    const { types } = this.mpi.abi;
    this.mpi.call(
      'MPI_Iallgather',
      this.mpi.address(own),
      headerWords,
      types.int32,
      this.mpi.address(all),
      headerWords,
      types.int32,
      this.#diagnosis,
      request.address,
    );
    const clock = new WaitClock();
    while (!this.mpi.test(request.address)) {
      if (clock.look() > this.deadline) throw this.overdue(collective, this.deadline);
      this.#sleep(nap);
    }
    this.#leavesAt = performance.now() + farewell;
    const headers = Array.from({ length: this.size }, (_, rank) =>
      all.slice(rank * headerWords, (rank + 1) * headerWords),
    );
    throw disagreement(headers, this.rank);
  }

  protected publishFailure(error: Error): void {
    this.#say(`gave up: ${error.message}`);
  }

  protected leave(): void {
    this.#farewell.run(0);
    this.#isOver = true;
    guarded(
      () => this.mpi.call('MPI_Finalize'),
      this.deadline,
      `rank ${this.rank} on ${this.host} waited ${this.deadline / 1000} s in MPI_Finalize`,
    );
  }

  abort(reason: string): void {
    if (this.#isOver) return;
    this.#say(`gave up: ${reason}`);
    this.#linger();
    this.#isOver = true;
    this.end(new CommunicationError(`rank ${this.rank} on ${this.host} gave up: ${reason}`, { ranks: [this.rank] }));
    this.mpi.call('MPI_Abort', this.mpi.abi.world, 1);
  }

  #lost(collective: QueuedCollective, { rank, reason }: Word): CommunicationError {
    return new CommunicationError(
      `rank ${this.rank} on ${this.host} cannot finish ${collective.description}: ` +
        `rank ${rank} on ${this.#hosts[rank]} ${reason}`,
      { ranks: [rank] },
    );
  }

  /** Says once why this rank ends. */
  #say(reason: string): void {
    if (this.#leavesAt > 0 || this.#isOver) return;
    this.#leavesAt = performance.now() + farewell;
    this.#rollCall.giveUp(reason);
  }

  /** A launcher kills all ranks when the first one ends: the others first get time to say what they know. */
  #linger(): void {
    while (!this.#isOver && performance.now() < this.#leavesAt) {
      this.#rollCall.hears();
      this.#sleep(10);
    }
  }

  #sleep(milliseconds: number): void {
    Atomics.wait(this.#still, 0, 0, milliseconds);
  }
}
