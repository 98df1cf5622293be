import type { Collective, Communicator } from '../communicator.ts';
import { sharedDoubles } from '../elements.ts';
import type { ReductionMode } from './gradient.ts';
import { treeSum } from './tree.ts';
import { type UnitRange, unitsOfRank } from './units.ts';

/**
 * Sums of a few numbers per unit in float64: the loss, the number of correct answers. In mode `exact` every rank gets
 * every unit's numbers and takes their sum along the tree; in mode `fast` ranks exchange their own sums.
 */
export class ScalarReduction {
  readonly #values: Float64Array;
  readonly #totals: Float64Array;
  readonly #count: number;
  readonly #rows: number;
  readonly #own: UnitRange;
  readonly #mode: ReductionMode;
  readonly #reduce: Collective;
  #step = 0;
  #next = 0;

  /** @param count numbers per unit */
  constructor(communicator: Communicator, units: number, count: number, mode: ReductionMode) {
    this.#own = unitsOfRank(units, communicator.rank, communicator.size);
    this.#count = count;
    this.#mode = mode;
    this.#rows = mode === 'exact' ? units : 1;
    this.#values = sharedDoubles(this.#rows * count);
    this.#totals = new Float64Array(count);
    this.#reduce = communicator.allreduce(this.#values, 'sum', 'scalars');
  }

  begin(step: number): void {
    this.#step = step;
    this.#next = 0;
    this.#values.fill(0);
  }

  /** Adds the number `index` of the next unit; `index` runs through all numbers of a unit, then comes the next unit. */
  add(index: number, value: number): void {
    const row = this.#mode === 'exact' ? this.#own.begin + this.#next : 0;
    this.#values[row * this.#count + index] += value;
    if (index === this.#count - 1) this.#next++;
  }

  /** The numbers of all units are there: they go on their way. */
  start(): void {
    this.#reduce.start(this.#step);
  }

  /** Waits for the sums over the ranks. */
  finish(): void {
    this.#reduce.wait();
    // All rows but a unit's own are zero on the other ranks, so the sum over ranks has changed no bit of it.
    for (let i = 0; i < this.#count; i++) this.#totals[i] = treeSum(this.#values, this.#rows, this.#count, i);
  }

  total(index: number): number {
    return this.#totals[index];
  }
}
