/** A calibration as plain JSON, so that a page can be shipped with it; and what is looked at when it comes back. */
import type { Calibration as Learned, Familiarity, FamiliarityView } from '../calibration/index.ts';
import { checksum } from '../comm/index.ts';
import { CheckpointError, isNumbers, isObject } from '../errors/index.ts';
import type { Trained } from './train.ts';

/** JSON has no infinity: null stands for it. */
export type Numbers = readonly (number | null)[];

/** What held-out rows taught about a trained network. Plain JSON. */
export interface Calibration {
  /** rows that it was learned from */
  readonly count: number;
  /** of the prediction of these rows */
  readonly draws: number;
  readonly seed: number;
  /** checksum of the network's parameters */
  readonly parameters: number;
  /** where classes are predicted */
  readonly classes: {
    readonly temperature: number;
    /** NLL of the held-out rows, nats per row, before and with the temperature */
    readonly before: number;
    readonly after: number;
    /** adaptive scores of their true classes, ascending */
    readonly scores: Numbers;
  } | null;
  /** where numbers are: of each target, distances of truth and mean in standard deviations, ascending */
  readonly numbers: readonly Numbers[] | null;
  /** rows of the training that inputs are compared with; null: none were given */
  readonly familiarity: {
    /** class of each */
    readonly groups: Numbers;
    readonly inputs: PlainView;
    readonly features: PlainView;
  } | null;
}

export interface PlainView {
  readonly width: number;
  readonly kept: number;
  readonly centre: Numbers;
  readonly axes: Numbers;
  readonly references: Numbers;
  readonly distances: readonly Numbers[];
}

/** Checksum of the bits of all parameters, whatever their order. */
export function checksumOf({ parameters }: Trained): number {
  const named = Array.isArray(parameters) ? (parameters as Trained['parameters']) : [];
  const sums = named
    .filter((tensor) => isObject(tensor) && isNumbers(tensor.data))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ data }) => checksum(new Int32Array(Float32Array.from(data).buffer)));
  return checksum(Int32Array.from(sums));
}

export function plainOf({ classes, numbers, familiarity, count }: Learned) {
  return {
    count,
    classes: classes && { ...classes, scores: plain(classes.scores) },
    numbers: numbers && numbers.map(plain),
    familiarity: familiarity && {
      groups: [...familiarity.groups],
      inputs: plainView(familiarity.inputs),
      features: plainView(familiarity.features),
    },
  };
}

function plainView({ centre, axes, references, distances, ...sizes }: FamiliarityView): PlainView {
  return {
    ...sizes,
    ...{ centre: plain(centre), axes: plain(axes), references: plain(references) },
    distances: distances.map(plain),
  };
}

/** Of float32 nine digits, which are enough to have it back. */
function plain(values: Float32Array | Float64Array): Numbers {
  const isShort = values instanceof Float32Array;
  return Array.from(values, (value) => {
    if (!Number.isFinite(value)) return null;
    return isShort ? Number(value.toPrecision(9)) : value;
  });
}

/**
 * @param calibration has been looked at
 * @throws CheckpointError for that of a network with other parameters
 */
export function learnedOf(calibration: Calibration, trained: Trained): Learned {
  const own = checksumOf(trained);
  if (calibration.parameters !== own) {
    throw new CheckpointError('the calibration is that of another network', {
      got: `parameters of checksum ${calibration.parameters}`,
      expected: `${own}`,
      remedy: 'Make one for this network: calibrate(trained, heldOut)',
    });
  }
  const { count, classes, numbers, familiarity } = calibration;
  return {
    count,
    classes: classes && { ...classes, scores: doubles(classes.scores) },
    numbers: numbers && numbers.map(doubles),
    familiarity: familiarity && familiarityFrom(familiarity),
  };
}

function familiarityFrom({ groups, inputs, features }: NonNullable<Calibration['familiarity']>): Familiarity {
  const view = ({ width, kept, centre, axes, references, distances }: PlainView): FamiliarityView => ({
    ...{ width, kept, centre: Float32Array.from(doubles(centre)), axes: Float32Array.from(doubles(axes)) },
    ...{ references: Float32Array.from(doubles(references)), distances: distances.map(doubles) },
  });
  return { groups: Int32Array.from(doubles(groups)), inputs: view(inputs), features: view(features) };
}

function doubles(values: Numbers): Float64Array {
  return Float64Array.from(values, (value) => value ?? Number.POSITIVE_INFINITY);
}
