import { sizeOf } from '../graph/index.ts';
import type { KernelsFactory } from '../kernels/index.ts';
import type { DrawBatch, PredictiveBase } from '../likelihoods/index.ts';
import { readerOf } from './rows.ts';
import { PredictionProgram } from './prediction-program.ts';
import { checkDraw, checkRequest } from './checks.ts';
import type { PredictionInputs, PredictOptions, TrainedModel } from './request.ts';
import { oneRank, shareOf } from './share.ts';

const defaultBatch = 100;

/** Rows that a run computes where it can take several draws together: products are fast from there on, and caches hold them. */
const rowsOfRun = 512;

/**
 * Monte Carlo estimate of the posterior predictive distribution: the mean over draws w_d of the weights of what the
 * likelihood says of network(x, w_d) (Blundell et al. 2015, section 2), and of its spread. One draw is shared by all
 * examples: for each example the draws are as independent as if each had its own. Memory grows with the examples, and
 * with the draws of one batch at most.
 *
 * Of Bayesian dense layers the pre-activations are drawn and not the weights (graph/local-reparameterization.ts): the same
 * distribution for each example. Where a network allows for it, a run computes several draws (graph/draws-in-rows.ts).
 *
 * The result is a function of the parameters, the examples, `draws` and `seed`: the same bits on any number of ranks.
 * @returns on every rank the whole result
 * @throws UsageError for draws, quantiles and other options out of range
 * @throws ShapeError for inputs, targets or parameters of another size than the model says
 * @throws NotFiniteError for a NaN or an infinity: naming the parameter, the example's input or target, or the first draw
 * that predicts one
 * @throws DataError for a target that is no class where classes are predicted
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
  trained: TrainedModel<P>,
  data: PredictionInputs,
  options: PredictOptions,
): Generator<void, P, void> {
  checkRequest(factory, trained, data, options);
  const { model, members } = trained;
  const { draws, seed, quantiles: levels = [], batch = defaultBatch, ranks = oneRank, onProgress } = options;
  const { precision = 'f32' } = options;
  const { count, inputs, targets = null } = data;
  const size = Math.max(1, Math.min(batch, count));
  const rowSize = sizeOf(model.input.shape);
  const together = {
    count: Math.max(1, Math.min(Math.ceil(draws / members.length), Math.floor(rowsOfRun / size))),
    stride: members.length,
  };
  const programs = members.map((parameters) => {
    return new PredictionProgram(factory, model, parameters, { seed, batch: size, draws: together, precision });
  });
  // Run j is of program j mod members; draw d is that of member d mod members. Neither depends on the ranks, so that the bits of
  // what a run computes do not.
  const width = programs[0]!.results.length;
  const perRound = width * members.length;
  const runs = Math.floor(draws / perRound) * members.length + Math.min(members.length, draws % perRound);
  const share = shareOf(Math.ceil(count / size), runs, ranks);
  const gathering = model.likelihood.gather({ count, draws, levels, targets, units: model.units ?? null });
  const whole = gathering.batch(size);
  const shared = new Map<number, DrawBatch>();

  const inputsOf = readerOf(inputs, rowSize, size);
  const rowsOf = (b: number) => ({ first: b * size, count: Math.min(size, count - b * size) });
  let done = 0;
  for (const { batch: b, from, to } of share.parts) {
    const rows = rowsOf(b);
    const isWhole = to - from === runs;
    const own = isWhole ? whole : gathering.batch(size);
    own.clear();
    const batchInputs = inputsOf(rows.first, rows.count);
    for (const program of programs) program.load(batchInputs, rows.first);
    for (let run = from; run < to; run++) {
      const member = run % members.length;
      const { results: ofRun } = programs[member]!;
      const first = Math.floor(run / members.length) * perRound + member;
      programs[member]!.draw(first);
      for (const [r, results] of ofRun.entries()) {
        const draw = first + r * members.length;
        // the last run computes more than is wanted
        if (draw >= draws) break;
        checkDraw(results, size, rows, draw);
        own.add(draw, results, rows.count);
      }
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
