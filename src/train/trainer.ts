import type { Examples } from '../data/index.ts';
import { DriftCheck, GradientReduction, ScalarReduction, leastBucket, partialSums } from '../comm/index.ts';
import { CommunicationError, DriftError, NotFiniteError, ShapeError } from '../errors/index.ts';
import { klWeight } from '../inference/index.ts';
import type { ProgramMemory } from '../kernels/index.ts';
import type { Model } from '../models/index.ts';
import { type LearningRateSchedule, adam, learningRateAt } from '../optim/index.ts';
import type { Checkpoint } from './checkpoint.ts';
import { weightsDefaultsOf } from './configuration.ts';
import type { NamedTensor, StepRecord, StepTiming } from './events.ts';
import { Pace } from './pace.ts';
import { Patience, evaluationInterval } from './patience.ts';
import { RankPace } from './rank-pace.ts';
import { isGoodEnough } from './stop-at.ts';
import { type Schedule, scheduleOf } from './schedule.ts';
import { breath, breathe } from './breath.ts';
import { noTimeline } from './timeline.ts';
import type { TrainingOptions, TrainingResult } from './training.ts';
import { TrainingProgram } from './training-program.ts';

/**
 * A training run on one rank, from its settings to the trained parameters. The constructor binds the graph to the engine;
 * `run` walks the steps. A class of some length: the walk, what it tells and what it keeps share the state of a step.
 */
export class Trainer {
  readonly schedule: Schedule;
  readonly engine: string;
  readonly memory: ProgramMemory;
  readonly #options: Required<TrainingOptions>;
  readonly #program: TrainingProgram;
  readonly #gradients: GradientReduction;
  /** of all units: nll, the likelihood's figure, whether a rank was asked to stop, and the sampled KL */
  readonly #scalars: ScalarReduction;
  readonly #drift: DriftCheck;
  readonly #timing: { -readonly [K in keyof StepTiming]: StepTiming[K] };
  readonly #pace = new Pace();
  readonly #rankPace: RankPace | null;
  readonly #evaluateEvery: number;
  /** null: the training goes on to its end */
  readonly #patience: Patience | null;
  /** whether an evaluation was as good as `stopAt` asks for */
  #isGoodEnough: boolean;
  readonly #rates: LearningRateSchedule;
  #step: number;
  /** the last step of which there is a checkpoint */
  #saved: number;
  /** the last step of which observers saw the posterior */
  #shown = -1;
  #isStopping = false;
  /** of the steps since the last checkpoint, which their mean negative ELBO ranks */
  #nllSum = 0;
  #nllCount = 0;
  /** beta * kl / N, the last that was computed */
  #klTerm = Number.NaN;

  /**
   * @throws UsageError when the batch does not fit the data or the slices, or there are more ranks than units
   * @throws ShapeError when the examples are not those that the model takes
   */
  constructor(options: TrainingOptions) {
    const { settings, model, examples, kernels, resume, communicator } = options;
    this.#options = {
      ...{ observers: [], checkpoints: null, resume: null, stop: { requested: null } },
      ...{ timeline: noTimeline, evaluate: null, optimizer: adam, description: {} },
      ...options,
    };
    assertFits(model, examples);
    this.schedule = scheduleOf(settings, examples.count);
    const { learningRate, learningRateScaling: scaling, learningRateDecay: decay, replicas, warmupSteps } = settings;
    this.#rates = { learningRate, scaling, decay, replicas, warmupSteps, totalSteps: this.schedule.totalSteps };
    const { seed, precision, reduce: mode, gradientCompression: compression } = settings;
    const { units, sliceExamples } = this.schedule;
    const partials = partialSums(units, communicator.rank, communicator.size, mode);
    this.#program = new TrainingProgram(kernels, model, {
      ...{ sliceExamples, seed, precision, partials, weights: weightsDefaultsOf(settings) },
      isWeighted: examples.isWeighted ?? false,
      optimizer: this.#options.optimizer,
      leastBucket: communicator.size === 1 ? Number.POSITIVE_INFINITY : leastBucket,
    });
    const { gradient, accumulate, buckets } = this.#program;
    this.#gradients = new GradientReduction({
      ...{ communicator, units, mode, compression, gradient, accumulate, buckets },
      partials: this.#program.partials,
    });
    this.#scalars = new ScalarReduction(communicator, units, 4, mode);
    this.#drift = new DriftCheck(communicator, this.#program.parameters());
    this.#rankPace = RankPace.of(communicator, this.schedule);
    this.engine = this.#program.engine;
    this.memory = this.#program.memory;
    this.#step = resume?.step ?? 0;
    this.#saved = resume?.step ?? -1;
    this.#timing = { step: 0, seconds: 0, samplesPerSecond: 0, startedAt: 0, endedAt: 0 };
    if (resume) this.#restore(resume);
    this.#evaluateEvery = evaluationInterval(settings, this.schedule, examples.count);
    const { patience } = settings;
    this.#patience = patience === null ? null : new Patience(patience, this.#program.parameters(), resume ?? null);
    this.#isGoodEnough = resume?.state['isGoodEnough'] === true;
  }

  /** Views of the parameters, in the order of declaration. */
  parameters(): NamedTensor[] {
    return this.#program.parameters();
  }

  /**
   * Trains until the last step, until evaluations get no better or until a stop is requested; the state is checkpointed
   * at the end in each case.
   * @throws NotFiniteError naming the first tensor that went bad; no checkpoint is written then
   * @throws CommunicationError when a rank is lost, after a checkpoint of the last complete step
   */
  async run(): Promise<TrainingResult> {
    let last: StepRecord | null = null;
    let isComplete = false;
    try {
      last = await this.#walk();
      await this.#showPosterior();
      isComplete = this.#isComplete();
    } catch (error) {
      this.#rescue(error);
      throw error;
    } finally {
      for (const observer of this.#options.observers) observer.onEnd?.(this.#step, isComplete);
    }
    const { totalSteps, stepExamples } = this.schedule;
    const parameters = this.#program.parameters().map((tensor) => ({ ...tensor, data: tensor.data.slice() }));
    return {
      step: this.#step,
      totalSteps,
      stopped: this.#isComplete() ? null : (this.#options.stop.requested ?? 'another rank'),
      isGoodEnough: this.#isGoodEnough,
      best: this.#isComplete() ? (this.#patience?.best ?? null) : null,
      last,
      samplesPerSecond: finiteOrNull(stepExamples / this.#pace.median()),
      parameters,
    };
  }

  /** @returns the last step's figures */
  async #walk(): Promise<StepRecord | null> {
    const { totalSteps } = this.schedule;
    const { checkpointEvery, driftCheckEvery, histogramEvery } = this.#options.settings;
    let last: StepRecord | null = null;
    let rested = performance.now();
    if (this.#patience && this.#patience.evaluated < this.#step && this.#isEvaluated(this.#step)) {
      // a rank was lost in the middle of this evaluation, and the step checkpointed
      await this.#evaluate();
      this.#saved = -1;
    }
    while (!this.#isComplete() && !this.#mustStop()) {
      const step = this.#step + 1;
      last = this.#trainStep(step, step === totalSteps) ?? last;
      // before the checkpoint, which keeps what it decides
      if (this.#isEvaluated(step)) await this.#evaluate();
      if (this.#isComplete()) break;
      if (checkpointEvery > 0 && step % checkpointEvery === 0) this.#checkpoint();
      else if (driftCheckEvery > 0 && step % driftCheckEvery === 0) this.#checkDrift();
      if (step === 1 || (histogramEvery > 0 && step % histogramEvery === 0)) await this.#showPosterior();
      if (performance.now() - rested > breath) {
        await breathe();
        rested = performance.now();
      }
    }
    if (this.#isComplete()) this.#patience?.takeBest();
    if (this.#step !== this.#saved) this.#checkpoint();
    return last;
  }

  /** N of KL / N, or what stands in its place. */
  get #klDivisor(): number {
    const { settings, examples } = this.#options;
    return settings.kl.per === 'batch' ? settings.batchSize : examples.count;
  }

  #isComplete(): boolean {
    return this.#step >= this.schedule.totalSteps || this.#isGoodEnough || (this.#patience?.isOver ?? false);
  }

  /** Who trains evaluates the result; only patience has to know how good the last step is. */
  #isEvaluated(step: number): boolean {
    const isDue = this.#evaluateEvery > 0 && step % this.#evaluateEvery === 0;
    return isDue && (this.#patience !== null || step < this.schedule.totalSteps);
  }

  /** Several ranks agree on it within a step, so that all stop after the same one. */
  #mustStop(): boolean {
    const { communicator, stop } = this.#options;
    return this.#isStopping || (communicator.size === 1 && stop.requested !== null);
  }

  /** @returns the step's figures where somebody wants them */
  #trainStep(step: number, isLast: boolean): StepRecord | null {
    const { settings, observers, examples, model, timeline } = this.#options;
    const { stepExamples, totalSteps, units } = this.schedule;
    const began = timeline.now();
    const startedAt = Date.now() / 1000;
    const start = performance.now();
    const learningRate = learningRateAt(this.#rates, step);
    const beta = klWeight(settings.kl, step, totalSteps);
    const program = this.#program;
    program.beginStep({ step, learningRate, examples: stepExamples, klScale: beta / this.#klDivisor });
    timeline.add('prepare', step, began);
    this.#computeGradient(step);
    const summed = timeline.now();
    const nllSum = this.#scalars.total(0);
    const { printEvery, checkpointEvery, clipNorm } = settings;
    const isShown = step % printEvery === 0 || isLast;
    const isSaved = checkpointEvery > 0 && step % checkpointEvery === 0;
    // every unit of a replica has its draw's estimate: their mean is that of the replicas
    const kl = isShown || isSaved ? program.computeKl() + this.#scalars.total(3) / units : null;
    if (!program.isFinite('gradient') || !Number.isFinite(nllSum + (kl ?? 0))) throw this.#diagnose(step);
    if (clipNorm !== null) program.clip(clipNorm);
    program.update();
    this.#step = step;
    timeline.add('update', step, summed);
    timeline.add('step', step, began);

    const seconds = (performance.now() - start) / 1000;
    this.#pace.add(seconds);
    this.#rankPace?.addStep(seconds);
    // before anybody is told: a rank that ends in what it does with the step has taken part in all of it
    const speeds = isShown ? this.#rankPace?.gather(step) : undefined;
    const timing = this.#timing;
    timing.step = step;
    timing.seconds = seconds;
    timing.samplesPerSecond = stepExamples / seconds;
    timing.startedAt = startedAt;
    timing.endedAt = startedAt + seconds;
    for (const observer of observers) observer.onTiming?.(timing);

    const nll = nllSum / stepExamples;
    this.#nllSum += nll;
    this.#nllCount++;
    if (kl === null) return null;
    this.#klTerm = (beta * kl) / this.#klDivisor;
    if (!isShown) return null;
    const { stepFigure } = model.likelihood;
    const record: StepRecord = {
      step,
      epoch: (step * stepExamples) / examples.count,
      nll,
      kl,
      beta,
      negativeElbo: nll + this.#klTerm,
      figures: { [stepFigure.name]: stepFigure.ofMean(this.#scalars.total(1) / stepExamples) },
      learningRate,
    };
    for (const observer of observers) observer.onStep?.(record, timing);
    if (speeds) for (const observer of observers) observer.onRanks?.(step, speeds);
    return record;
  }

  /** Loss and gradient of this rank's units, then their sums over all ranks. */
  #computeGradient(step: number): void {
    const [gradients, scalars, program] = [this.#gradients, this.#scalars, this.#program];
    const { timeline } = this.#options;
    const { begin, end } = gradients.units;
    const start = performance.now();
    gradients.begin(step);
    scalars.begin(step);
    for (let unit = begin; unit < end; unit++) {
      const asked = timeline.now();
      this.#gather(step, unit);
      const began = timeline.now();
      timeline.add('data', step, asked, unit, began);
      const isLast = unit === end - 1;
      // What the last unit completes goes to the other ranks while the rest of it is computed.
      program.runUnit(this.#replicaOf(unit), this.#firstExampleOf(unit), isLast ? gradients : null);
      if (!isLast) gradients.add();
      scalars.add(0, program.nll);
      scalars.add(1, program.figure);
      scalars.add(2, unit === begin && this.#options.stop.requested !== null ? 1 : 0);
      scalars.add(3, program.sampledKl);
      timeline.add('compute', step, began, unit);
    }
    this.#rankPace?.addCompute((performance.now() - start) / 1000);
    const computed = timeline.now();
    gradients.flush();
    scalars.start();
    gradients.finish();
    scalars.finish();
    timeline.add('wait', step, computed);
    if (timeline.isOn) this.#showReduction(step);
    this.#isStopping = scalars.total(2) > 0;
  }

  /** Each bucket's way over the ranks; one rank has none. */
  #showReduction(step: number): void {
    const { communicator, timeline } = this.#options;
    if (communicator.size === 1) return;
    const { buckets, times } = this.#gradients;
    for (let i = 0; i < buckets.length; i++) timeline.add('reduce', step, times[2 * i]!, i, times[2 * i + 1]!);
  }

  /** Puts a unit's examples into the program's inputs. */
  #gather(step: number, unit: number): void {
    const { batchSize, stepExamples } = this.schedule;
    const [replica, firstExample] = [this.#replicaOf(unit), this.#firstExampleOf(unit)];
    const position = (step - 1) * stepExamples + replica * batchSize + firstExample;
    this.#options.examples.fill(this.#program.batch, { step, replica, firstExample, position });
  }

  #replicaOf(unit: number): number {
    return Math.floor(unit / this.schedule.slices);
  }

  /** Place of the unit's first example in its replica's batch. */
  #firstExampleOf(unit: number): number {
    return (unit % this.schedule.slices) * this.schedule.sliceExamples;
  }

  #diagnose(step: number): NotFiniteError {
    const { begin, end } = this.#gradients.units;
    for (let unit = begin; unit < end; unit++) {
      this.#gather(step, unit);
      const found = this.#program.diagnose(step, this.#replicaOf(unit), this.#firstExampleOf(unit));
      if (found) return found;
    }
    return new NotFiniteError(`step ${step}: the sum of the gradients over all ranks is no longer finite`);
  }

  #checkDrift(): void {
    const { timeline } = this.#options;
    const began = timeline.now();
    this.#drift.run(this.#step);
    timeline.add('drift check', this.#step, began);
  }

  /** Also a moment at which the ranks compare their parameters. */
  #checkpoint(): void {
    this.#checkDrift();
    this.#writeCheckpoint();
  }

  /** When another rank is lost, the parameters are still those of the last complete step, and worth keeping. */
  #rescue(error: unknown): void {
    const isSound = error instanceof CommunicationError && !(error instanceof DriftError);
    if (!isSound || this.#options.checkpoints === null || this.#step <= Math.max(0, this.#saved)) return;
    let failure: Error | null = null;
    try {
      this.#writeCheckpoint();
    } catch (cause) {
      failure = cause as Error;
    }
    for (const observer of this.#options.observers) observer.onRescue?.(this.#step, failure);
  }

  #writeCheckpoint(): void {
    const { settings, model, checkpoints, observers, timeline, description } = this.#options;
    if (checkpoints && !this.#program.isFinite('parameters')) throw this.#diagnose(this.#step);
    this.#saved = this.#step;
    if (!checkpoints) return;
    const began = timeline.now();
    const kept = this.#patience?.toKeep();
    const folder = checkpoints.write({
      step: this.#step,
      model: model.name,
      parameters: this.#program.parameters(),
      optimizer: [...this.#program.optimizerState(), ...(kept?.tensors ?? [])],
      state: {
        ...description,
        ...kept?.state,
        ...(this.#isGoodEnough && { isGoodEnough: true }),
        seed: settings.seed,
        replicas: this.schedule.replicas,
        batchSize: this.schedule.batchSize,
      },
      score: finiteOrNull(this.#nllSum / this.#nllCount + this.#klTerm),
    });
    timeline.add('checkpoint', this.#step, began);
    this.#nllSum = 0;
    this.#nllCount = 0;
    for (const observer of observers) observer.onCheckpoint?.(this.#step, folder);
  }

  async #showPosterior(): Promise<void> {
    const interested = this.#options.observers.filter(({ onPosterior }) => onPosterior);
    if (interested.length === 0 || this.#shown === this.#step) return;
    this.#shown = this.#step;
    const posteriors = this.#program.posteriors();
    for (const observer of interested) await observer.onPosterior?.(this.#step, posteriors);
  }

  async #evaluate(): Promise<void> {
    const { evaluate, observers, timeline } = this.#options;
    const { stopAt } = this.#options.settings;
    if (!evaluate) {
      if (stopAt !== null) isGoodEnough(stopAt, null);
      return this.#patience?.add(this.#step, null);
    }
    const began = timeline.now();
    const figures = await evaluate(this.#step, this.#program.parameters());
    timeline.add('evaluation', this.#step, began);
    if (figures) for (const observer of observers) observer.onEvaluation?.(this.#step, figures);
    this.#patience?.add(this.#step, figures);
    if (stopAt !== null) this.#isGoodEnough = isGoodEnough(stopAt, figures);
  }

  #restore(checkpoint: Checkpoint): void {
    const { parameters, optimizer } = checkpoint;
    const own = [...this.#program.parameters(), ...this.#program.optimizerState()];
    const stored = new Map([...parameters, ...optimizer].map(({ name, data }) => [name, data]));
    for (const { name, data } of own) data.set(stored.get(name)!);
  }
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** @throws ShapeError where the examples are not those that the model takes */
function assertFits({ name, input }: Model, { input: given }: Examples): void {
  const [got, expected] = [given, input].map(({ shape, dtype }) => `${dtype} examples of ${shape.join('x')}`);
  if (got !== expected) throw new ShapeError(`${name} does not fit the data`, { got: got!, expected: expected! });
}
