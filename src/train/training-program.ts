import { type Accumulate, type GradientPart, planBuckets, wholeGradient } from '../comm/index.ts';
import type { Batch } from '../data/index.ts';
import { NotFiniteError } from '../errors/index.ts';
import type { RealType, Tensor } from '../graph/index.ts';
import { type ElboGraph, buildElbo, occasionalOf, outputsOf } from '../inference/index.ts';
import { type KernelsFactory, Program, type ProgramMemory, control } from '../kernels/index.ts';
import { type WeightsDefaults, initialize } from '../layers/index.ts';
import type { Model } from '../models/index.ts';
import type { Optimizer } from '../optim/index.ts';
import { purpose } from '../random/index.ts';
import type { NamedTensor, PosteriorSnapshot } from './events.ts';

export interface StepSettings {
  /** 1 is the first */
  readonly step: number;
  readonly learningRate: number;
  /** examples of all replicas in this step */
  readonly examples: number;
  /** beta / N */
  readonly klScale: number;
}

export interface TrainingProgramOptions {
  readonly sliceExamples: number;
  readonly seed: number;
  readonly precision: RealType;
  /** what holds for weights whose layer says nothing else */
  readonly weights: WeightsDefaults;
  /** whether each example has a weight, in `batch.weights`; no, unless given */
  readonly isWeighted?: boolean;
  readonly optimizer: Optimizer;
  /** arrays for partial sums of gradients; the first becomes the sum over all units, or without one the gradient itself */
  readonly partials: number;
  /** elements of a bucket of the gradient, at least; Infinity: one bucket */
  readonly leastBucket: number;
}

/** Who takes the gradient bucket by bucket: see `runUnit`. */
export interface BucketSink {
  addBucket(index: number): void;
  progress(): void;
}

/**
 * What one rank computes: the gradient of a unit (one slice of one replica's batch), sums of gradients, and the
 * optimiser's update. It decides nothing and, once made, allocates nothing. A class of some length: all of it works on the
 * regions of one memory.
 */
export class TrainingProgram {
  /** where the caller puts a slice's examples */
  readonly batch: Batch;
  readonly memory: ProgramMemory;
  readonly engine: string;
  readonly #elbo: ElboGraph;
  readonly #program: Program;
  readonly #nll: Float32Array;
  readonly #figure: Float32Array;
  readonly #kl: Float32Array | null;
  readonly #sampledKl: Float32Array | null;
  readonly #sampledWeight: Float32Array | null;
  /** of the gradients of all units */
  readonly #sum: Float32Array;
  readonly #divergence: Float32Array;
  /** of the unit that was run last, in the engine's memory */
  readonly gradient: Float32Array;
  /** partial sums of gradients */
  readonly partials: readonly Float32Array[];
  /** parts of the gradient, in the order in which the backward pass completes them */
  readonly buckets: readonly GradientPart[];
  /** for each partial sum, of the whole gradient and of each bucket: adds the gradient, or the partial sum behind */
  readonly #additions: readonly (readonly { readonly gradient: () => void; readonly next: () => void }[])[];
  readonly #countNonFinite: { readonly gradient: () => void; readonly parameters: () => void };
  readonly #optimizer: ReturnType<Optimizer['bind']>;
  readonly #optimizerState: readonly string[];
  readonly #sliceExamples: number;
  #replica = -1;

  constructor(factory: KernelsFactory, model: Model, options: TrainingProgramOptions) {
    const { sliceExamples, seed, precision, weights, isWeighted, optimizer, partials, leastBucket } = options;
    const names = Array.from({ length: partials }, (_, i) => `partial${i}`);
    const sum = names[0] ?? 'gradient';
    const elbo = buildElbo(model, sliceExamples, factory.flipoutCost[precision], { precision, weights, isWeighted });
    const layout = elbo.parameters.map(({ tensor }) => tensor);
    const nothing = layout.map(() => null);
    const program = new Program(factory, {
      graph: elbo.graph,
      outputs: outputsOf(elbo),
      occasional: occasionalOf(elbo),
      layout,
      regions: {
        parameters: layout,
        gradient: elbo.likelihoodGradients,
        divergenceGradient: elbo.divergenceGradients,
        ...Object.fromEntries(names.map((name) => [name, nothing])),
        ...Object.fromEntries(optimizer.state.map((name) => [name, nothing])),
      },
    });
    this.#elbo = elbo;
    this.#sliceExamples = sliceExamples;
    this.#program = program;
    this.memory = program.memory;
    this.engine = program.kernels.description;
    const { inputs, targets, exampleWeights } = elbo;
    this.batch = {
      inputs: inputs.dtype === 'u8' ? program.bytes(inputs) : program.floats(inputs),
      targets: targets.dtype === 'i32' ? program.integers(targets) : program.floats(targets),
      weights: exampleWeights && program.floats(exampleWeights),
    };
    this.#nll = program.floats(elbo.nll);
    this.#figure = program.floats(elbo.figure);
    this.#kl = elbo.kl && program.floats(elbo.kl);
    this.#sampledKl = elbo.sampledKl && program.floats(elbo.sampledKl);
    this.#sampledWeight = elbo.sampledWeight && program.floats(elbo.sampledWeight);
    this.gradient = program.region('gradient');
    this.partials = names.map((name) => program.region(name));
    this.#sum = program.region(sum);
    this.#divergence = program.region('divergenceGradient');
    const parts = layout.map((tensor, i) => {
      const gradient = elbo.likelihoodGradients[i];
      return { ...program.rangeOf(tensor), ready: gradient ? program.writtenAfter('slice', gradient) : 0 };
    });
    this.buckets = planBuckets(parts, leastBucket);
    const whole = { begin: 0, end: program.regionSize };
    this.#additions = names.map((name, i) =>
      [whole, ...this.buckets].map((range) => ({
        gradient: program.bindRegions('accumulate', [name, 'gradient'], [name], {}, range),
        next: program.bindRegions('accumulate', [name, names[i + 1] ?? name], [name], {}, range),
      })),
    );
    const countIn = (region: string) => program.bindRegions('countNonFinite', [region], [control.nonFinite], {});
    this.#countNonFinite = { gradient: countIn(sum), parameters: countIn('parameters') };
    const regionOf = (name: string) => (name === 'likelihoodGradient' ? sum : name);
    this.#optimizerState = optimizer.state;
    this.#optimizer = optimizer.bind({
      bind: (operation, read, written, attributes) =>
        program.bindRegions(operation, read.map(regionOf), written.map(regionOf), attributes),
      setStepSize: (value) => {
        program.control.floats[control.stepSize] = value;
      },
    });
    program.setSeed(seed);
    for (const [i, { tensor, initializer }] of elbo.parameters.entries()) {
      const key = { seed, purpose: purpose.initialValue, step: 0, replica: 0, layer: i, example: 0 };
      initialize(this.#part('parameters', tensor), initializer, key);
    }
  }

  /** Computes what depends on the parameters alone. */
  beginStep({ step, learningRate, examples, klScale }: StepSettings): void {
    const { integers, floats } = this.#program.control;
    integers[control.step] = step;
    this.#optimizer.begin({ step, learningRate });
    floats[control.likelihoodScale] = 1 / examples;
    floats[control.divergenceScale] = klScale;
    if (this.#sampledWeight) this.#sampledWeight[0] = klScale * this.#sliceExamples;
    this.#replica = -1;
    this.#program.run('step');
  }

  /**
   * Computes loss and gradient of one unit, whose examples the caller has put into `batch`.
   * @param firstExample place of the slice's first example in its replica's batch
   * @param sink told of each bucket as soon as it is complete, and asked for progress while others are computed
   */
  runUnit(replica: number, firstExample: number, sink: BucketSink | null = null): void {
    this.#locate(replica, firstExample);
    if (replica !== this.#replica) {
      this.#program.run('replica');
      this.#replica = replica;
    }
    if (sink === null) this.#program.run('slice');
    else this.#runInBuckets(sink);
  }

  #runInBuckets(sink: BucketSink): void {
    const { buckets } = this;
    const calls = this.#program.length('slice');
    let done = Math.max(1, buckets[0]?.ready ?? calls);
    this.#program.run('slice', 0, done);
    for (let next = 0; ; ) {
      while (next < buckets.length && buckets[next]!.ready <= done) sink.addBucket(next++);
      sink.progress();
      if (done === calls) return;
      this.#program.run('slice', done, ++done);
    }
  }

  /** Negative log-likelihood of the unit that was run last, summed over its examples, each times its weight, nats. */
  get nll(): number {
    return this.#nll[0]!;
  }

  /** Sum over its examples of what the likelihood's step figure is the mean of. */
  get figure(): number {
    return this.#figure[0]!;
  }

  /** The part of the KL that is estimated from its replica's draw, nats for the data set; 0 where none is. */
  get sampledKl(): number {
    return this.#sampledKl === null ? 0 : this.#sampledKl[0]!;
  }

  /**
   * The part of the network's KL that has a closed form, nats for the data set; 0 without a Bayesian layer. Its gradient does not need it: it is computed
   * when it is asked for, before `update`.
   */
  computeKl(): number {
    if (this.#kl === null) return 0;
    this.#program.run('figures');
    return this.#kl[0]!;
  }

  /** Adds to a partial sum the gradient, or the partial sum behind it, by the engine. */
  readonly accumulate: Accumulate = (partial, isNext, bucket) => {
    const addition = this.#additions[partial]![bucket - wholeGradient]!;
    if (isNext) addition.next();
    else addition.gradient();
  };

  /** Whether the sum of the gradients, or the parameters, are free of NaN and infinity. */
  isFinite(what: 'gradient' | 'parameters'): boolean {
    this.#countNonFinite[what]();
    return this.#program.control.floats[control.nonFinite] === 0;
  }

  /**
   * Scales the gradient that `update` takes, that of the negative ELBO, to a norm of at most `limit` (Pascanu et al. 2013,
   * arXiv 1211.5063, algorithm 1).
   * @returns its norm before, summed in double: the same on every rank
   */
  clip(limit: number): number {
    const { floats } = this.#program.control;
    const [likelihood, divergence] = [this.#sum, this.#divergence];
    const [a, b] = [floats[control.likelihoodScale]!, floats[control.divergenceScale]!];
    let squares = 0;
    for (let i = 0; i < likelihood.length; i++) squares += (a * likelihood[i]! + b * divergence[i]!) ** 2;
    const norm = Math.sqrt(squares);
    if (norm > limit) {
      floats[control.likelihoodScale] = (a * limit) / norm;
      floats[control.divergenceScale] = (b * limit) / norm;
    }
    return norm;
  }

  /** The optimiser's step on all parameters. */
  update(): void {
    this.#optimizer.update();
  }

  /**
   * Runs the unit in `batch` again, call by call.
   * @returns an error that names the first tensor with a NaN or an infinity; null if all is finite
   */
  diagnose(step: number, replica: number, firstExample: number): NotFiniteError | null {
    const error = (name: string, shape: string) =>
      new NotFiniteError(`step ${step}: ${name} (${shape}) is no longer finite`, {
        remedy: 'Lower the learning rate or look at the data; the last checkpoint is untouched',
      });
    for (const { name, shape, data } of this.parameters()) {
      if (!data.every(Number.isFinite)) return error(`parameter ${name}`, shape.join('x'));
    }
    this.#locate(replica, firstExample);
    const found = this.#program.findNonFinite(['step', 'figures', 'replica', 'slice']);
    return found && error(found.name, found.shape);
  }

  /** The parameters in the engine's memory: views, not copies. */
  parameters(): NamedTensor[] {
    return this.#named('parameters', '');
  }

  /** What the optimiser keeps from step to step: views named `firstMoment/<parameter>`, … */
  optimizerState(): NamedTensor[] {
    return this.#optimizerState.flatMap((name) => this.#named(name, `${name}/`));
  }

  /** Mean and standard deviation of all weights with a posterior, as the graph computes them from the parameters. */
  posteriors(): PosteriorSnapshot[] {
    this.#program.run('step');
    return this.#elbo.posteriors.map(({ layer, mean }, i) => ({
      layer,
      shape: mean.shape,
      mean: this.#program.floats(mean).slice(),
      standardDeviation: this.#program.floats(this.#elbo.scales[i]!).slice(),
    }));
  }

  #locate(replica: number, firstExample: number): void {
    const { integers } = this.#program.control;
    integers[control.replica] = replica;
    integers[control.firstExample] = firstExample;
  }

  #part(region: string, tensor: Tensor): Float32Array {
    return this.#program.regionPart(region, tensor);
  }

  #named(region: string, prefix: string): NamedTensor[] {
    return this.#elbo.parameters.map(({ tensor }) => ({
      name: `${prefix}${tensor.name}`,
      shape: tensor.shape,
      data: this.#part(region, tensor),
    }));
  }
}
