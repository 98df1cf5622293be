import { setImmediate } from 'node:timers/promises';
import { BatchOrder, type ImageSet, gatherBytes, gatherLabels } from '../data/index.ts';
import type { Collective, Communicator } from '../comm/index.ts';
import { NotFiniteError } from '../errors/index.ts';
import { klWeight } from '../inference/index.ts';
import type { KernelsFactory, ProgramMemory } from '../kernels/index.ts';
import { modelOf } from '../models/index.ts';
import { learningRateAt } from '../optim/index.ts';
import { type Checkpoint, parametersSha256 } from './checkpoint/index.ts';
import type { RunConfiguration } from './configuration.ts';
import type { NamedTensor, StepRecord, StepTiming, TrainingObserver } from './events.ts';
import { type Schedule, scheduleOf } from './schedule.ts';
import { TrainingProgram } from './training-program.ts';

/** Asked at every step; a reason makes the run checkpoint and stop. */
export interface StopRequest {
  readonly requested: string | null;
}

/** Where checkpoints go; a run folder's CheckpointStore is one. */
export interface CheckpointSink {
  write(checkpoint: Checkpoint): string;
}

export interface TrainingOptions {
  readonly configuration: RunConfiguration;
  readonly data: ImageSet;
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
}

export interface TrainingResult {
  /** the last step that was done */
  readonly step: number;
  readonly totalSteps: number;
  /** why the run stopped before its end; null if it is complete */
  readonly stopped: string | null;
  /** the last step's figures; null if no step was done */
  readonly last: StepRecord | null;
  /** training throughput over all ranks: median over the steps after the first 20, of those done in this process */
  readonly samplesPerSecond: number;
  readonly parametersSha256: string;
  /** copies of the trained parameters */
  readonly parameters: readonly NamedTensor[];
}

/** How long the loop may run before it lets signals and files have their turn, in milliseconds. */
const breath = 20;

/**
 * A training run on one rank, from its configuration to the trained parameters. `start` binds the graph to the engine;
 * `run` walks the steps.
 */
export class Trainer {
  readonly schedule: Schedule;
  readonly engine: string;
  readonly memory: ProgramMemory;
  readonly #options: Required<TrainingOptions>;
  readonly #program: TrainingProgram;
  readonly #reduce: Collective;
  readonly #order: BatchOrder;
  readonly #indices: Int32Array;
  readonly #rowBytes: number;
  readonly #timing: { -readonly [K in keyof StepTiming]: StepTiming[K] };
  readonly #seconds: Float64Array;
  #step: number;
  #elboSum = 0;
  #elboCount = 0;

  /** @throws UsageError when the batch does not fit the data or the slices */
  constructor(options: TrainingOptions) {
    const { configuration, data, kernels, resume } = options;
    this.#options = { observers: [], checkpoints: null, resume: null, stop: { requested: null }, ...options };
    this.schedule = scheduleOf(configuration, data.count);
    this.#program = new TrainingProgram(
      kernels,
      modelOf(configuration.model),
      this.schedule.sliceExamples,
      configuration.seed,
    );
    this.#reduce = options.communicator.allreduce(this.#program.gradient, 'sum', 'gradient');
    this.engine = this.#program.engine;
    this.memory = this.#program.memory;
    this.#order = new BatchOrder(configuration.seed, data.count);
    this.#indices = new Int32Array(this.schedule.sliceExamples);
    this.#rowBytes = data.height * data.width * data.channels;
    this.#step = resume?.step ?? 0;
    this.#seconds = new Float64Array(Math.max(0, this.schedule.totalSteps - this.#step));
    this.#timing = { step: 0, seconds: 0, samplesPerSecond: 0, startedAt: 0, endedAt: 0 };
    if (resume) this.#restore(resume);
  }

  /** Views of the parameters, in the order of declaration. */
  parameters(): NamedTensor[] {
    return this.#program.parameters();
  }

  /**
   * Trains until the last step or until a stop is requested; the state is checkpointed at the end either way.
   * @throws NotFiniteError naming the first tensor that went bad; no checkpoint is written then
   */
  async run(): Promise<TrainingResult> {
    const first = this.#step;
    let last: StepRecord | null = null;
    try {
      last = await this.#walk();
      this.#showPosterior();
    } finally {
      for (const observer of this.#options.observers) observer.onEnd?.(this.#step);
    }
    const { totalSteps, stepExamples } = this.schedule;
    const parameters = this.#program.parameters().map((tensor) => ({ ...tensor, data: tensor.data.slice() }));
    return {
      step: this.#step,
      totalSteps,
      stopped: this.#step < totalSteps ? this.#options.stop.requested : null,
      last,
      samplesPerSecond: stepExamples / medianAfterWarmup(this.#seconds.subarray(0, this.#step - first)),
      parametersSha256: parametersSha256(parameters),
      parameters,
    };
  }

  /** @returns the last step's figures */
  async #walk(): Promise<StepRecord | null> {
    const { configuration, stop } = this.#options;
    const { totalSteps } = this.schedule;
    const { checkpointEvery, histogramEvery } = configuration;
    let last: StepRecord | null = null;
    let saved = this.#step === 0 ? -1 : this.#step;
    let rested = performance.now();
    while (this.#step < totalSteps && stop.requested === null) {
      const step = this.#step + 1;
      last = this.#trainStep(step, step === totalSteps) ?? last;
      if (checkpointEvery > 0 && step % checkpointEvery === 0 && step < totalSteps) {
        this.#checkpoint();
        saved = step;
      }
      if (histogramEvery > 0 && step % histogramEvery === 0 && step < totalSteps) this.#showPosterior();
      if (performance.now() - rested > breath) {
        await setImmediate();
        rested = performance.now();
      }
    }
    if (this.#step !== saved) this.#checkpoint();
    return last;
  }

  /** @returns the step's figures where somebody wants them */
  #trainStep(step: number, isLast: boolean): StepRecord | null {
    const { configuration, observers, data } = this.#options;
    const { stepExamples, totalSteps } = this.schedule;
    const startedAt = Date.now() / 1000;
    const start = performance.now();
    const learningRate = learningRateAt({ ...configuration, scaling: configuration.learningRateScaling }, step);
    const beta = klWeight(configuration.kl, step, totalSteps);
    const program = this.#program;
    program.beginStep({ step, learningRate, examples: stepExamples, klScale: beta / data.count });
    this.#forEachUnit(step, (replica, firstExample) => program.addUnit(replica, firstExample));
    this.#reduce.run(step);
    if (!program.isFinite()) throw this.#diagnose(step);
    program.update();
    this.#step = step;

    const seconds = (performance.now() - start) / 1000;
    const done = step - 1 - (totalSteps - this.#seconds.length);
    this.#seconds[done] = seconds;
    const timing = this.#timing;
    timing.step = step;
    timing.seconds = seconds;
    timing.samplesPerSecond = stepExamples / seconds;
    timing.startedAt = startedAt;
    timing.endedAt = startedAt + seconds;
    for (const observer of observers) observer.onTiming?.(timing);

    const nll = program.nllSum / stepExamples;
    const { kl } = program;
    const negativeElbo = nll + (beta * kl) / data.count;
    this.#elboSum += negativeElbo;
    this.#elboCount++;
    if (step % configuration.printEvery !== 0 && !isLast) return null;
    const record: StepRecord = {
      step,
      epoch: (step * stepExamples) / data.count,
      nll,
      kl,
      beta,
      negativeElbo,
      accuracy: program.correctSum / stepExamples,
      learningRate,
    };
    for (const observer of observers) observer.onStep?.(record, timing);
    return record;
  }

  /** Fills the program's inputs with each unit of this rank in turn, in the one order that all runs share. */
  #forEachUnit(step: number, visit: (replica: number, firstExample: number) => void): void {
    const { replicas, batchSize, slices, sliceExamples, stepExamples } = this.schedule;
    const { images, labels } = this.#options.data;
    for (let replica = 0; replica < replicas; replica++) {
      for (let slice = 0; slice < slices; slice++) {
        const firstExample = slice * sliceExamples;
        this.#order.fill(this.#indices, (step - 1) * stepExamples + replica * batchSize + firstExample);
        gatherBytes(images, this.#rowBytes, this.#indices, this.#program.images);
        gatherLabels(labels, this.#indices, this.#program.labels);
        visit(replica, firstExample);
      }
    }
  }

  #diagnose(step: number): NotFiniteError {
    let found: NotFiniteError | null = null;
    this.#forEachUnit(step, (replica, firstExample) => {
      found ??= this.#program.diagnose(step, replica, firstExample);
    });
    return found ?? new NotFiniteError(`step ${step}: the sum of the gradients is no longer finite`);
  }

  #checkpoint(): void {
    const { configuration, checkpoints, observers } = this.#options;
    if (!checkpoints) return;
    const folder = checkpoints.write({
      step: this.#step,
      model: configuration.model,
      parameters: this.#program.parameters(),
      optimizer: this.#program.moments(),
      state: { seed: configuration.seed, replicas: this.schedule.replicas, batchSize: this.schedule.batchSize },
      score: this.#elboCount > 0 ? this.#elboSum / this.#elboCount : null,
    });
    this.#elboSum = 0;
    this.#elboCount = 0;
    for (const observer of observers) observer.onCheckpoint?.(this.#step, folder);
  }

  #showPosterior(): void {
    const interested = this.#options.observers.filter(({ onPosterior }) => onPosterior);
    if (interested.length === 0) return;
    const posteriors = this.#program.posteriors();
    for (const observer of interested) observer.onPosterior?.(this.#step, posteriors);
  }

  #restore({ parameters, optimizer }: Checkpoint): void {
    const own = [...this.#program.parameters(), ...this.#program.moments()];
    const stored = new Map([...parameters, ...optimizer].map(({ name, data }) => [name, data]));
    for (const { name, data } of own) data.set(stored.get(name)!);
  }
}

function medianAfterWarmup(seconds: Float64Array): number {
  const counted = seconds.slice(Math.min(20, Math.floor(seconds.length / 2))).sort();
  return counted.length === 0 ? Number.NaN : counted[counted.length >> 1]!;
}
