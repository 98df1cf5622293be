/**
 * What is kept of the draws of a batch of examples: sums and counts, none of which depends on the order in which the
 * draws come, so that a prediction is the same bits however its draws are spread over ranks.
 */

/** Cells of the grid that class probabilities are counted on. */
const quantileCells = 500;

/**
 * Sums in fixed point: each term is rounded to a multiple of `quantum`, chosen so that the sum of all draws fits a
 * double's 53 bits. Such sums are exact, and therefore the same in any order.
 * @param largest of a single term, in magnitude
 */
function quantumOf(draws: number, largest: number): number {
  return 2 ** (Math.ceil(Math.log2(draws * Math.max(1, largest))) - 52);
}

export interface PredictiveFields {
  /** [count, classes], as all of them */
  readonly probabilities: Float64Array;
  readonly standardDeviations: Float64Array;
  /** [count] */
  readonly expectedEntropy: Float64Array;
  /** one [count, classes] per level */
  readonly quantiles: readonly Float64Array[];
}

export class PredictiveSums {
  /** everything that ranks have to add up: shared, in double */
  readonly values: Float64Array;
  readonly #draws: number;
  readonly #classes: number;
  readonly #levels: readonly number[];
  readonly #quantum: number;
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;
  readonly #entropies: Float64Array;
  /** [examples, classes, cells] */
  readonly #counts: Float64Array;

  constructor(examples: number, classes: number, draws: number, levels: readonly number[]) {
    this.#draws = draws;
    this.#classes = classes;
    this.#levels = levels;
    // the entropy is the largest term: at most ln(classes)
    this.#quantum = quantumOf(draws, Math.log(classes));
    const size = examples * classes;
    const counted = levels.length > 0 ? size * quantileCells : 0;
    this.values = new Float64Array(new SharedArrayBuffer(8 * (2 * size + examples + counted)));
    this.#sums = this.values.subarray(0, size);
    this.#squares = this.values.subarray(size, 2 * size);
    this.#entropies = this.values.subarray(2 * size, 2 * size + examples);
    this.#counts = this.values.subarray(2 * size + examples);
  }

  clear(): void {
    this.values.fill(0);
  }

  /**
   * Adds one draw.
   * @param probabilities [count, classes], of the first `count` examples
   * @param entropies [count], nats
   */
  add(probabilities: Float32Array, entropies: Float32Array, count: number): void {
    // adding and taking away 1.5 * 2^52 quanta rounds to a whole number of them
    const rounder = 1.5 * 2 ** 52 * this.#quantum;
    const sums = this.#sums;
    const squares = this.#squares;
    const size = count * this.#classes;
    for (let i = 0; i < size; i++) {
      const p = probabilities[i]!;
      sums[i] += p + rounder - rounder;
      squares[i] += p * p + rounder - rounder;
    }
    for (let n = 0; n < count; n++) this.#entropies[n] += entropies[n]! + rounder - rounder;
    if (this.#levels.length === 0) return;
    const counts = this.#counts;
    for (let i = 0; i < size; i++) {
      const cell = Math.min(quantileCells - 1, (probabilities[i]! * quantileCells) | 0);
      counts[i * quantileCells + cell]++;
    }
  }

  /** Writes what the sums of all draws say of the first `count` examples into the rows from `first` on. */
  finish(fields: PredictiveFields, first: number, count: number): void {
    const { probabilities, standardDeviations, expectedEntropy, quantiles } = fields;
    const draws = this.#draws;
    const base = first * this.#classes;
    for (let i = 0; i < count * this.#classes; i++) {
      const mean = this.#sums[i]! / draws;
      const excess = Math.max(0, this.#squares[i]! - this.#sums[i]! * mean);
      probabilities[base + i] = mean;
      standardDeviations[base + i] = draws > 1 ? Math.sqrt(excess / (draws - 1)) : 0;
    }
    for (let n = 0; n < count; n++) expectedEntropy[first + n] = this.#entropies[n]! / draws;
    for (const [l, level] of this.#levels.entries()) {
      // of the draws in ascending order, the one at this place
      const place = Math.max(1, Math.ceil(level * draws));
      for (let i = 0; i < count * this.#classes; i++) {
        let cell = i * quantileCells;
        for (let below = this.#counts[cell]!; below < place; below += this.#counts[cell]!) cell++;
        quantiles[l]![base + i] = (cell - i * quantileCells + 0.5) / quantileCells;
      }
    }
  }
}
