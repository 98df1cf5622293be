import { DataError, UsageError } from '../errors/index.ts';
import { permutation, purpose } from '../random/index.ts';

/**
 * The order in which examples are seen, as a function of the seed: with N examples, position p of the run is
 * permutation_e[p mod N], e = floor(p / N), each epoch's permutation keyed by (seed, e). Batches are consecutive
 * positions, so none is shorter than the others, and each example comes once per epoch over all replicas and ranks.
 * Any position may be asked for at any time: a rank takes only its slices, and a resumed run starts anywhere.
 */
export class BatchOrder {
  readonly count: number;
  readonly #key: { seed: number; purpose: number; step: number; replica: number; layer: number; example: number };
  // A batch may begin in one epoch and end in the next: even epochs live in the first, odd ones in the second.
  readonly #permutations: readonly [Uint32Array, Uint32Array];
  readonly #epochs: [number, number] = [-1, -1];

  /**
   * @param count number of examples, N
   * @throws DataError where there are none
   */
  constructor(seed: number, count: number) {
    if (!Number.isInteger(count) || count < 1 || count > 0x7fff_ffff) {
      throw new DataError('a data set cannot be put in order', {
        got: `${count} examples`,
        expected: '1 to 2147483647',
      });
    }
    this.count = count;
    this.#key = { seed, purpose: purpose.dataOrder, step: 0, replica: 0, layer: 0, example: 0 };
    this.#permutations = [new Uint32Array(count), new Uint32Array(count)];
  }

  /**
   * Fills `out` with the indices of the examples at positions position, position + 1, ... Allocates nothing.
   * @throws UsageError where the position is no non-negative safe integer, or beyond epoch 2^32
   */
  fill(out: Int32Array, position: number): void {
    if (!Number.isSafeInteger(position) || position < 0) {
      throw new UsageError('no such position in the data order', {
        got: String(position),
        expected: 'a non-negative integer',
      });
    }
    let epoch = Math.floor(position / this.count);
    let place = position - epoch * this.count;
    let order = this.#permutation(epoch);
    for (let i = 0; i < out.length; i++) {
      if (place === this.count) {
        order = this.#permutation(++epoch);
        place = 0;
      }
      out[i] = order[place++];
    }
  }

  #permutation(epoch: number): Uint32Array {
    const slot = epoch % 2;
    const order = this.#permutations[slot];
    if (this.#epochs[slot] !== epoch) {
      this.#epochs[slot] = -1; // if the key is refused, the slot holds no epoch
      this.#key.step = epoch;
      permutation(order, this.#key);
      this.#epochs[slot] = epoch;
    }
    return order;
  }
}
