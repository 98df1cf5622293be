import { describeCall, headerWords, isSameCall } from '../call.ts';
import { inFlight } from '../queue.ts';

/** What a rank is: written by itself, or by the launching thread when its worker has ended. */
export const presence = { absent: 0, here: 1, closed: 2, lost: 3, aborted: 4, overdue: 5 } as const;

/** Words of the group, then one block for each rank; each begins with a cache line of its own. */
const group = { bell: 0, epochHigh: 1, epochLow: 2, words: 16 } as const;
const block = { arrived: 0, done: 1, presence: 2, seen: 3, reasonBytes: 4, gone: 5, reason: 16, headers: 144 } as const;
const reasonBytes = 4 * (block.headers - block.reason);
const headerStride = 32;
const blockWords = block.headers + inFlight * headerStride;

/**
 * The shared memory over which a group of threads talks: how many operations each rank has begun and done, the headers
 * of those in flight, and whether it is still there. Counters only grow; a change rings the one bell on which all wait.
 */
export class Board {
  readonly size: number;
  readonly #words: Int32Array;
  readonly #epoch: number;

  static create(size: number): SharedArrayBuffer {
    const shared = new SharedArrayBuffer(4 * (group.words + size * blockWords));
    const words = new Int32Array(shared);
    const now = Date.now();
    words[group.epochHigh] = Math.floor(now / 2 ** 31);
    words[group.epochLow] = now % 2 ** 31;
    return shared;
  }

  constructor(shared: SharedArrayBuffer) {
    this.#words = new Int32Array(shared);
    this.size = (this.#words.length - group.words) / blockWords;
    this.#epoch = this.#words[group.epochHigh] * 2 ** 31 + this.#words[group.epochLow];
  }

  /** The word that the watcher sets when the thread of a rank has ended. */
  static goneWord(rank: number): number {
    return at(rank, block.gone);
  }

  static readonly bellWord = group.bell;

  /** Rung at every change: read it, look around, then sleep unless it has changed. */
  bell(): number {
    return Atomics.load(this.#words, group.bell);
  }

  sleep(bell: number, milliseconds: number): void {
    Atomics.wait(this.#words, group.bell, bell, milliseconds);
  }

  /** Announces the operation `sequence` of a rank, and the number under which the directory has its arrays. */
  arrive(rank: number, sequence: number, header: Int32Array, arrays: number): void {
    const place = headerAt(rank, sequence);
    this.#words.set(header, place);
    this.#words[place + headerWords] = arrays;
    this.#words[at(rank, block.seen)] = this.#now();
    Atomics.store(this.#words, at(rank, block.arrived), sequence + 1);
    this.ring();
  }

  /** The rank's share of the operation `sequence` is done. */
  finish(rank: number, sequence: number): void {
    Atomics.store(this.#words, at(rank, block.done), sequence + 1);
    this.ring();
  }

  hasArrived(rank: number, sequence: number): boolean {
    return Atomics.load(this.#words, at(rank, block.arrived)) > sequence;
  }

  hasFinished(rank: number, sequence: number): boolean {
    return Atomics.load(this.#words, at(rank, block.done)) > sequence;
  }

  allArrived(sequence: number): boolean {
    for (let rank = 0; rank < this.size; rank++) if (!this.hasArrived(rank, sequence)) return false;
    return true;
  }

  allFinished(sequence: number): boolean {
    for (let rank = 0; rank < this.size; rank++) if (!this.hasFinished(rank, sequence)) return false;
    return true;
  }

  /** Whether all ranks, which have arrived, do what `header` says. */
  allSame(sequence: number, header: Int32Array): boolean {
    for (let rank = 0; rank < this.size; rank++) {
      if (!isSameCall(this.#words, headerAt(rank, sequence), header, 0)) return false;
    }
    return true;
  }

  /** A copy of a rank's header. */
  header(rank: number, sequence: number): Int32Array {
    const begin = headerAt(rank, sequence);
    return this.#words.slice(begin, begin + headerWords);
  }

  arrays(rank: number, sequence: number): number {
    return this.#words[headerAt(rank, sequence) + headerWords];
  }

  describe(rank: number, sequence: number): string {
    return describeCall(this.#words, headerAt(rank, sequence));
  }

  /** The number of operations that a rank has begun. */
  begun(rank: number): number {
    return Atomics.load(this.#words, at(rank, block.arrived));
  }

  presence(rank: number): number {
    return Atomics.load(this.#words, at(rank, block.presence));
  }

  /** Whether the thread of a rank has ended, with or without a word. */
  isGone(rank: number): boolean {
    return Atomics.load(this.#words, at(rank, block.gone)) !== 0;
  }

  /** Milliseconds since a rank was last heard of. */
  silence(rank: number): number {
    return this.#now() - this.#words[at(rank, block.seen)];
  }

  reason(rank: number): string {
    const bytes = new Uint8Array(reasonBytes);
    const begin = at(rank, block.reason);
    new Int32Array(bytes.buffer).set(this.#words.subarray(begin, begin + reasonBytes / 4));
    return new TextDecoder().decode(bytes.subarray(0, this.#words[at(rank, block.reasonBytes)]));
  }

  /** The first word on how a rank ended is the one that stays. */
  report(rank: number, state: number, reason = ''): void {
    const place = at(rank, block.presence);
    if (Atomics.load(this.#words, place) > presence.here) return;
    const bytes = new Uint8Array(reasonBytes);
    const { written } = new TextEncoder().encodeInto(reason, bytes);
    this.#words.set(new Int32Array(bytes.buffer), at(rank, block.reason));
    this.#words[at(rank, block.reasonBytes)] = written;
    this.#words[at(rank, block.seen)] = this.#now();
    Atomics.store(this.#words, place, state);
    this.ring();
  }

  ring(): void {
    Atomics.add(this.#words, group.bell, 1);
    Atomics.notify(this.#words, group.bell);
  }

  #now(): number {
    return Date.now() - this.#epoch;
  }
}

function at(rank: number, word: number): number {
  return group.words + rank * blockWords + word;
}

function headerAt(rank: number, sequence: number): number {
  return at(rank, block.headers + (sequence % inFlight) * headerStride);
}
