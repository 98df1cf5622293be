/** What a training run tells those who watch it: files, progress bars, TensorBoard. `cli/` decides who watches. */
/** One step's figures: what the same run gives again bit for bit. */
export interface StepRecord {
  /** 1 is the first */
  readonly step: number;
  /** passes over the training set after this step, a fraction */
  readonly epoch: number;
  /** mean negative log-likelihood over the step's examples, nats per example */
  readonly nll: number;
  /** KL(q || p) of all weights, nats for the data set */
  readonly kl: number;
  /** weight of the KL term */
  readonly beta: number;
  /** nll + beta * kl / N, nats per example */
  readonly negativeElbo: number;
  /** the likelihood's figure of the step's examples under the drawn network, by its name: accuracy, rmse */
  readonly figures: Readonly<Record<string, number>>;
  readonly learningRate: number;
}

/** The same step's times: never the same twice. */
export interface StepTiming {
  readonly step: number;
  readonly seconds: number;
  /** over all ranks */
  readonly samplesPerSecond: number;
  /** seconds since the epoch */
  readonly startedAt: number;
  readonly endedAt: number;
}

/** By rank, in the mean of the steps since they were last told: never the same twice. */
export interface RankSpeeds {
  /** of its own examples, in the time in which it computes them: waits for other ranks left out */
  readonly samplesPerSecond: readonly number[];
  /** share of a step in which it computes them; in the rest it waits, and makes the update */
  readonly busy: readonly number[];
}

export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** One variational layer's posterior, for histograms and reports. */
export interface PosteriorSnapshot {
  readonly layer: string;
  /** of the kernel */
  readonly shape: readonly number[];
  readonly mean: Float32Array;
  readonly standardDeviation: Float32Array;
}

/** What an evaluation tells, by the names of the likelihood's figures. */
export type EvaluationFigures = Readonly<Record<string, number>>;

export interface TrainingObserver {
  /** after each step that is a multiple of `printEvery`, and after the last one */
  onStep?(record: StepRecord, timing: StepTiming): void;
  /** after the same steps, where 2 to 64 ranks share the work */
  onRanks?(step: number, speeds: RankSpeeds): void;
  /** every step, for the timing file */
  onTiming?(timing: StepTiming): void;
  /** after the first step, every `histogramEvery` steps and at the end; training goes on when it is done */
  onPosterior?(step: number, layers: readonly PosteriorSnapshot[]): void | Promise<void>;
  /** every `evaluateEvery` steps, but not at the end: who trains evaluates the result */
  onEvaluation?(step: number, figures: EvaluationFigures): void;
  onCheckpoint?(step: number, folder: string): void;
  /**
   * A rank was lost: the last complete step has been checkpointed all the same.
   * @param failure why that could not be done; null if it was
   */
  onRescue?(step: number, failure: Error | null): void;
  /**
   * The run stops after `step`, whatever the reason; flush and close.
   * @param isComplete whether it came to its end, and was neither stopped nor failed
   */
  onEnd?(step: number, isComplete: boolean): void;
}
