import { type RunConfiguration, defaults } from '../../src/train/index.ts';

const base: RunConfiguration = {
  ...defaults,
  model: 'BNN_FC_flip',
  seed: 7,
  iteration: 6,
  epochs: 1,
  batchSize: 8,
  slices: 1,
  draws: 1,
  driftCheckEvery: 0,
  checkpointEvery: 0,
  printEvery: 1,
  histogramEvery: 0,
};

/** A run of a few small steps. */
export function smallRun(overrides: Partial<RunConfiguration> = {}): RunConfiguration {
  return { ...base, ...overrides };
}
