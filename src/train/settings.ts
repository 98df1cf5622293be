import { alternatives } from '../errors/index.ts';
import { engineNames } from '../kernels/index.ts';
import { dataSettings } from './data-settings.ts';
import { model } from './model-setting.ts';
import { boolean, integer, number, oneOf, positive, positives } from './setting.ts';

const maximumSteps = 100_000_000;

function steps(usual: number, about: string) {
  return integer(usual, 'STEPS', about, 0, maximumSteps);
}

/**
 * Everything that decides what a run computes, in the order of config.yaml: the one place where a setting stands, with
 * its default, its words and its bounds. The type, the checks, flags, help and config.yaml follow from it. Bounds without
 * a reason of their own only catch slips of the keyboard.
 */
export const settings = {
  /** its name, or what it says, is checked where it is resolved */
  model,
  data: dataSettings,
  seed: integer(0, 'INTEGER', 'keys all noise and the order of the data', 0, Number.MAX_SAFE_INTEGER),
  /** null: round(epochs * N / (batchSize * replicas)) */
  iteration: integer(null, 'STEPS', 'number of steps; null: as many as epochs asks for', 1, maximumSteps),
  epochs: positive(10, 'NUMBER', 'passes over the training set, where iteration is null', 1_000_000),
  batchSize: integer(64, 'EXAMPLES', 'examples per replica and step', 1, 1_000_000),
  // The noise key has 16 bits for the replica.
  replicas: integer(1, 'COUNT', 'logical replicas, each with a batch and a weight draw of its own', 1, 65_535),
  slices: integer(null, 'COUNT', 'parts into which a batch is cut; null: a function of the batch size', 1, 65_535),
  learningRate: positive(0.001, 'RATE', 'of Adam, for one replica', 100),
  learningRateScaling: oneOf('linear', ['linear', 'sqrt', 'none'], 'RULE', 'growth of the rate with the replicas:'),
  warmupSteps: steps(0, 'steps over which the rate rises linearly from 0'),
  learningRateDecay: oneOf('none', ['none', 'linear', 'cosine'], 'RULE', 'how the rate falls to 0 over the run:'),
  /** the gradient: of the negative ELBO per example */
  clipNorm: positive(null, 'NORM', 'scale the gradient of a step to this norm where it is larger; null: never', 1e30),
  initialScale: number(
    -3,
    'NUMBER',
    'the posterior starts with a standard deviation of about softplus of this',
    -20,
    5,
  ),
  prior: {
    kind: oneOf('normal', ['normal', 'scaleMixture'], 'NAME', 'prior of the weights:'),
    scale: positive(1, 'NUMBER', 'standard deviation of the prior', 1_000_000),
    fanIn: boolean(false, 'BOOLEAN', 'divide the scale of the prior by the square root of the fan-in'),
    narrowScale: positive(0.05, 'NUMBER', 'scaleMixture: standard deviation of its second part', 1_000_000),
    share: positive(0.5, 'SHARE', 'scaleMixture: share of its first part, below 1', 1),
  },
  kl: {
    schedule: oneOf('constant', ['constant', 'linear', 'cyclical'], 'NAME', 'weight of KL / N over the run:'),
    beta: positive(1, 'WEIGHT', 'the final weight, in (0, 1]', 1),
    /** the other one is not the ELBO of the data */
    per: oneOf('dataset', ['dataset', 'batch'], 'NAME', 'N: examples of the data set, or of a batch'),
    steps: steps(0, 'linear: steps of the rise; cyclical: of a cycle; 0: the whole run'),
    /** Fu et al. 2019 */
    rise: positive(0.5, 'SHARE', 'cyclical: share of a cycle spent rising, in (0, 1]', 1),
  },
  draws: integer(30, 'COUNT', 'Monte Carlo draws of an evaluation', 1, 1_000_000),
  evaluateEvery: steps(0, 'steps between evaluations on the test set; 0: only at the end'),
  patience: integer(
    null,
    'COUNT',
    'evaluations without a better NLL on the validation part, then training stops; null: never',
    1,
    1_000_000,
  ),
  stopAt: positives('mean relative errors of the targets on the validation part at which training ends; null: never'),
  engine: oneOf(
    'auto',
    ['auto', ...engineNames],
    'NAME',
    `kernels: auto (onednn, else wasm), ${alternatives(engineNames)}`,
  ),
  /** sums, parameters and the optimiser stay in float32 */
  precision: oneOf('f32', ['f32', 'bf16'], 'NAME', 'of what convolutions and products multiply:'),
  /** fast: equal to rounding */
  reduce: oneOf(
    'exact',
    ['exact', 'fast'],
    'NAME',
    'sum of gradients: exact (the same bits on any number of ranks) or fast',
  ),
  /** bf16 rounds the sums */
  gradientCompression: oneOf(
    'none',
    ['none', 'bf16'],
    'NAME',
    'of what travels between ranks: none, or bf16 (half the bytes; with reduce fast only)',
  ),
  driftCheckEvery: steps(100, 'steps between comparisons of the parameters over ranks; 0: only with checkpoints'),
  ranks: integer(null, 'COUNT', 'threads that share the work; null: one per core, as far as there are slices', 1, 4096),
  deadline: positive(30, 'SECONDS', 'how long a rank waits for another without progress', 86_400),
  checkpointEvery: steps(1000, 'steps between checkpoints; 0: only at the end'),
  keepCheckpoints: integer(3, 'COUNT', 'how many of the last checkpoints are kept, beside the best', 1, 1_000_000),
  printEvery: integer(10, 'STEPS', 'steps between lines of metrics.jsonl', 1, maximumSteps),
  histogramEvery: steps(1000, 'steps between histograms of the posterior; 0: after the first and the last step only'),
  savePosterior: oneOf(
    'none',
    ['none', 'weights', 'figures'],
    'KIND',
    'files of these moments in posterior/: none, weights, or figures (weights and a PNG)',
  ),
  verbose: boolean(false, null, 'model summary, training.log with every parameter, stack traces'),
};
