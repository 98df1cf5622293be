import type { WeightsDefaults } from '../layers/index.ts';

/** Everything that decides what a run computes; `config.yaml` of the run folder holds exactly this. */
export interface RunConfiguration {
  /** a model's name, as in models/ */
  readonly model: string;
  readonly data: {
    readonly name: 'mnist' | 'fashion-mnist' | 'cifar10' | 'cifar100';
    /** a file or folder; null takes the data set's own source (a package, fetched once and cached) */
    readonly path: string | null;
    /** cifar100: its 100 classes, or its 20 superclasses */
    readonly labels: 'fine' | 'coarse';
    /** whether the training set's mean image is subtracted from every image */
    readonly subtractPixelMean: boolean;
    /** training images: whether half of them are mirrored */
    readonly flips: boolean;
    /** training images: by how many pixels they are moved each way at most */
    readonly crops: number;
  };
  readonly seed: number;
  /** number of steps; null: as many as `epochs` asks for, round(epochs * N / (batchSize * replicas)) */
  readonly iteration: number | null;
  readonly epochs: number;
  /** examples per replica and step */
  readonly batchSize: number;
  /** logical replicas, each with a weight draw of its own */
  readonly replicas: number;
  /** parts into which a replica's batch is cut; null: a fixed function of the batch size */
  readonly slices: number | null;
  readonly learningRate: number;
  /** how the learning rate grows with the number of replicas */
  readonly learningRateScaling: 'linear' | 'sqrt' | 'none';
  /** steps over which the learning rate rises linearly from 0 */
  readonly warmupSteps: number;
  /** how the learning rate falls to 0 over the run */
  readonly learningRateDecay: 'none' | 'linear' | 'cosine';
  /** the largest norm of a step's gradient, of the negative ELBO per example; null: any */
  readonly clipNorm: number | null;
  /** mean of the posteriors' untransformed scales at the start: their standard deviations begin about softplus of it */
  readonly initialScale: number;
  /** weight of KL / N in the negative ELBO */
  readonly kl: {
    readonly schedule: 'constant' | 'linear' | 'cyclical';
    /** final (constant: only) weight, in (0, 1] */
    readonly beta: number;
    /** linear: steps of the rise; cyclical: steps of one cycle; 0: the whole run */
    readonly steps: number;
    /** cyclical: share of a cycle spent rising (Fu et al. 2019), in (0, 1] */
    readonly rise: number;
  };
  /** Monte Carlo draws of an evaluation */
  readonly draws: number;
  /** steps between evaluations on the test set; 0: only at the end */
  readonly evaluateEvery: number;
  readonly engine: 'auto' | 'wasm' | 'onednn' | 'reference';
  /** `bf16`: convolutions and products multiply in bfloat16; sums, parameters and the optimiser stay in float32 */
  readonly precision: 'f32' | 'bf16';
  /** `exact`: the same bits on any number of ranks; `fast`: equal to rounding */
  readonly reduce: 'exact' | 'fast';
  /** what travels between ranks: `bf16` halves the bytes and rounds the sums; with `reduce: fast` only */
  readonly gradientCompression: 'none' | 'bf16';
  /** steps between comparisons of the parameters over all ranks; 0: only with checkpoints */
  readonly driftCheckEvery: number;
  /** threads that share the work; null: as many as there are cores, and units (replica, slice) to deal out */
  readonly ranks: number | null;
  /** seconds that a rank waits for another without progress */
  readonly deadline: number;
  /** steps between checkpoints; 0: only at the end */
  readonly checkpointEvery: number;
  /** how many of the last checkpoints are kept, beside the best */
  readonly keepCheckpoints: number;
  /** steps between lines of metrics.jsonl and of the log */
  readonly printEvery: number;
  /** steps between pictures of the posterior: histograms, curves, `savePosterior`; 0: only at the end */
  readonly histogramEvery: number;
  /** what `posterior/` gets at these moments beside the curves: every mean and deviation, and their figure */
  readonly savePosterior: 'none' | 'weights' | 'figures';
  /** model summary, training.log with every parameter */
  readonly verbose: boolean;
}

/** The part of it that the trainer reads. */
export type TrainingSettings = Omit<
  RunConfiguration,
  'model' | 'data' | 'engine' | 'ranks' | 'deadline' | 'draws' | 'keepCheckpoints' | 'savePosterior' | 'verbose'
>;

/** What a run's settings say of weights whose layer says nothing else. */
export function weightsDefaultsOf({ initialScale }: Pick<RunConfiguration, 'initialScale'>): WeightsDefaults {
  return { prior: { kind: 'normal', scale: 1 }, initialScale };
}
