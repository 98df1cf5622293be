/**
 * What is kept of the draws of a batch of examples: sums and counts, none of which depends on the order in which the
 * draws come, so that a prediction is the same bits however its draws are spread over ranks.
 */
import { sharedBuffer } from '../kernels/index.ts';
import { quantilePlace } from './quantile-place.ts';

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

/**
 * Adds the first `size` of `terms` and their squares, each rounded. Four at a time with all loads before all stores, which
 * takes half the time: a store in between keeps the processor from loading ahead.
 */
function addRounded(
  sums: Float64Array,
  squares: Float64Array,
  terms: Float32Array,
  size: number,
  rounder: number,
): void {
  let i = 0;
  for (; i + 4 <= size; i += 4) {
    const a = terms[i]!;
    const b = terms[i + 1]!;
    const c = terms[i + 2]!;
    const d = terms[i + 3]!;
    const sumA = sums[i]!;
    const sumB = sums[i + 1]!;
    const sumC = sums[i + 2]!;
    const sumD = sums[i + 3]!;
    const squareA = squares[i]!;
    const squareB = squares[i + 1]!;
    const squareC = squares[i + 2]!;
    const squareD = squares[i + 3]!;
    sums[i] = sumA + (a + rounder - rounder);
    sums[i + 1] = sumB + (b + rounder - rounder);
    sums[i + 2] = sumC + (c + rounder - rounder);
    sums[i + 3] = sumD + (d + rounder - rounder);
    squares[i] = squareA + (a * a + rounder - rounder);
    squares[i + 1] = squareB + (b * b + rounder - rounder);
    squares[i + 2] = squareC + (c * c + rounder - rounder);
    squares[i + 3] = squareD + (d * d + rounder - rounder);
  }
  for (; i < size; i++) {
    const p = terms[i]!;
    sums[i] += p + rounder - rounder;
    squares[i] += p * p + rounder - rounder;
  }
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
    this.values = new Float64Array(sharedBuffer(8 * (2 * size + examples + counted)));
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
    const size = count * this.#classes;
    addRounded(this.#sums, this.#squares, probabilities, size, rounder);
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
      const place = quantilePlace(level, draws);
      for (let i = 0; i < count * this.#classes; i++) {
        let cell = i * quantileCells;
        for (let below = this.#counts[cell]!; below < place; below += this.#counts[cell]!) cell++;
        quantiles[l]![base + i] = (cell - i * quantileCells + 0.5) / quantileCells;
      }
    }
  }
}
