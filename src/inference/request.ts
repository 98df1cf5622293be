import type { RealType } from '../graph/index.ts';
import type { PredictiveBase } from '../likelihoods/index.ts';
import type { Inputs, Model } from '../models/index.ts';
import type { ParameterSource } from './parameters.ts';
import type { PredictionRanks } from './share.ts';

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
