import type { Elements, Reduction } from './elements.ts';

/** Where a process or thread stands among those that run one training together. */
export interface Place {
  readonly rank: number;
  readonly size: number;
  /** among the ranks of this host */
  readonly localRank: number;
  /** its name; `this machine` for one rank, which nobody has to tell from others */
  readonly host: string;
}

/**
 * An operation that all ranks take part in, made once and run any number of times; running it allocates nothing. Every
 * rank makes its own, over its own arrays, and all ranks start the same ones in the same order. `start` tells the
 * others what this rank is about to do; ranks that do something else are refused by name.
 *
 * Until it is complete, its arrays must not be touched. Every wait has a deadline.
 */
export interface Collective {
  /** @param step the training step, for messages: the same on all ranks */
  start(step: number): void;
  /** Moves on what can be moved on. @returns whether this operation is complete */
  test(): boolean;
  /** @throws CommunicationError when a rank is lost, does something else, or does not come before the deadline */
  wait(): void;
  /** `start` and `wait` */
  run(step: number): void;
}

/** A sum of arrays, taken in one fixed order however they are spread over the ranks. */
export interface FoldRequest {
  /** this rank's arrays of equal length */
  readonly parts: readonly Float32Array[];
  /** how many arrays each rank has: rank 0's come first */
  readonly counts: readonly number[];
  /** after each part, of all ranks, how many times the two topmost of the stack become their sum */
  readonly merges: readonly number[];
  /** receives the sum, on every rank; may be one of `parts` */
  readonly total: Float32Array;
}

/**
 * The ranks that run one training together, each seen from one of them. Arrays live in shared memory and are changed in
 * place. `name` is what messages call the operation: a bucket, a tensor.
 */
export interface Communicator extends Place {
  readonly kind: 'solo' | 'threads' | 'mpi';
  /** for people: `Open MPI 4.1.4, 2 ranks` */
  readonly description: string;
  /** each element becomes its sum, largest or smallest over all ranks */
  allreduce(values: Elements, reduction: Reduction, name: string): Collective;
  /** each rank gets the root's elements */
  broadcast(values: Elements, root: number, name: string): Collective;
  /** `all` [size, ...own]: row r becomes the `own` of rank r */
  allgather(own: Elements, all: Elements, name: string): Collective;
  /** complete when all ranks have started it */
  barrier(name: string): Collective;
  /** the same bits on any number of ranks */
  fold(request: FoldRequest, name: string): Collective;
  /** Tells the other ranks why this one gives up; their waits end with an error, under MPI all processes end. */
  abort(reason: string): void;
  /** Leaves in order: waits for the other ranks unless something has failed. Nothing can be started afterwards. */
  close(): void;
}
