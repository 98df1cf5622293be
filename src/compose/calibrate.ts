/** A run's calibration: learned of a held-out part once it is trained, and kept beside its checkpoint. */
import {
  type Calibration,
  type Familiarity,
  type Viewed,
  checkCalibration,
  featureDistances,
  groupsOf,
  learnCalibration,
  learnFamiliarity,
} from '../calibration/index.ts';
import { type ArrayExamples, sharedBuffer } from '../data/index.ts';
import { CheckpointError, DataError, RunFolderError } from '../errors/index.ts';
import { type Score, energyScore } from '../evaluation/index.ts';
import { sizeOf } from '../graph/index.ts';
import { networkFeatures } from '../inference/index.ts';
import { type Predictive, type Units, inUnits } from '../likelihoods/index.ts';
import { type Inputs, areInMemory } from '../models/index.ts';
import { permutation, purpose } from '../random/index.ts';
import { type CalibrationRecord, parametersSha256, readCalibration, writeCalibration } from '../run/index.ts';
import { type NamedTensor, gravitationName } from '../train/index.ts';
import { chooseEngine } from './engine.ts';
import type { Experiment } from './experiment.ts';
import type { Watch } from './watch.ts';

/** Held-out examples that are learned from: more would not make a quantile better than to a fraction of a percent. */
const mostHeldOut = 10_000;

/** Examples of the training that inputs are compared with, of each class and in all. */
const references = { ofClass: 2000, all: 20_000 } as const;

/** A prediction of examples whose targets are known. */
export interface Predicted {
  readonly predictive: Predictive;
  readonly examples: ArrayExamples;
}

export interface CalibrationTask {
  readonly run: string;
  readonly experiment: Experiment;
  readonly step: number;
  readonly parameters: readonly NamedTensor[];
  readonly test: Predicted;
  /** null: there is no validation part, and a half of the test set takes its place */
  readonly validation: Predicted | null;
}

/**
 * Learns a calibration of the validation part, checked on the test set; without one, of a half of the test set that is drawn by the
 * seed, checked on the other half. Where that part is too small, or of one class, nothing is kept.
 * @returns the calibration, or why there is none
 */
export async function calibrate(
  task: CalibrationTask,
  watch: Pick<Watch, 'note'>,
): Promise<CalibrationRecord | { readonly reason: string }> {
  const { run, experiment, step, parameters, test, validation } = task;
  const { configuration, model } = experiment;
  const kept = keptOf(run, step, parameters);
  if (kept !== null && kept.draws > test.predictive.draws) return kept;
  const { seed } = configuration;
  const units = model.units ?? null;
  const held = validation ?? test;
  const [learned, checked] = partsOf(task, seed);
  const targets = inOwnUnits(held, units);
  let fitted: Omit<Calibration, 'familiarity'>;
  try {
    fitted = learnCalibration(held.predictive, targets, learned, seed);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { reason: error.message };
  }
  const record: CalibrationRecord = {
    ...{ step, parametersSha256: parametersSha256(parameters), at: new Date().toISOString() },
    of: validation === null ? 'half of the test set' : 'validation part',
    ...{ draws: held.predictive.draws, seed, ...fitted },
    check: checkCalibration(test.predictive, inOwnUnits(test, units), checked, fitted, seed),
    familiarity: await familiarityIn(experiment, parameters, held, learned),
  };
  try {
    writeCalibration(run, record);
  } catch (error) {
    // what was computed is told all the same
    if (!(error instanceof RunFolderError)) throw error;
    watch.note(`this calibration is not kept: ${error.message}`);
  }
  return record;
}

/** A calibration of the same parameters that is there already; null where it is of others, or broken: then it is made anew. */
function keptOf(run: string, step: number, parameters: readonly NamedTensor[]): CalibrationRecord | null {
  try {
    return readCalibration(run, step, parametersSha256(parameters));
  } catch (error) {
    if (error instanceof CheckpointError) return null;
    throw error;
  }
}

/** What --json tells of a calibration. */
export type ToldCalibration = Pick<CalibrationRecord, 'of' | 'draws' | 'count' | 'check'> & {
  readonly temperature?: number;
};

export function toldOfCalibration({ of, draws, count, check, classes }: CalibrationRecord): ToldCalibration {
  return { of, draws, count, ...(classes && { temperature: classes.temperature }), check };
}

/** The same in words: what `predict` does with it, and how that does where nothing was learned from. */
export function calibrationWords({ of: part, classes, check }: CalibrationRecord): string[] {
  const of = part === 'validation part' ? 'the validation part' : part;
  const where = part === 'validation part' ? 'the test set' : 'the other half';
  if (check === null || check.count === 0) return [`calibrated on ${of} for predict`];
  const { coverage, count } = check;
  const held = `${coverage.toFixed(4)} +- ${Math.sqrt((coverage * (1 - coverage)) / count).toFixed(4)} of ${where}`;
  return classes === null
    ? [`calibrated on ${of} for predict: its intervals of 90 % hold ${held}`]
    : [`calibrated on ${of} for predict: temperature ${classes.temperature.toFixed(3)}, sets of 90 % hold ${held}`];
}

/** Places to learn from, in the validation part or the test set, and places in the test set to check on. */
function partsOf({ test, validation }: CalibrationTask, seed: number): readonly [Int32Array, Int32Array] {
  const shuffledPlaces = (count: number) => {
    const places = new Uint32Array(count);
    permutation(places, { seed, purpose: purpose.heldOut, step: 0, replica: 0, layer: 0, example: 0 });
    return Int32Array.from(places);
  };
  const tested = shuffledPlaces(test.examples.count);
  if (validation !== null) return [shuffledPlaces(validation.examples.count).subarray(0, mostHeldOut), tested];
  const half = Math.ceil(tested.length / 2);
  return [tested.subarray(0, Math.min(half, mostHeldOut)), tested.subarray(half)];
}

function inOwnUnits({ predictive, examples }: Predicted, units: Units | null): ArrayLike<number> {
  if (predictive.kind === 'classes') return examples.targets;
  const { outputs } = predictive;
  return Float64Array.from(examples.targets, (target, i) => inUnits(target, i % outputs, units));
}

/** null for gravitational waves: the training's examples are made, each in noise of its own, and never the same again. */
async function familiarityIn(
  experiment: Experiment,
  parameters: readonly NamedTensor[],
  { predictive, examples }: Predicted,
  rows: Int32Array,
): Promise<Familiarity | null> {
  if (experiment.configuration.data.name === gravitationName) return null;
  const { train } = experiment.data;
  const chosen = referencesIn(experiment, predictive);
  const predicted = groupsOf(predictive);
  const viewed = async (of: ArrayExamples, places: Int32Array, groups: Int32Array) =>
    viewedAs(experiment, parameters, {
      ...{ count: places.length, inputs: gathered(of.inputs, places, of.shape), groups },
      seed: experiment.configuration.seed,
    });
  const isOfClasses = predictive.kind === 'classes';
  const classOf = (row: number) => (isOfClasses ? train.targets[row]! : 0);
  const known = await viewed(train, chosen, Int32Array.from(chosen, classOf));
  const held = await viewed(
    examples,
    rows,
    Int32Array.from(rows, (row) => predicted[row]!),
  );
  return learnFamiliarity(known, held, isOfClasses ? predictive.classes : 1);
}

/** Places of training examples, drawn by the seed: as many of each class as there are, up to a limit. */
function referencesIn({ data: { train }, configuration, model }: Experiment, predictive: Predictive): Int32Array {
  const order = new Uint32Array(train.count);
  const { seed } = configuration;
  permutation(order, { seed, purpose: purpose.heldOut, step: 1, replica: 0, layer: 0, example: 0 });
  const classes = predictive.kind === 'classes' ? predictive.classes : 1;
  // what is as large as a long signal is compared with fewer
  const affordable = Math.max(500, Math.floor(5e7 / sizeOf(model.input.shape)));
  const ofClass = Math.min(references.ofClass, Math.ceil(Math.min(references.all, affordable) / classes));
  const taken = new Int32Array(classes);
  return Int32Array.from(order).filter((row) => {
    const group = predictive.kind === 'classes' ? train.targets[row]! : 0;
    return taken[group]!++ < ofClass;
  });
}

/** Rows of inputs, on memory of their own that threads share. */
export function gathered(inputs: Inputs, places: Int32Array, shape: readonly number[]): Uint8Array | Float32Array {
  const size = sizeOf(shape);
  const isBytes = areInMemory(inputs) ? inputs instanceof Uint8Array : inputs.dtype === 'u8';
  const out = isBytes
    ? new Uint8Array(sharedBuffer('inputs', places.length * size))
    : new Float32Array(sharedBuffer('inputs', 4 * places.length * size));
  if (!areInMemory(inputs)) inputs.gather(places, out);
  else {
    for (const [i, place] of places.entries()) out.set(inputs.subarray(place * size, (place + 1) * size), i * size);
  }
  return out;
}

/**
 * Examples as the network sees them just before it answers.
 * @param seed of the draw of the weights: that of the calibration
 */
export async function viewedAs(
  { configuration, model }: Pick<Experiment, 'configuration' | 'model'>,
  parameters: readonly NamedTensor[],
  { groups, seed, ...data }: { count: number; inputs: Inputs; groups: Int32Array; seed: number },
): Promise<Viewed> {
  const values = new Map(parameters.map(({ name, data: own }) => [name, own]));
  const engine = await chooseEngine(configuration.engine);
  const { count, inputs, features } = networkFeatures(engine, model, (name) => values.get(name), data, { seed });
  return { count, inputs, features, groups };
}

export interface ScoredInputs {
  readonly experiment: Experiment;
  readonly parameters: readonly NamedTensor[];
  /** null: there is nothing to take distances from */
  readonly familiarity: Familiarity | null;
  readonly predictive: Predictive;
  readonly inputs: { readonly count: number; readonly inputs: Inputs };
}

/** Scores of what the network makes of inputs before it answers: of one draw of the weights. */
export async function networkScores(of: ScoredInputs): Promise<readonly Score[]> {
  const { experiment, parameters, familiarity, predictive } = of;
  const { configuration, model } = experiment;
  const isOfClasses = model.likelihood.kind === 'categorical';
  if (!isOfClasses && familiarity === null) return [];
  const values = new Map(parameters.map(({ name, data }) => [name, data]));
  const { count, inputs } = of.inputs;
  const seen = networkFeatures(
    await chooseEngine(configuration.engine),
    model,
    (name) => values.get(name),
    { count, inputs },
    { seed: configuration.seed },
  );
  const viewed = { ...seen, groups: groupsOf(predictive) };
  return [
    ...(isOfClasses ? [energyScore(seen.outputs, count, model.likelihood.outputs)] : []),
    ...(familiarity === null
      ? []
      : [{ name: 'featureDistance' as const, values: featureDistances(familiarity, viewed) }]),
  ];
}
