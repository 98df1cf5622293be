import { sharedBuffer } from '../../kernels/index.ts';
import type { Collective, Communicator } from '../communicator.ts';
import type { BucketRange } from './buckets.ts';
import { rootFold, unitFold } from './tree.ts';
import { type UnitRange, unitsOfRank } from './units.ts';
import { packBfloat16, unpackBfloat16 } from './wire.ts';

/**
 * `exact`: one fixed order of addition, the same bits on any number of ranks. `fast`: any order, equal to rounding.
 */
export type ReductionMode = 'exact' | 'fast';

export interface GradientReductionOptions {
  readonly communicator: Communicator;
  /** (replica, slice) pairs of a step, over all ranks */
  readonly units: number;
  readonly mode: ReductionMode;
  /** `none`, unless given; `bf16`: bfloat16 travels between ranks, half the bytes, in mode `fast` only */
  readonly compression?: 'none' | 'bf16';
  /** where the engine leaves the gradient of a unit */
  readonly gradient: Float32Array;
  /** `partialSums(...)` arrays like `gradient`, in shared memory; the first, or without one `gradient`, becomes the total */
  readonly partials: readonly Float32Array[];
  /** the gradient cut into parts, in the order in which `addBucket` gets them: one of all unless given */
  readonly buckets?: readonly BucketRange[];
  /** adds to a partial sum; a plain loop unless given */
  readonly accumulate?: Accumulate;
}

/** In the place of a bucket's index: all of the gradient. */
export const wholeGradient = -1;

/**
 * Adds to the partial sum of an index the gradient or, where `isNext`, the partial sum behind it: the elements of one
 * bucket, or of all for `wholeGradient`.
 */
export type Accumulate = (partial: number, isNext: boolean, bucket: number) => void;

/**
 * How many partial sums a rank needs beside the gradient of a unit: about log2 of its units, one where it has two. The
 * gradient of the only unit of the only rank is the sum.
 */
export function partialSums(units: number, rank: number, size: number, mode: ReductionMode): number {
  if (units === 1) return 0;
  return mode === 'fast' ? 1 : unitFold(units, rank, size).depth;
}

interface Bucket extends BucketRange {
  /** null on one rank, which needs none */
  readonly reduce: Collective | null;
  /** where it is not the partial sum itself that travels */
  readonly packed: { readonly wire: Uint16Array; readonly bits: Uint32Array } | null;
}

/**
 * The sum of the gradients of all units over all ranks. For each step: `begin`, `add` for every unit of this rank in
 * their order, `finish`; then `total` holds the sum on every rank. Nothing is allocated per step.
 *
 * With `addBucket` in the place of `add`, for all buckets in their order, the parts of a unit's gradient are taken as the
 * backward pass leaves them; a bucket of the rank's last unit starts on its way to the other ranks at once, while the
 * rest is still being computed, and `progress` moves it on.
 */
export class GradientReduction {
  readonly units: UnitRange;
  readonly buckets: readonly Bucket[];
  /** the first of `partials`, or the gradient */
  readonly total: Float32Array;
  /** of each bucket, performance.now() when it started and when this rank saw it complete, in this step */
  readonly times: Float64Array;
  /** views of the gradient and of the partial sums: the whole, then each bucket */
  readonly #gradients: readonly Float32Array[];
  readonly #partials: readonly (readonly Float32Array[])[];
  readonly #merges: readonly number[];
  readonly #accumulate: Accumulate;
  /** of each bucket: units that have been added, partial sums that are alive */
  readonly #added: Int32Array;
  readonly #height: Int32Array;
  /** buckets that are on their way, and those that have come back: the first ones */
  #started = 0;
  #finished = 0;
  #step = 0;

  constructor(options: GradientReductionOptions) {
    const { communicator, units, gradient } = options;
    const partials = options.partials.length > 0 ? options.partials : [gradient];
    const { buckets = [{ begin: 0, end: gradient.length }], accumulate } = options;
    const { merges, depth } = foldOf(options);
    if (partials.length < depth) throw new Error(`got ${partials.length} partial sums, need ${depth}`);
    this.units = unitsOfRank(units, communicator.rank, communicator.size);
    this.total = partials[0];
    const views = (array: Float32Array) => [array, ...buckets.map(({ begin, end }) => array.subarray(begin, end))];
    this.#gradients = views(gradient);
    // where the gradient is the sum, its views are the same objects: there is nothing to copy
    this.#partials = partials.map((partial) => (partial === gradient ? this.#gradients : views(partial)));
    this.#merges = merges;
    this.#accumulate = accumulate ?? ((partial, isNext, bucket) => this.#add(partial, isNext, bucket));
    this.buckets = buckets.map((range, i) => makeBucket(options, range, `gradient bucket ${i}`));
    this.times = new Float64Array(2 * buckets.length);
    this.#added = new Int32Array(buckets.length);
    this.#height = new Int32Array(buckets.length);
  }

  begin(step: number): void {
    this.#step = step;
    this.#added.fill(0);
    this.#height.fill(0);
    this.#started = 0;
    this.#finished = 0;
  }

  /** Adds the gradient of the next unit of this rank. */
  add(): void {
    this.#height[0] = this.#fold(wholeGradient, this.#added[0]++, this.#height[0]);
    this.#added.fill(this.#added[0]);
    this.#height.fill(this.#height[0]);
  }

  /** The same for the elements of one bucket. */
  addBucket(index: number): void {
    this.#height[index] = this.#fold(index, this.#added[index]++, this.#height[index]);
    if (this.#added[index] === this.#merges.length && index === this.#started) this.#start();
  }

  /** Moves on what is on its way, without waiting. */
  progress(): void {
    while (this.#finished < this.#started) {
      if (this.buckets[this.#finished].reduce?.test() === false) return;
      this.#complete();
    }
  }

  /** Starts what `addBucket` has not: afterwards every bucket is on its way. */
  flush(): void {
    while (this.#started < this.buckets.length) {
      const added = this.#added[this.#started];
      if (added !== this.#merges.length) {
        throw new Error(
          `step ${this.#step}: ${added} of ${this.#merges.length} units added to bucket ${this.#started}`,
        );
      }
      this.#start();
    }
  }

  /** Sums over the ranks. @throws CommunicationError when a rank does not take part */
  finish(): void {
    this.flush();
    while (this.#finished < this.#started) {
      this.buckets[this.#finished].reduce?.wait();
      this.#complete();
    }
  }

  /** @returns how many partial sums are alive once the gradient of the unit has been added */
  #fold(bucket: number, unit: number, height: number): number {
    let merges = this.#merges[unit];
    let top = height;
    if (merges > 0) {
      this.#accumulate(top - 1, false, bucket);
      merges--;
    } else {
      const [partial, gradient] = [this.#partials[top++][bucket + 1], this.#gradients[bucket + 1]];
      if (partial !== gradient) partial.set(gradient);
    }
    for (; merges > 0; merges--) {
      top--;
      this.#accumulate(top - 1, true, bucket);
    }
    return top;
  }

  #start(): void {
    const index = this.#started++;
    const { packed, reduce } = this.buckets[index];
    this.times[2 * index] = performance.now();
    if (packed) packBfloat16(packed.bits, packed.wire);
    if (reduce) reduce.start(this.#step);
    else this.#foldRoots(index);
  }

  #complete(): void {
    const index = this.#finished++;
    const { packed } = this.buckets[index];
    if (packed) unpackBfloat16(packed.wire, packed.bits);
    this.times[2 * index + 1] = performance.now();
  }

  /** On one rank the partial sums that are left become one, the newest first: the order of the tree. */
  #foldRoots(index: number): void {
    for (let height = this.#height[index]; height > 1; height--) this.#accumulate(height - 2, true, index);
  }

  #add(partial: number, isNext: boolean, bucket: number): void {
    const target = this.#partials[partial][bucket + 1];
    const source = isNext ? this.#partials[partial + 1][bucket + 1] : this.#gradients[bucket + 1];
    for (let i = 0; i < target.length; i++) target[i] += source[i];
  }
}

function makeBucket(options: GradientReductionOptions, { begin, end }: BucketRange, name: string): Bucket {
  const { communicator, units, mode, compression, partials } = options;
  // One rank folds its own roots with the engine's kernel: see foldRoots.
  if (communicator.size === 1) return { begin, end, reduce: null, packed: null };
  if (mode === 'exact') {
    const parts = partials.slice(0, foldOf(options).roots).map((partial) => partial.subarray(begin, end));
    const order = rootFold(units, communicator.size);
    return { begin, end, reduce: communicator.fold({ ...order, parts, total: parts[0] }, name), packed: null };
  }
  const total = partials[0].subarray(begin, end);
  if (compression !== 'bf16') {
    return { begin, end, reduce: communicator.allreduce(total, 'sum', name), packed: null };
  }
  const wire = new Uint16Array(sharedBuffer(2 * total.length));
  const bits = new Uint32Array(total.buffer, total.byteOffset, total.length);
  return { begin, end, reduce: communicator.allreduce(wire, 'sum', name), packed: { wire, bits } };
}

function foldOf({ communicator: { rank, size }, units, mode }: GradientReductionOptions) {
  if (mode === 'exact') return unitFold(units, rank, size);
  const { begin, end } = unitsOfRank(units, rank, size);
  return { merges: Array.from({ length: end - begin }, (_, i) => Math.min(i, 1)), depth: 1, roots: 1 };
}
