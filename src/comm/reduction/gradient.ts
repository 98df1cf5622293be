import { fromBfloat16, toBfloat16 } from '../arithmetic.ts';
import type { Collective, Communicator } from '../communicator.ts';
import { rootFold, unitFold } from './tree.ts';
import { type UnitRange, unitsOfRank } from './units.ts';

/**
 * `exact`: one fixed order of addition, the same bits on any number of ranks. `fast`: any order, equal to rounding.
 */
export type ReductionMode = 'exact' | 'fast';

export interface GradientReductionOptions {
  readonly communicator: Communicator;
  /** (replica, slice) pairs of a step, over all ranks */
  readonly units: number;
  readonly mode: ReductionMode;
  /** float32, unless given: what travels between ranks; bfloat16 halves the bytes, in mode `fast` only */
  readonly wire?: 'float32' | 'bfloat16';
  /** where the engine leaves the gradient of a unit */
  readonly gradient: Float32Array;
  /** `partialSums(...)` arrays like `gradient`, in shared memory; the first becomes the total */
  readonly partials: readonly Float32Array[];
  /** elements of a bucket: one for all unless given; 256 Ki (1 MiB) suit `addBucket` */
  readonly bucketElements?: number;
  /**
   * Adds the elements from `begin` up to `end` of `source` to those of `target`; `source` is the gradient or the partial
   * sum after `target`. A plain loop unless given.
   */
  readonly accumulate?: Accumulate;
}

export type Accumulate = (target: Float32Array, source: Float32Array, begin: number, end: number) => void;

/** How many partial sums a rank needs: about log2 of its units, one where it has two units or fewer. */
export function partialSums(units: number, rank: number, size: number, mode: ReductionMode): number {
  return mode === 'fast' ? 1 : unitFold(units, rank, size).depth;
}

interface Bucket {
  readonly begin: number;
  readonly end: number;
  /** null on one rank that needs none */
  readonly reduce: Collective | null;
  /** what travels, where it is not the partial sum itself */
  readonly packed: Uint16Array | null;
}

/**
 * The sum of the gradients of all units over all ranks. For each step: `begin`, `add` for every unit of this rank in
 * their order, `finish`; then `total` holds the sum on every rank. Nothing is allocated per step.
 *
 * With `addBucket` in the place of `add`, the parts of a unit's gradient are taken as the backward pass leaves them; a
 * bucket of the rank's last unit starts on its way to the other ranks at once, while the rest is still being computed.
 */
export class GradientReduction {
  readonly units: UnitRange;
  readonly buckets: readonly Bucket[];
  /** the first of `partials` */
  readonly total: Float32Array;
  readonly #gradient: Float32Array;
  readonly #partials: readonly Float32Array[];
  readonly #merges: readonly number[];
  readonly #accumulate: Accumulate;
  /** of each bucket: units that have been added, partial sums that are alive, whether it is on its way */
  readonly #added: Int32Array;
  readonly #height: Int32Array;
  readonly #started: Uint8Array;
  #step = 0;

  constructor(options: GradientReductionOptions) {
    const {
      communicator,
      units,
      mode,
      gradient,
      partials,
      bucketElements = gradient.length,
      accumulate = add,
    } = options;
    const { rank, size } = communicator;
    const { merges, depth, roots } = foldOf(options);
    if (partials.length < depth) throw new Error(`got ${partials.length} partial sums, need ${depth}`);
    this.units = unitsOfRank(units, rank, size);
    this.total = partials[0];
    this.#gradient = gradient;
    this.#partials = partials;
    this.#merges = merges;
    this.#accumulate = accumulate;
    const count = Math.max(1, Math.ceil(gradient.length / bucketElements));
    const order = mode === 'exact' ? rootFold(units, size) : null;
    this.buckets = Array.from({ length: count }, (_, i) => {
      const begin = i * bucketElements;
      const end = Math.min(gradient.length, begin + bucketElements);
      const name = `gradient bucket ${i}`;
      const range = partials.slice(0, roots).map((partial) => partial.subarray(begin, end));
      // One rank folds its own roots with the engine's kernel: see finish.
      if (size === 1) return { begin, end, reduce: null, packed: null };
      if (order)
        return {
          begin,
          end,
          packed: null,
          reduce: communicator.fold({ ...order, parts: range, total: range[0] }, name),
        };
      const packed = options.wire === 'bfloat16' ? new Uint16Array(new SharedArrayBuffer(2 * (end - begin))) : null;
      return { begin, end, packed, reduce: communicator.allreduce(packed ?? range[0], 'sum', name) };
    });
    this.#added = new Int32Array(count);
    this.#height = new Int32Array(count);
    this.#started = new Uint8Array(count);
  }

  begin(step: number): void {
    this.#step = step;
    this.#added.fill(0);
    this.#height.fill(0);
    this.#started.fill(0);
  }

  /** Adds the gradient of the next unit of this rank. */
  add(): void {
    this.#fold(0, 0, this.#gradient.length);
    this.#added.fill(this.#added[0]);
    this.#height.fill(this.#height[0]);
  }

  /** The same for the elements of one bucket. */
  addBucket(index: number): void {
    const { begin, end } = this.buckets[index];
    this.#fold(index, begin, end);
    if (this.#added[index] === this.#merges.length) this.#start(index);
  }

  /** Sums over the ranks. @throws CommunicationError when a rank does not take part */
  finish(): void {
    const { buckets } = this;
    for (let i = 0; i < buckets.length; i++) {
      if (this.#added[i] !== this.#merges.length) {
        throw new Error(`step ${this.#step}: ${this.#added[i]} of ${this.#merges.length} units added to bucket ${i}`);
      }
      if (!this.#started[i]) this.#start(i);
    }
    for (let i = 0; i < buckets.length; i++) {
      buckets[i].reduce?.wait();
      if (buckets[i].packed) this.#unpack(buckets[i]);
    }
  }

  #fold(bucket: number, begin: number, end: number): void {
    const partials = this.#partials;
    let height = this.#height[bucket];
    let merges = this.#merges[this.#added[bucket]++];
    if (merges > 0) {
      this.#accumulate(partials[height - 1], this.#gradient, begin, end);
      merges--;
    } else {
      copy(partials[height++], this.#gradient, begin, end);
    }
    for (; merges > 0; merges--) {
      height--;
      this.#accumulate(partials[height - 1], partials[height], begin, end);
    }
    this.#height[bucket] = height;
  }

  #start(index: number): void {
    const bucket = this.buckets[index];
    this.#started[index] = 1;
    if (bucket.packed) this.#pack(bucket);
    if (bucket.reduce) bucket.reduce.start(this.#step);
    else this.#foldRoots(index);
  }

  /** On one rank the partial sums that are left become one, the newest first: the order of the tree. */
  #foldRoots(index: number): void {
    const { begin, end } = this.buckets[index];
    for (let height = this.#height[index]; height > 1; height--) {
      this.#accumulate(this.#partials[height - 2], this.#partials[height - 1], begin, end);
    }
  }

  #pack({ begin, packed }: Bucket): void {
    for (let i = 0; i < packed!.length; i++) packed![i] = toBfloat16(this.total[begin + i]);
  }

  #unpack({ begin, packed }: Bucket): void {
    for (let i = 0; i < packed!.length; i++) this.total[begin + i] = fromBfloat16(packed![i]);
  }
}

function foldOf({ communicator: { rank, size }, units, mode }: GradientReductionOptions) {
  if (mode === 'exact') return unitFold(units, rank, size);
  const { begin, end } = unitsOfRank(units, rank, size);
  return { merges: Array.from({ length: end - begin }, (_, i) => Math.min(i, 1)), depth: 1, roots: 1 };
}

function add(target: Float32Array, source: Float32Array, begin: number, end: number): void {
  for (let i = begin; i < end; i++) target[i] += source[i];
}

function copy(target: Float32Array, source: Float32Array, begin: number, end: number): void {
  if (begin === 0 && end === source.length) target.set(source);
  else for (let i = begin; i < end; i++) target[i] = source[i];
}
