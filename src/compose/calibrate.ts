/** A run's calibration: learned of a held-out part once it is trained, and kept beside its checkpoint. */
import {
  type Calibration,
  type Familiarity,
  type Viewed,
  checkCalibration,
  chosenReferences,
  featureDistances,
  groupsOf,
  learnCalibration,
  learnFamiliarity,
} from '../calibration/index.ts';
import { type ArrayExamples, gatheredInputs } from '../data/index.ts';
import { CheckpointError, DataError, RunFolderError } from '../errors/index.ts';
import { type Score, energyScore } from '../evaluation/index.ts';
import { sizeOf } from '../graph/index.ts';
import { type NetworkFeatures, networkFeatures } from '../inference/index.ts';
import { type Predictive, type Units, targetsInUnits } from '../likelihoods/index.ts';
import type { Inputs } from '../models/index.ts';
import { permutation, purpose } from '../random/index.ts';
import {
  type CalibrationRecord,
  parametersSha256,
  readCalibration,
  readCalibrationFacts,
  writeCalibration,
} from '../run/index.ts';
import { type NamedTensor, gravitationName } from '../train/index.ts';
import { chooseEngine } from './engine.ts';
import type { Experiment } from './experiment.ts';
import type { Watch } from './watch.ts';

/** Held-out examples that are learned from: more would not make a quantile better than to a fraction of a percent. */
const mostHeldOut = 10_000;

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
  const kept = keptOf(task);
  if (kept !== null) return kept;
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

/**
 * A calibration of the same parameters that this evaluation would not better: of more draws, or of the same ones. null: there is none,
 * or it is of others, or broken, and is made anew.
 */
function keptOf({ run, step, parameters, experiment, test }: CalibrationTask): CalibrationRecord | null {
  try {
    const draws = readCalibrationFacts(run, step)?.draws ?? 0;
    if (draws < test.predictive.draws) return null;
    const kept = readCalibration(run, step, parametersSha256(parameters));
    return draws > test.predictive.draws || kept?.seed === experiment.configuration.seed ? kept : null;
  } catch (error) {
    if (error instanceof CheckpointError) return null;
    throw error;
  }
}

/** The run's calibration, checked on data that are not the run's; null: it has none. */
export function checkedElsewhere(
  { run, experiment, step, parameters, test }: Omit<CalibrationTask, 'validation'>,
  watch: Pick<Watch, 'note'>,
): CalibrationRecord | null {
  try {
    const kept = readCalibration(run, step, parametersSha256(parameters));
    if (kept === null) return null;
    const rows = Array.from({ length: test.examples.count }, (_, n) => n);
    const targets = inOwnUnits(test, experiment.model.units ?? null);
    return { ...kept, check: checkCalibration(test.predictive, targets, rows, kept, kept.seed) };
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    watch.note(error.message);
    return null;
  }
}

/** What --json tells of a calibration. */
export type ToldCalibration = Pick<CalibrationRecord, 'of' | 'draws' | 'count' | 'check'> & {
  readonly temperature?: number;
};

export function toldOfCalibration({ of, draws, count, check, classes }: CalibrationRecord): ToldCalibration {
  return { of, draws, count, ...(classes && { temperature: classes.temperature }), check };
}

/** The same in words: what `predict` does with it, and how that does where nothing was learned from; or why there is none. */
export function calibrationWords(
  learned: CalibrationRecord | { readonly reason: string },
  isOtherData = false,
): string {
  if ('reason' in learned) return `not calibrated: ${learned.reason}`;
  const { of: part, classes, check } = learned;
  const [of, where] = part === 'validation part' ? ['the validation part', 'the test set'] : [part, 'the other half'];
  const { coverage, count } = check;
  const error = Math.sqrt((coverage * (1 - coverage)) / count);
  const held = `${coverage.toFixed(4)} +- ${error.toFixed(4)} of ${isOtherData ? 'these examples' : where}`;
  const from = isOtherData ? 'as calibrated on the own data of the run' : `calibrated on ${of} for predict`;
  return classes === null
    ? `${from}: ${isOtherData ? '' : 'its '}intervals of 90 % hold ${held}`
    : `${from}: temperature ${classes.temperature.toFixed(3)}, sets of 90 % hold ${held}`;
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
  return targetsInUnits(examples.targets, predictive.outputs, units);
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
  const { seed } = experiment.configuration;
  const predicted = groupsOf(predictive);
  const viewed = async (of: ArrayExamples, places: Int32Array, groups: Int32Array) =>
    viewedAs(experiment, parameters, {
      ...{ count: places.length, inputs: gatheredInputs(of.inputs, places, of.shape), groups },
      seed,
    });
  const isOfClasses = predictive.kind === 'classes';
  const classes = isOfClasses ? predictive.classes : 1;
  const classOf = (row: number) => (isOfClasses ? train.targets[row]! : 0);
  const chosen = chosenReferences(
    { count: train.count, size: sizeOf(experiment.model.input.shape), classes, seed },
    classOf,
  );
  const known = await viewed(train, chosen, Int32Array.from(chosen, classOf));
  const held = await viewed(
    examples,
    rows,
    Int32Array.from(rows, (row) => predicted[row]!),
  );
  return learnFamiliarity(known, held, classes);
}

/**
 * Examples as the network sees them just before it answers.
 * @param seed of the draw of the weights: that of the calibration
 */
export async function viewedAs(
  { configuration, model }: Pick<Experiment, 'configuration' | 'model'>,
  parameters: readonly NamedTensor[],
  { groups, seed, count, inputs }: { count: number; inputs: Inputs; groups: Int32Array; seed: number },
): Promise<NetworkFeatures & Viewed> {
  const values = new Map(parameters.map(({ name, data }) => [name, data]));
  const engine = await chooseEngine(configuration.engine);
  return { ...networkFeatures(engine, model, (name) => values.get(name), { count, inputs }, { seed }), groups };
}

export interface ScoredInputs {
  readonly experiment: Experiment;
  readonly parameters: readonly NamedTensor[];
  /** null: there is nothing to take distances from */
  readonly calibration: CalibrationRecord | null;
  readonly predictive: Predictive;
  readonly inputs: { readonly count: number; readonly inputs: Inputs };
}

/** Scores of what the network makes of inputs before it answers: of the draw of the weights that the calibration is of. */
export async function networkScores(of: ScoredInputs): Promise<readonly Score[]> {
  const { experiment, parameters, calibration, predictive } = of;
  const { configuration, model } = experiment;
  const { familiarity = null, seed = configuration.seed } = calibration ?? {};
  const isOfClasses = model.likelihood.kind === 'categorical';
  if (!isOfClasses && familiarity === null) return [];
  const { count, inputs } = of.inputs;
  const viewed = await viewedAs(experiment, parameters, { count, inputs, groups: groupsOf(predictive), seed });
  return [
    ...(isOfClasses ? [energyScore(viewed.outputs, count, model.likelihood.outputs)] : []),
    ...(familiarity === null
      ? []
      : [{ name: 'featureDistance' as const, values: featureDistances(familiarity, viewed) }]),
  ];
}
