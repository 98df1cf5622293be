import {
  type CalibratedPredictions,
  calibrated,
  classVerdict,
  groupsOf,
  isStrange,
  unlike,
} from '../calibration/index.ts';
import { UsageError, describeValue } from '../errors/index.ts';
import { predictDraws } from '../inference/index.ts';
import { wasmKernels } from '../kernels/wasm/index.ts';
import type { ClassPredictive, PredictiveBase, RealPredictive } from '../likelihoods/index.ts';
import { checkOptions } from './arguments.ts';
import { checkCalibration, checkFits } from './calibration-checks.ts';
import { type Calibration, learnedOf } from './calibration.ts';
import { checkTrained, encodedInputs } from './encoded.ts';
import { type PredictionOptions, usual } from './predict.ts';
import type { TableOptions } from './table.ts';
import type { Trained } from './train.ts';
import { knownKind, viewedAs } from './viewed.ts';

export interface CalibratedOptions extends PredictionOptions {
  /** share of ordinary inputs whose truth sets and intervals may miss, and that may be told to be unusual; 0.1 unless given */
  readonly miss?: number;
}

/** @typeParam P what the network predicts */
interface Told<P> {
  /** what `predict` gives, as it is without the calibration */
  readonly prediction: P;
  /**
   * [count]: share of held-out rows of the same predicted class that are as unlike the training; null: the calibration knows no
   * rows of the training
   */
  readonly familiarity: Float64Array | null;
}

export interface CalibratedClasses<P> extends Told<P> {
  /** [count, classes]: at the calibration's temperature */
  readonly probabilities: Float64Array;
  /** classes by number, of each input, the most probable one first; never empty */
  readonly sets: readonly (readonly number[])[];
  /** of each input in words: "4", "not sure: 4 or 9", "unlike anything in training" */
  readonly verdicts: readonly string[];
}

export interface CalibratedNumbers<P> extends Told<P> {
  /** [count, targets], in their own units: of the intervals */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** of each input "unlike anything in training", or nothing */
  readonly verdicts: readonly string[];
}

export type CalibratedPrediction<P extends PredictiveBase> = P extends ClassPredictive
  ? CalibratedClasses<P>
  : P extends RealPredictive
    ? CalibratedNumbers<P>
    : CalibratedClasses<P> | CalibratedNumbers<P>;

/**
 * What a trained network says of rows, read through a calibration: sets of classes, or intervals of numbers, that hold the truth at least
 * as often as they say, if the rows come from where the held-out ones did; and verdicts in words.
 * @param inputs as in `predict`
 * @param calibration of this network, as `calibrate` gave it or by way of JSON
 * @param given draws and seed are those of the calibration unless given
 * @throws as `predict`; UsageError for what is no calibration, CheckpointError for that of other parameters
 * @throws DataError where the calibration was learned from too few rows for that share: fewer than 1 / miss - 1
 */
export async function predictCalibrated<P extends PredictiveBase>(
  trained: Trained<P>,
  inputs: TableOptions['inputs'],
  calibration: Calibration,
  given: CalibratedOptions = {},
): Promise<CalibratedPrediction<P>> {
  checkTrained(trained);
  checkOptions('predictCalibrated', given);
  const { kernels = wasmKernels, miss = 0.1, ...asked } = given;
  checkMiss(miss);
  checkCalibration(calibration);
  const learned = learnedOf(calibration, trained);
  const { draws, seed } = calibration;
  const data = encodedInputs(trained, inputs);
  const prediction = predictDraws(kernels, trained, data, { ...usual, draws, seed, ...asked });
  const predictive = knownKind(prediction);
  const viewed = learned.familiarity && viewedAs(kernels, trained, { ...data, groups: groupsOf(predictive) }, seed);
  checkFits(learned, predictive, viewed);
  const told = calibrated(predictive, learned, 1 - miss, viewed);
  const result = { prediction, familiarity: told.familiarity };
  const names = trained.schema?.target.classes;
  return (predictive.kind === 'classes'
    ? { ...result, ...ofClasses(told, predictive, (label) => names?.[label] ?? String(label)) }
    : { ...result, ...ofNumbers(told, predictive) }) as unknown as CalibratedPrediction<P>;
}

function ofClasses(
  told: CalibratedPredictions,
  { count, classes }: ClassPredictive,
  nameOf: (label: number) => string,
) {
  const { probabilities, sets } = told;
  const verdicts = Array.from({ length: count }, (_, n) => classVerdict(told, n, classes, nameOf)!);
  return { probabilities: probabilities!, sets: sets!, verdicts };
}

function ofNumbers({ low, high, familiarity, level }: CalibratedPredictions, { count }: RealPredictive) {
  const isUnlike = (n: number) => isStrange(familiarity?.[n] ?? 1, level);
  return { low: low!, high: high!, verdicts: Array.from({ length: count }, (_, n) => (isUnlike(n) ? unlike : '')) };
}

function checkMiss(miss: unknown): void {
  if (typeof miss === 'number' && miss > 0 && miss < 1) return;
  throw new UsageError('miss', { got: describeValue(miss), expected: 'a share above 0 and below 1' });
}
