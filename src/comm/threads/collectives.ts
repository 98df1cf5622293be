import { type Reducer, reducerOf } from '../arithmetic.ts';
import type { Call } from '../call.ts';
import type { FoldRequest } from '../communicator.ts';
import { type Elements, type Reduction, shareBegin } from '../elements.ts';
import { Fold, leftToRight } from '../fold.ts';
import { type CollectiveQueue, QueuedCollective } from '../queue.ts';

/** What a collective needs of its rank's communicator. */
export interface ThreadTeam extends CollectiveQueue {
  /** Makes arrays known to the other ranks. @returns their number */
  publish(arrays: readonly Elements[]): number;
  arrive(sequence: number, header: Int32Array, arrays: number): void;
  /** @throws CommunicationError when the ranks have arrived in different operations */
  allArrived(collective: QueuedCollective): boolean;
  /** the number of the arrays with which a rank has arrived */
  arraysOf(rank: number, sequence: number): number;
  find(rank: number, arrays: number): readonly Elements[];
  finish(sequence: number): void;
  allFinished(sequence: number): boolean;
}

const arrived = 0;
const shareDone = 1;
const complete = 2;

/**
 * A collective over shared memory. Each rank waits until all have arrived, then does its share of the work on the
 * arrays of all ranks in place: it alone reads and writes these elements, so one more wait, for the others' shares, is
 * all it takes.
 */
abstract class ThreadCollective extends QueuedCollective {
  protected readonly communicator: ThreadTeam;
  readonly #arrays: readonly Elements[];
  #id = -1;
  #ids: Int32Array;

  constructor(communicator: ThreadTeam, call: Call, arrays: readonly Elements[]) {
    super(communicator, call, complete);
    this.communicator = communicator;
    this.#arrays = arrays;
    this.#ids = new Int32Array(communicator.size).fill(-1);
  }

  post(): void {
    if (this.#id < 0) this.#id = this.communicator.publish(this.#arrays);
    this.communicator.arrive(this.sequence, this.header, this.#id);
  }

  advance(limit: number): void {
    if (this.stage === arrived && limit > arrived && this.communicator.allArrived(this)) {
      this.#meet();
      this.share();
      this.communicator.finish(this.sequence);
      this.stage = shareDone;
    }
    if (this.stage === shareDone && limit > shareDone && this.communicator.allFinished(this.sequence)) {
      this.stage = complete;
    }
  }

  /** Finds the others' arrays where they are not those of the time before. */
  #meet(): void {
    let changed = false;
    for (let rank = 0; rank < this.#ids.length; rank++) {
      const id = this.communicator.arraysOf(rank, this.sequence);
      if (this.#ids[rank] === id) continue;
      this.#ids[rank] = id;
      changed = true;
    }
    if (changed) this.bind(Array.from(this.#ids, (id, rank) => this.communicator.find(rank, id)));
  }

  /** Prepares `share`, given the arrays of all ranks. */
  protected abstract bind(arrays: readonly (readonly Elements[])[]): void;

  /** This rank's share of the work. */
  protected abstract share(): void;
}

/** Copies of this rank's share of `source` into the arrays of the other ranks: views made once. */
class Spread {
  readonly #source: Elements;
  readonly #targets: readonly Elements[];

  constructor(own: Elements, others: readonly Elements[], begin: number, end: number) {
    this.#source = own.subarray(begin, end);
    this.#targets = others.filter((other) => other !== own).map((other) => other.subarray(begin, end));
  }

  run(): void {
    for (const target of this.#targets) (target as Float64Array).set(this.#source as Float64Array);
  }
}

export class ThreadBarrier extends ThreadCollective {
  constructor(communicator: ThreadTeam, call: Call) {
    super(communicator, call, []);
  }

  protected bind(): void {}

  protected share(): void {}
}

/** Sums in float32, in the order of `merges`. */
export class ThreadFold extends ThreadCollective {
  readonly #merges: readonly number[];
  readonly #begin: number;
  readonly #end: number;
  #fold: Fold | null = null;

  constructor(communicator: ThreadTeam, call: Call, { parts, merges, total }: FoldRequest) {
    super(communicator, call, [...parts, total]);
    this.#merges = merges;
    this.#begin = shareBegin(total.length, communicator.rank, communicator.size);
    this.#end = shareBegin(total.length, communicator.rank + 1, communicator.size);
  }

  protected bind(arrays: readonly (readonly Float32Array[])[]): void {
    const share = (array: Float32Array) => array.subarray(this.#begin, this.#end);
    const parts = arrays.flatMap((array) => array.slice(0, -1)).map(share);
    this.#fold = new Fold(
      parts,
      this.#merges,
      arrays.map((array) => share(array.at(-1)!)),
    );
  }

  protected share(): void {
    this.#fold!.run();
  }
}

/** A sum of float32 over ranks, rank 0 first. */
export class ThreadSum extends ThreadFold {
  constructor(communicator: ThreadTeam, call: Call, values: Float32Array) {
    const { size } = communicator;
    const counts = Array.from({ length: size }, () => 1);
    super(communicator, call, { parts: [values], counts, merges: leftToRight(size), total: values });
  }
}

export class ThreadAllreduce extends ThreadCollective {
  readonly #values: Elements;
  readonly #begin: number;
  readonly #end: number;
  readonly #reduce: Reducer;
  #sources: readonly Elements[] = [];
  #spread: Spread | null = null;

  constructor(communicator: ThreadTeam, call: Call, values: Elements, reduction: Reduction) {
    super(communicator, call, [values]);
    this.#values = values;
    this.#begin = shareBegin(values.length, communicator.rank, communicator.size);
    this.#end = shareBegin(values.length, communicator.rank + 1, communicator.size);
    this.#reduce = reducerOf(values, reduction);
  }

  protected bind(arrays: readonly (readonly Elements[])[]): void {
    this.#sources = arrays.map(([values]) => values);
    this.#spread = new Spread(this.#values, this.#sources, this.#begin, this.#end);
  }

  protected share(): void {
    this.#reduce(this.#values, this.#sources, this.#begin, this.#end);
    this.#spread!.run();
  }
}

/** Every rank copies the root's elements. */
export class ThreadBroadcast extends ThreadCollective {
  readonly #values: Elements;
  readonly #root: number;
  #source: Elements;

  constructor(communicator: ThreadTeam, call: Call, values: Elements, root: number) {
    super(communicator, call, [values]);
    this.#values = values;
    this.#source = values;
    this.#root = root;
  }

  protected bind(arrays: readonly (readonly Elements[])[]): void {
    [this.#source] = arrays[this.#root];
  }

  protected share(): void {
    if (this.communicator.rank !== this.#root) (this.#values as Float64Array).set(this.#source as Float64Array);
  }
}

export class ThreadAllgather extends ThreadCollective {
  readonly #all: Elements;
  #sources: readonly Elements[] = [];

  constructor(communicator: ThreadTeam, call: Call, own: Elements, all: Elements) {
    super(communicator, call, [own]);
    this.#all = all;
  }

  protected bind(arrays: readonly (readonly Elements[])[]): void {
    this.#sources = arrays.map(([own]) => own);
  }

  protected share(): void {
    for (let rank = 0; rank < this.#sources.length; rank++) {
      const source = this.#sources[rank] as Float64Array;
      (this.#all as Float64Array).set(source, rank * source.length);
    }
  }
}
