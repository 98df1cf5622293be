/** What a training is given, and what comes out of it. */
import type { Communicator } from '../comm/index.ts';
import type { Examples } from '../data/index.ts';
import type { KernelsFactory } from '../kernels/index.ts';
import type { Model } from '../models/index.ts';
import type { Optimizer } from '../optim/index.ts';
import type { Checkpoint, CheckpointSink } from './checkpoint.ts';
import type { TrainingSettings } from './configuration.ts';
import type { EvaluationFigures, NamedTensor, StepRecord, TrainingObserver } from './events.ts';
import type { Best } from './patience.ts';
import type { Timeline } from './timeline.ts';

/** Asked at every step; a reason makes the run checkpoint and stop. */
export interface StopRequest {
  readonly requested: string | null;
}

/**
 * One rank's part in an evaluation on the way.
 * @param parameters views: what they hold changes when training goes on
 * @returns the same on every rank; null where nothing is held out
 */
export type Evaluate = (step: number, parameters: readonly NamedTensor[]) => Promise<EvaluationFigures | null>;

export interface TrainingOptions {
  readonly model: Model;
  readonly examples: Examples;
  readonly settings: TrainingSettings;
  /** Adam unless given */
  readonly optimizer?: Optimizer;
  readonly kernels: KernelsFactory;
  readonly communicator: Communicator;
  /** nobody unless given */
  readonly observers?: readonly TrainingObserver[];
  /** null, unless given: nothing is written */
  readonly checkpoints?: CheckpointSink | null;
  /** goes on from here; null, unless given: starts at step 0 */
  readonly resume?: Checkpoint | null;
  /** never unless given */
  readonly stop?: StopRequest;
  /** told what this rank does when; nobody unless given */
  readonly timeline?: Timeline;
  /** what checkpoints say of themselves beside their tensors: plain JSON; nothing unless given */
  readonly description?: Readonly<Record<string, unknown>>;
  /** called on every rank each `evaluateEvery` steps, but at the end with `patience` only; nothing unless given */
  readonly evaluate?: Evaluate | null;
}

export interface TrainingResult {
  /** the last step that was done */
  readonly step: number;
  readonly totalSteps: number;
  /** why the run stopped before its end; null if it is complete */
  readonly stopped: string | null;
  /** whether the training ended because an evaluation was as good as `stopAt` asks for */
  readonly isGoodEnough: boolean;
  /** with `patience`: the evaluation whose parameters these are; null: there was none */
  readonly best: Best | null;
  /** the last step's figures; null if no step was done */
  readonly last: StepRecord | null;
  /** training throughput over all ranks: median over the steps behind the first 20 of this process; null without a step */
  readonly samplesPerSecond: number | null;
  /** copies of the trained parameters */
  readonly parameters: readonly NamedTensor[];
}
