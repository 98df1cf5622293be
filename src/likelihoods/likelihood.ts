import type { Tensor } from '../graph/index.ts';
import type { LayerContext } from '../layers/index.ts';

/**
 * How targets follow from a network's outputs: its loss in the graph, what a draw predicts, and what all draws together
 * say and how good that is. One file per likelihood.
 * @typeParam P what a prediction is
 */
export interface Likelihood<P extends PredictiveBase = PredictiveBase> {
  /** as in a configuration: `categorical`, `normal`, … */
  readonly kind: string;
  /** numbers of a network's output that it reads, per example */
  readonly outputs: number;
  readonly target: TargetType;
  /** what a training step tells beside its loss */
  readonly stepFigure: StepFigure;
  /** what `quality` tells, in the order in which it is shown */
  readonly figures: readonly Figure[];
  /**
   * @param outputs [batch, outputs]
   * @param target as `target` says, [batch] or [batch, width]
   * @returns nll [batch]: nats per example, in the user's units; figure [batch]: what `stepFigure` is the mean of
   */
  loss(outputs: Tensor, target: Tensor, context: LikelihoodContext): { readonly nll: Tensor; readonly figure: Tensor };
  /** What each draw hands to `gather`, tensors of the graph. */
  predict(outputs: Tensor, context: LikelihoodContext): readonly Tensor[];
  gather(request: GatherRequest): Gathering<P>;
  /** @param targets as in the batches, [count] or [count, width] */
  quality(predictive: P, targets: ArrayLike<number>, units: Units | null): Readonly<Record<string, number>>;
}

/** How targets are kept: classes as i32 [count]; reals and counts as f32 [count, width]. */
export interface TargetType {
  readonly dtype: 'i32' | 'f32';
  readonly width: number;
}

/** Targets are kept standardised, (y - shift) / scale, one of each per output; the network's numbers are of that kind too. */
export interface Units {
  readonly shift: ArrayLike<number>;
  readonly scale: ArrayLike<number>;
}

/** A likelihood may own parameters: learned noise. */
export interface LikelihoodContext extends LayerContext {
  readonly units: Units | null;
}

export interface Figure {
  /** in files and --json */
  readonly name: string;
  /** for people */
  readonly title: string;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
}

export interface StepFigure extends Figure {
  /** the figure, from its mean over examples */
  ofMean(mean: number): number;
}

/** What every prediction has; `kind` says which of them it is. */
export interface PredictiveBase {
  readonly kind: string;
  readonly count: number;
  readonly draws: number;
  /** the levels of quantiles that were asked for */
  readonly levels: readonly number[];
}

export interface GatherRequest {
  readonly count: number;
  readonly draws: number;
  readonly levels: readonly number[];
  readonly units: Units | null;
  /** of all examples, where the figures of quality are wanted; null: not known */
  readonly targets: ArrayLike<number> | null;
}

/** A prediction in the making: draws of batches of examples go in, what they say of each example comes out. */
export interface Gathering<P extends PredictiveBase> {
  /** all results side by side, on shared memory; a row is zero until its batch is finished: ranks add them up */
  readonly values: Float64Array;
  /** @param examples of a batch, at most */
  batch(examples: number): DrawBatch;
  /** once `values` are complete */
  result(): P;
}

/** Draws of one batch. What is kept does not depend on the order in which draws come. */
export interface DrawBatch {
  /** everything that ranks that share a batch have to add up: on shared memory, in double */
  readonly values: Float64Array;
  clear(): void;
  /** @param tensors what `predict` gives, of the first `count` examples */
  add(draw: number, tensors: readonly Float32Array[], count: number): void;
  /** Writes what all draws say of the first `count` examples into the rows from `first` on. */
  finish(first: number, count: number): void;
}
