import { z } from 'zod';
import { datasetNames } from '../../datasets/index.ts';
import { modelNames } from '../../models/index.ts';
import type { RunConfiguration } from '../../train/index.ts';

/** Each check carries the same words: what would have been right. */
function integer(least: number, most: number, or = '') {
  const error = `an integer from ${least} to ${most}${or}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

/** Finite, above 0. */
function positive(most: number, or = '') {
  const error = `a number above 0, at most ${most}${or}`;
  return z.number({ error }).positive({ error }).max(most, { error });
}

function number(least: number, most: number) {
  const error = `a number from ${least} to ${most}`;
  return z.number({ error }).min(least, { error }).max(most, { error });
}

function oneOf<const T extends string>(names: readonly T[]) {
  return z.enum(names, { error: names.length === 1 ? names[0] : `one of ${names.join(', ')}` });
}

function integerOrNull(least: number, most: number) {
  return integer(least, most, ', or null').nullable();
}

function mapping<T extends z.ZodRawShape>(shape: T) {
  return z.strictObject(shape, {
    error: ({ code }) =>
      code === 'invalid_type' ? `a mapping with the keys ${Object.keys(shape).join(', ')}` : undefined,
  });
}

const trueOrFalse = z.boolean({ error: 'true or false' });
const pathOrNull = 'a path, or null';
const maximumSteps = 100_000_000;
const countOfSteps = integer(0, maximumSteps);

/** What a configuration must look like. Bounds without a reason of their own only catch slips of the keyboard. */
export const configurationSchema = mapping({
  model: oneOf(modelNames),
  data: mapping({
    name: oneOf(datasetNames),
    path: z.string({ error: pathOrNull }).min(1, { error: pathOrNull }).nullable(),
    labels: oneOf(['fine', 'coarse']),
    subtractPixelMean: trueOrFalse,
    flips: trueOrFalse,
    crops: integer(0, 1000),
  }),
  seed: integer(0, Number.MAX_SAFE_INTEGER),
  iteration: integerOrNull(1, maximumSteps),
  epochs: positive(1_000_000),
  batchSize: integer(1, 1_000_000),
  // The noise key has 16 bits for the replica.
  replicas: integer(1, 65_535),
  slices: integerOrNull(1, 65_535),
  learningRate: positive(100),
  learningRateScaling: oneOf(['linear', 'sqrt', 'none']),
  warmupSteps: countOfSteps,
  learningRateDecay: oneOf(['none', 'linear', 'cosine']),
  clipNorm: positive(1e30, ', or null').nullable(),
  initialScale: number(-20, 5),
  kl: mapping({
    schedule: oneOf(['constant', 'linear', 'cyclical']),
    beta: positive(1),
    steps: countOfSteps,
    rise: positive(1),
  }),
  draws: integer(1, 1_000_000),
  evaluateEvery: countOfSteps,
  engine: oneOf(['auto', 'wasm', 'onednn', 'reference']),
  precision: oneOf(['f32', 'bf16']),
  reduce: oneOf(['exact', 'fast']),
  gradientCompression: oneOf(['none', 'bf16']),
  driftCheckEvery: countOfSteps,
  ranks: integerOrNull(1, 4096),
  deadline: positive(86_400),
  checkpointEvery: countOfSteps,
  keepCheckpoints: integer(1, 1_000_000),
  printEvery: integer(1, maximumSteps),
  histogramEvery: countOfSteps,
  savePosterior: oneOf(['none', 'weights', 'figures']),
  verbose: trueOrFalse,
}) satisfies z.ZodType<RunConfiguration>;
