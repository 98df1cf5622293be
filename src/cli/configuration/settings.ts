import type { RunConfiguration } from '../../train/index.ts';

/** Paths of the values of a nested configuration: `seed`, `kl.beta`. */
type Leaves<T> = {
  [K in keyof T & string]: T[K] extends object ? `${K}.${Leaves<T[K]>}` : K;
}[keyof T & string];

export type SettingPath = Leaves<RunConfiguration>;

export interface Setting {
  readonly path: SettingPath;
  /** what stands behind the flag in the help; null for a switch */
  readonly placeholder: string | null;
  readonly about: string;
}

/** The values of a run that says nothing: the one place where a default stands. */
export const defaults: RunConfiguration = {
  model: 'BNN_conv_flip',
  data: { name: 'mnist', path: null, labels: 'fine', subtractPixelMean: false, flips: false, crops: 0 },
  seed: 0,
  iteration: null,
  epochs: 10,
  batchSize: 64,
  replicas: 1,
  slices: null,
  learningRate: 0.001,
  learningRateScaling: 'linear',
  warmupSteps: 0,
  learningRateDecay: 'none',
  clipNorm: null,
  initialScale: -3,
  kl: { schedule: 'constant', beta: 1, steps: 0, rise: 0.5 },
  draws: 30,
  evaluateEvery: 0,
  engine: 'auto',
  precision: 'f32',
  reduce: 'exact',
  gradientCompression: 'none',
  driftCheckEvery: 100,
  ranks: null,
  deadline: 30,
  checkpointEvery: 1000,
  keepCheckpoints: 3,
  printEvery: 10,
  histogramEvery: 1000,
  savePosterior: 'none',
  verbose: false,
};

const about: Readonly<Record<SettingPath, readonly [placeholder: string | null, about: string]>> = {
  model: ['NAME', 'the network'],
  'data.name': ['NAME', 'the data set: mnist, fashion-mnist, cifar10 or cifar100'],
  'data.path': ['PATH', 'its file or folder; null: its own source, fetched once and cached'],
  'data.labels': ['KIND', 'cifar100: fine (100 classes) or coarse (20)'],
  'data.subtractPixelMean': ['BOOLEAN', 'subtract the mean training image from every image'],
  'data.flips': ['BOOLEAN', 'mirror half of the training images'],
  'data.crops': ['PIXELS', 'move training images by up to so many pixels each way'],
  seed: ['INTEGER', 'keys all noise and the order of the data'],
  iteration: ['STEPS', 'number of steps; null: as many as epochs asks for'],
  epochs: ['NUMBER', 'passes over the training set, where iteration is null'],
  batchSize: ['EXAMPLES', 'examples per replica and step'],
  replicas: ['COUNT', 'logical replicas, each with a batch and a weight draw of its own'],
  slices: ['COUNT', 'parts into which a batch is cut; null: a function of the batch size'],
  learningRate: ['RATE', 'of Adam, for one replica'],
  learningRateScaling: ['RULE', 'growth of the rate with the replicas: linear, sqrt or none'],
  warmupSteps: ['STEPS', 'steps over which the rate rises linearly from 0'],
  learningRateDecay: ['RULE', 'how the rate falls to 0 over the run: none, linear or cosine'],
  clipNorm: ['NORM', 'scale the gradient of a step to this norm where it is larger; null: never'],
  initialScale: ['NUMBER', 'the posterior starts with a standard deviation of about softplus of this'],
  'kl.schedule': ['NAME', 'weight of KL / N over the run: constant, linear or cyclical'],
  'kl.beta': ['WEIGHT', 'the final weight, in (0, 1]'],
  'kl.steps': ['STEPS', 'linear: steps of the rise; cyclical: of a cycle; 0: the whole run'],
  'kl.rise': ['SHARE', 'cyclical: share of a cycle spent rising, in (0, 1]'],
  draws: ['COUNT', 'Monte Carlo draws of an evaluation'],
  evaluateEvery: ['STEPS', 'steps between evaluations on the test set; 0: only at the end'],
  engine: ['NAME', 'kernels: auto (onednn, else wasm), wasm, onednn or reference'],
  precision: ['NAME', 'of what convolutions and products multiply: f32 or bf16'],
  reduce: ['NAME', 'sum of gradients: exact (the same bits on any number of ranks) or fast'],
  gradientCompression: ['NAME', 'of what travels between ranks: none, or bf16 (half the bytes; with reduce fast only)'],
  driftCheckEvery: ['STEPS', 'steps between comparisons of the parameters over ranks; 0: only with checkpoints'],
  ranks: ['COUNT', 'threads that share the work; null: one per core, as far as there are slices'],
  deadline: ['SECONDS', 'how long a rank waits for another without progress'],
  checkpointEvery: ['STEPS', 'steps between checkpoints; 0: only at the end'],
  keepCheckpoints: ['COUNT', 'how many of the last checkpoints are kept, beside the best'],
  printEvery: ['STEPS', 'steps between lines of metrics.jsonl'],
  histogramEvery: ['STEPS', 'steps between histograms of the posterior; 0: only at the end'],
  savePosterior: ['KIND', 'files of these moments in posterior/: none, weights, or figures (weights and a PNG)'],
  verbose: [null, 'model summary, training.log with every parameter, stack traces'],
};

/** In the order in which config.yaml and the help show them. */
export const settings: readonly Setting[] = (Object.keys(about) as SettingPath[]).map((path) => ({
  path,
  placeholder: about[path][0],
  about: about[path][1],
}));

/** The value at a path of a nested object; undefined where there is none. */
export function valueAt(nested: unknown, path: readonly PropertyKey[] | string): unknown {
  let value = nested;
  for (const key of typeof path === 'string' ? path.split('.') : path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}
