import { ShapeError, UsageError } from '../errors/index.ts';
import { type RealType, sizeOf } from '../graph/index.ts';
import type { KernelsFactory } from '../kernels/index.ts';
import type { DrawBatch, PredictiveBase } from '../likelihoods/index.ts';
import { type Inputs, type Model, areInMemory, dtypeOf } from '../models/index.ts';
import { type ParameterSource, PredictionProgram } from './prediction-program.ts';
import { type PredictionRanks, oneRank, shareOf } from './share.ts';

/** Examples, encoded as their model expects them. */
export interface PredictionInputs {
  readonly count: number;
  /** [count, ...shape] */
  readonly inputs: Inputs;
  /** as in the batches of training: what the figures of quality need; none unless given */
  readonly targets?: ArrayLike<number> | null;
}

/** A model and what it was trained to: one set of parameters, or an ensemble, of which draw d uses member d mod M. */
export interface TrainedModel<P extends PredictiveBase = PredictiveBase> {
  readonly model: Model<P>;
  readonly members: readonly ParameterSource[];
}

export interface PredictOptions {
  /** from 1 to 2^24 */
  readonly draws: number;
  /** keys the noise of the draws */
  readonly seed: number;
  /** levels in 0 .. 1 of the quantiles wanted; none unless given */
  readonly quantiles?: readonly number[];
  /** examples that share one run of the network: changes speed and memory only */
  readonly batch?: number;
  /** of what convolutions and products multiply; f32 unless given */
  readonly precision?: RealType;
  /** the ranks that share the work, each of which calls `predict` with the same arguments; one unless given */
  readonly ranks?: PredictionRanks;
  /** @param done of `total` draws of examples, those of this rank */
  readonly onProgress?: (done: number, total: number) => void;
}

const defaultBatch = 100;

/**
 * Monte Carlo estimate of the posterior predictive distribution: the mean over draws w_d of the weights of what the
 * likelihood says of network(x, w_d) (Blundell et al. 2015, section 2), and of its spread. One draw is shared by all
 * examples: for each example the draws are as independent as if each had its own. Memory grows with the examples, and
 * with the draws of one batch at most.
 *
 * Where a Bayesian dense layer reads what does not depend on the draw, its pre-activations are drawn and not its weights
 * (graph/local-reparameterization.ts): the same distribution for each example.
 *
 * The result is a function of the parameters, the examples, `draws` and `seed`: the same bits on any number of ranks.
 * @returns on every rank the whole result
 * @throws UsageError for draws or quantiles out of range
 * @throws ShapeError for inputs, targets or parameters of another size than the model says
 */
export function predictDraws<P extends PredictiveBase>(
  factory: KernelsFactory,
  trained: TrainedModel<P>,
  data: PredictionInputs,
  options: PredictOptions,
): P {
  const steps = predictionSteps(factory, trained, data, options);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** The same, draw by draw, for a caller that does something between: looks at a request to stop. It returns the result. */
export function* predictionSteps<P extends PredictiveBase>(
  factory: KernelsFactory,
  { model, members }: TrainedModel<P>,
  data: PredictionInputs,
  options: PredictOptions,
): Generator<void, P, void> {
  const { draws, seed, quantiles: levels = [], batch = defaultBatch, ranks = oneRank, onProgress } = options;
  const { precision = 'f32' } = options;
  check(draws, levels);
  checkSizes(model, data);
  const { count, inputs, targets = null } = data;
  const size = Math.max(1, Math.min(batch, count));
  const rowSize = sizeOf(model.input.shape);
  const share = shareOf(Math.ceil(count / size), draws, ranks);
  const programs = members.map((parameters) => {
    return new PredictionProgram(factory, model, parameters, { seed, batch: size, precision });
  });
  const gathering = model.likelihood.gather({ count, draws, levels, targets, units: model.units ?? null });
  const whole = gathering.batch(size);
  const shared = new Map<number, DrawBatch>();

  const inputsOf = readerOf(inputs, rowSize, size);
  const rowsOf = (b: number) => ({ first: b * size, count: Math.min(size, count - b * size) });
  let done = 0;
  for (const { batch: b, from, to } of share.parts) {
    const rows = rowsOf(b);
    const isWhole = to - from === draws;
    const own = isWhole ? whole : gathering.batch(size);
    own.clear();
    const batchInputs = inputsOf(rows.first, rows.count);
    for (const program of programs) program.load(batchInputs, rows.first);
    for (let draw = from; draw < to; draw++) {
      const program = programs[draw % programs.length]!;
      program.draw(draw);
      own.add(draw, program.results, rows.count);
      share.keepPace(++done);
      yield;
    }
    if (isWhole) own.finish(rows.first, rows.count);
    else shared.set(b, own);
    onProgress?.(done, share.total);
  }
  share.keepPace(Number.POSITIVE_INFINITY);
  for (const { batch: b, owner } of share.split) {
    const own = shared.get(b) ?? gathering.batch(size);
    ranks.sum(own.values, `draws of batch ${b}`);
    const rows = rowsOf(b);
    if (owner === ranks.rank) own.finish(rows.first, rows.count);
  }
  // a row is zero on all ranks but the one that finished it
  ranks.sum(gathering.values, 'predictions');
  return gathering.result();
}

/** @returns the inputs of examples that follow each other, at most `batch`: those that are read stay until others are */
function readerOf(inputs: Inputs, rowSize: number, batch: number) {
  if (areInMemory(inputs)) {
    return (first: number, count: number) => inputs.subarray(first * rowSize, (first + count) * rowSize);
  }
  const read = new (inputs.dtype === 'u8' ? Uint8Array : Float32Array)(batch * rowSize);
  return (first: number, count: number) => {
    const into = read.subarray(0, count * rowSize);
    inputs.gather(
      Int32Array.from({ length: count }, (_, i) => first + i),
      into,
    );
    return into;
  };
}

function check(draws: number, levels: readonly number[]): void {
  if (!Number.isInteger(draws) || draws < 1 || draws > 2 ** 24) {
    throw new UsageError('draws', { got: `${draws}`, expected: 'a whole number from 1 to 2^24' });
  }
  const wrong = levels.find((level) => !(level >= 0 && level <= 1));
  if (wrong !== undefined) throw new UsageError('quantiles', { got: `${wrong}`, expected: 'levels from 0 to 1' });
}

function checkSizes({ input, likelihood }: Model, { count, inputs, targets }: PredictionInputs): void {
  const expected = count * sizeOf(input.shape);
  const isBytes = dtypeOf(inputs) === 'u8';
  if (inputs.length !== expected || isBytes !== (input.dtype === 'u8')) {
    throw new ShapeError('inputs to predict for', {
      got: `${inputs.length} ${isBytes ? 'bytes' : 'reals'}`,
      expected: `${expected} ${input.dtype === 'u8' ? 'bytes' : 'reals'}: ${count} examples of ${input.shape.join('x')}`,
    });
  }
  if (targets && targets.length !== count * likelihood.target.width) {
    throw new ShapeError('targets to compare with', {
      got: `${targets.length}`,
      expected: `${count * likelihood.target.width}: ${count} examples of ${likelihood.target.width}`,
    });
  }
}
