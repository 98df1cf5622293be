import { UsageError } from '../errors/index.ts';
import type { RealType } from '../graph/index.ts';
import { type KernelsFactory, sharedBuffer } from '../kernels/index.ts';
import type { Model } from '../models/index.ts';
import { type ParameterSource, PredictionProgram } from './prediction-program.ts';
import { type PredictiveFields, PredictiveSums } from './predictive.ts';
import { type PredictionRanks, oneRank, shareOf } from './share.ts';

/** Images as bytes, side by side: [count, ...inputShape]. */
export interface Images {
  readonly count: number;
  readonly images: Uint8Array;
  /** [...inputShape], subtracted from pixels / 255; nothing where it is absent or null */
  readonly pixelMean?: Float32Array | null;
}

export interface PredictOptions {
  /** from 1 to 2^24 */
  readonly draws: number;
  /** keys the noise of the draws */
  readonly seed: number;
  /** levels in 0 .. 1 of the quantiles wanted; none unless given */
  readonly quantiles?: readonly number[];
  /** images that share one run of the network: changes speed and memory only */
  readonly batch?: number;
  /** of what convolutions and products multiply; f32 unless given */
  readonly precision?: RealType;
  /** the ranks that share the work, each of which calls `predict` with the same arguments; one unless given */
  readonly ranks?: PredictionRanks;
  /** @param done of `total` draws of images, those of this rank */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What the draws say, for each image. Entropies are in nats. All arrays are row-major. */
export interface Predictive extends PredictiveFields {
  readonly count: number;
  readonly classes: number;
  readonly draws: number;
  /** [count, classes]: the predictive distribution, the mean of each class's probability over the draws */
  readonly probabilities: Float64Array;
  /**
   * [count, classes]: standard deviation of each class's probability over the draws, with draws - 1; 0 for one draw.
   * Below about 1e-6 it is rounding.
   */
  readonly standardDeviations: Float64Array;
  /** [count]: entropy of `probabilities`, the whole uncertainty about the label */
  readonly predictiveEntropy: Float64Array;
  /** [count]: mean entropy of a draw's probabilities, what would remain if the weights were known */
  readonly expectedEntropy: Float64Array;
  /** [count]: their difference, the mutual information of label and weights (Houlsby et al. 2011, arXiv 1112.5745, eq. 2) */
  readonly mutualInformation: Float64Array;
  /** the levels that were asked for */
  readonly levels: readonly number[];
  /**
   * for each level [count, classes]: the draw at place ceil(level draws) of a class's probabilities in ascending order,
   * to within 0.001: draws are counted on a grid of 500 equal cells over 0 .. 1, and the middle of that draw's cell is given
   */
  readonly quantiles: readonly Float64Array[];
}

const defaultBatch = 100;

/**
 * Monte Carlo estimate of the posterior predictive distribution, the mean of softmax(network(x, w_d)) over draws w_d of
 * the weights (Blundell et al. 2015, section 2), and of its spread. One draw is shared by all images: for each image the
 * draws are as independent as if each image had its own. Draws are never stored; memory grows with the images alone.
 *
 * Where a Bayesian dense layer reads what does not depend on the draw, its pre-activations are drawn and not its weights
 * (graph/local-reparameterization.ts): the same distribution for each image.
 *
 * The result is a function of the parameters, the images, `draws` and `seed`: the same bits on any number of ranks.
 * @returns on every rank the whole result
 * @throws UsageError for draws or quantiles out of range
 */
export function predict(
  factory: KernelsFactory,
  model: Model,
  parameters: ParameterSource,
  { count, images, pixelMean = null }: Images,
  options: PredictOptions,
): Predictive {
  const { draws, seed, quantiles: levels = [], batch = defaultBatch, ranks = oneRank, onProgress } = options;
  const { precision = 'f32' } = options;
  check(draws, levels);
  const { classes } = model;
  const size = Math.max(1, Math.min(batch, count));
  const fields = new Fields(count, classes, levels.length);
  const imageBytes = count === 0 ? 0 : images.length / count;
  const share = shareOf(Math.ceil(count / size), draws, ranks);
  const program = new PredictionProgram(factory, model, parameters, { seed, batch: size, pixelMean, precision });
  const sums = new PredictiveSums(size, classes, draws, levels);
  const shared = new Map<number, PredictiveSums>();

  const rowsOf = (b: number) => ({ first: b * size, count: Math.min(size, count - b * size) });
  let done = 0;
  for (const { batch: b, from, to } of share.parts) {
    const rows = rowsOf(b);
    const isWhole = to - from === draws;
    const own = isWhole ? sums : new PredictiveSums(size, classes, draws, levels);
    own.clear();
    program.load(images.subarray(rows.first * imageBytes, (rows.first + rows.count) * imageBytes));
    for (let draw = from; draw < to; draw++) {
      program.draw(draw);
      own.add(program.probabilities, program.entropies, rows.count);
      share.keepPace(++done);
    }
    if (isWhole) own.finish(fields, rows.first, rows.count);
    else shared.set(b, own);
    onProgress?.(done, share.total);
  }
  share.keepPace(Number.POSITIVE_INFINITY);
  for (const { batch: b, owner } of share.split) {
    const own = shared.get(b) ?? new PredictiveSums(size, classes, draws, levels);
    ranks.sum(own.values, `sums of batch ${b}`);
    const rows = rowsOf(b);
    if (owner === ranks.rank) own.finish(fields, rows.first, rows.count);
  }
  // a row is zero on all ranks but the one that finished it
  ranks.sum(fields.values, 'predictions');
  return fields.result(draws, levels);
}

function check(draws: number, levels: readonly number[]): void {
  if (!Number.isInteger(draws) || draws < 1 || draws > 2 ** 24) {
    throw new UsageError('draws', { got: `${draws}`, expected: 'a whole number from 1 to 2^24' });
  }
  const wrong = levels.find((level) => !(level >= 0 && level <= 1));
  if (wrong !== undefined) throw new UsageError('quantiles', { got: `${wrong}`, expected: 'levels from 0 to 1' });
}

/** All results side by side, so that ranks can exchange them at once. */
class Fields implements PredictiveFields {
  readonly values: Float64Array;
  readonly probabilities: Float64Array;
  readonly standardDeviations: Float64Array;
  readonly expectedEntropy: Float64Array;
  readonly quantiles: readonly Float64Array[];
  readonly #count: number;
  readonly #classes: number;

  constructor(count: number, classes: number, levels: number) {
    const size = count * classes;
    this.#count = count;
    this.#classes = classes;
    this.values = new Float64Array(sharedBuffer(8 * ((2 + levels) * size + count)));
    const matrix = (i: number) => this.values.subarray(i * size, (i + 1) * size);
    this.probabilities = matrix(0);
    this.standardDeviations = matrix(1);
    this.quantiles = Array.from({ length: levels }, (_, l) => matrix(2 + l));
    this.expectedEntropy = this.values.subarray((2 + levels) * size);
  }

  result(draws: number, levels: readonly number[]): Predictive {
    const { probabilities, standardDeviations, expectedEntropy, quantiles } = this;
    const [count, classes] = [this.#count, this.#classes];
    const predictiveEntropy = new Float64Array(count);
    const mutualInformation = new Float64Array(count);
    for (let n = 0; n < count; n++) {
      let entropy = 0;
      for (let i = n * classes; i < (n + 1) * classes; i++) {
        const p = probabilities[i]!;
        if (p > 0) entropy -= p * Math.log(p);
      }
      predictiveEntropy[n] = entropy;
      // not negative by Jensen's inequality; rounding may say otherwise
      mutualInformation[n] = Math.max(0, entropy - expectedEntropy[n]!);
    }
    const entropies = { predictiveEntropy, expectedEntropy, mutualInformation };
    return { count, classes, draws, probabilities, standardDeviations, ...entropies, levels, quantiles };
  }
}
