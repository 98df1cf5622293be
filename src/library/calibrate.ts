import { chosenReferences, groupsOf, learnCalibration, learnFamiliarity } from '../calibration/index.ts';
import { gatheredInputs } from '../data/index.ts';
import { sizeOf } from '../graph/index.ts';
import { predictDraws } from '../inference/index.ts';
import type { KernelsFactory } from '../kernels/index.ts';
import { wasmKernels } from '../kernels/wasm/index.ts';
import { type Predictive, type PredictiveBase, targetsInUnits } from '../likelihoods/index.ts';
import { checkOptions } from './arguments.ts';
import { type Calibration, checksumOf, plainOf } from './calibration.ts';
import { type EncodedRows, type Rows, checkTrained, encodedRows } from './encoded.ts';
import { type PredictionOptions, usual } from './predict.ts';
import type { Trained } from './train.ts';
import { knownKind, viewedAs } from './viewed.ts';

export interface CalibrationOptions extends PredictionOptions {
  /**
   * rows of the training, or some of them, inputs and targets as `table` took them: with them the calibration tells inputs
   * that are unlike anything in training, where it is learned from 10 / miss - 1 held-out rows at least: 99 of the usual 0.1. At
   * most 2,000 rows of each class and 20,000 in all are kept
   */
  readonly training?: Rows;
}

/**
 * Learns of held-out rows how sure a trained network may be, as a run of the command line does: of classes a temperature
 * (Guo et al. 2017, arXiv 1706.04599) and scores for sets (Romano, Sesia and Candes 2020, arXiv 2006.02544), of numbers scores for
 * intervals (Lei et al. 2018, section 5.2); with rows of the training, how far inputs usually are from these (Sun et al. 2022, arXiv
 * 2204.06507). All of it holds for rows that come from where the held-out ones do.
 * @param heldOut inputs and targets as `table` took them, of which the training saw none: those of the training would make the
 * network look surer than it may be
 * @param given draws and seed, 100 and 0 unless given, are those that `predictCalibrated` takes then
 * @returns plain JSON
 * @throws DataError where there are fewer than 20 rows, or all of one class; otherwise as `evaluate`
 */
export async function calibrate<P extends PredictiveBase>(
  trained: Trained<P>,
  heldOut: Rows,
  given: CalibrationOptions = {},
): Promise<Calibration> {
  checkTrained(trained);
  checkOptions('calibrate', given);
  const { kernels = wasmKernels, training, ...asked } = given;
  const data = encodedRows('calibrate', trained, heldOut);
  const known = training === undefined ? null : encodedRows('calibrate', trained, training);
  const options = { ...usual, quantiles: [], ...asked };
  const { draws, seed } = options;
  // without the targets: the scores that these would give are not wanted
  const { count, inputs } = data;
  const predictive = knownKind(predictDraws(kernels, trained, { count, inputs }, options));
  const { model } = trained;
  const targets =
    predictive.kind === 'classes'
      ? data.targets
      : targetsInUnits(data.targets, predictive.outputs, model.units ?? null);
  const rows = Uint32Array.from({ length: count }, (_, n) => n);
  const learned = learnCalibration(predictive, targets, rows, seed);
  const familiarity = known && familiarityWith(trained, known, { data, predictive, seed, kernels });
  return { draws, seed, parameters: checksumOf(trained), ...plainOf({ ...learned, familiarity }) };
}

interface HeldOut {
  readonly data: EncodedRows;
  readonly predictive: Predictive;
  readonly seed: number;
  readonly kernels: KernelsFactory;
}

function familiarityWith(trained: Trained, known: EncodedRows, { data, predictive, seed, kernels }: HeldOut) {
  const { shape } = trained.model.input;
  const classes = predictive.kind === 'classes' ? predictive.classes : 1;
  const classOf = (place: number) => (predictive.kind === 'classes' ? known.targets[place]! : 0);
  const places = chosenReferences({ count: known.count, size: sizeOf(shape), classes, seed }, classOf);
  const chosen = { count: places.length, inputs: gatheredInputs(known.inputs, places, shape) };
  return learnFamiliarity(
    viewedAs(kernels, trained, { ...chosen, groups: Int32Array.from(places, classOf) }, seed),
    viewedAs(kernels, trained, { ...data, groups: groupsOf(predictive) }, seed),
    classes,
  );
}
