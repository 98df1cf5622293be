import type { RunConfiguration } from '../../src/train/index.ts';

const base: RunConfiguration = {
  model: 'BNN_FC_flip',
  data: { name: 'mnist', path: null, labels: 'fine', subtractPixelMean: false, flips: false, crops: 0 },
  seed: 7,
  iteration: 6,
  epochs: 1,
  batchSize: 8,
  replicas: 1,
  slices: 1,
  learningRate: 0.001,
  learningRateScaling: 'linear',
  warmupSteps: 0,
  learningRateDecay: 'none',
  clipNorm: null,
  initialScale: -3,
  kl: { schedule: 'constant', beta: 1, steps: 0, rise: 0.5 },
  draws: 1,
  evaluateEvery: 0,
  engine: 'auto',
  precision: 'f32',
  reduce: 'exact',
  gradientCompression: 'none',
  driftCheckEvery: 0,
  ranks: null,
  deadline: 30,
  checkpointEvery: 0,
  keepCheckpoints: 3,
  printEvery: 1,
  histogramEvery: 0,
  savePosterior: 'none',
  verbose: false,
};

/** A run of a few small steps. */
export function smallRun(overrides: Partial<RunConfiguration> = {}): RunConfiguration {
  return { ...base, ...overrides };
}
