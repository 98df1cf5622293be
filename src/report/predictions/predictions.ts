import { zipSync } from 'fflate';
import type { ClassPredictive } from '../../likelihoods/index.ts';
import { npyOf, npyOfStrings } from './npy.ts';

/** What a prediction says of one image. Entropies and the mutual information are in nats. */
export interface ImagePrediction {
  readonly image: string;
  /** the most probable class, and its predictive probability */
  readonly class: number;
  readonly probability: number;
  readonly predictiveEntropy: number;
  /** mean entropy of a draw: what would remain if the weights were known */
  readonly expectedEntropy: number;
  /** of label and weights: what knowing the weights would tell */
  readonly mutualInformation: number;
  /** of each class, over the draws */
  readonly probabilities: readonly number[];
  readonly standardDeviations: readonly number[];
  /** for each level that was asked for, of each class */
  readonly quantiles: readonly (readonly number[])[];
}

/** @param names one per image */
export function imagePredictions(predictive: ClassPredictive, names: readonly string[]): ImagePrediction[] {
  const { classes } = predictive;
  return names.map((image, n) => {
    const row = (values: Float64Array) => [...values.subarray(n * classes, (n + 1) * classes)];
    const probabilities = row(predictive.probabilities);
    const probability = Math.max(...probabilities);
    return {
      image,
      class: probabilities.indexOf(probability),
      probability,
      predictiveEntropy: predictive.predictiveEntropy[n]!,
      expectedEntropy: predictive.expectedEntropy[n]!,
      mutualInformation: predictive.mutualInformation[n]!,
      probabilities,
      standardDeviations: row(predictive.standardDeviations),
      quantiles: predictive.quantiles.map(row),
    };
  });
}

/** A table with a line per image (RFC 4180): the columns of ImagePrediction, those with a value per class as `name_class`. */
export function predictionsCsv(predictive: ClassPredictive, names: readonly string[]): string {
  const classes = Array.from({ length: predictive.classes }, (_, c) => c);
  const perClass = (name: string) => classes.map((c) => `${name}_${c}`);
  const header = [
    ...['image', 'class', 'probability', 'predictiveEntropy', 'expectedEntropy', 'mutualInformation'],
    ...perClass('probability'),
    ...perClass('standardDeviation'),
    ...predictive.levels.flatMap((level) => perClass(`quantile${level}`)),
  ];
  const lines = imagePredictions(predictive, names).map((one) => [
    quoted(one.image),
    ...[one.class, one.probability, one.predictiveEntropy, one.expectedEntropy, one.mutualInformation],
    ...[one.probabilities, one.standardDeviations, ...one.quantiles].flat(),
  ]);
  return [header, ...lines].map((cells) => `${cells.join(',')}\r\n`).join('');
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * An .npz file for numpy.load: `probabilities` and `standardDeviations` [count, classes], `predictiveEntropy`,
 * `expectedEntropy` and `mutualInformation` [count], `levels` [levels] and `quantiles` [levels, count, classes], all
 * float64, and `images` [count], the names.
 */
export function predictionsNpz(predictive: ClassPredictive, names: readonly string[]): Uint8Array {
  const { count, classes, levels } = predictive;
  const matrix = [count, classes];
  const quantiles = new Float64Array(levels.length * count * classes);
  for (const [l, values] of predictive.quantiles.entries()) quantiles.set(values, l * count * classes);
  const arrays = {
    images: npyOfStrings(names),
    probabilities: npyOf(predictive.probabilities, matrix),
    standardDeviations: npyOf(predictive.standardDeviations, matrix),
    predictiveEntropy: npyOf(predictive.predictiveEntropy, [count]),
    expectedEntropy: npyOf(predictive.expectedEntropy, [count]),
    mutualInformation: npyOf(predictive.mutualInformation, [count]),
    levels: npyOf(Float64Array.from(levels), [levels.length]),
    quantiles: npyOf(quantiles, [levels.length, ...matrix]),
  };
  return zipSync(Object.fromEntries(Object.entries(arrays).map(([name, bytes]) => [`${name}.npy`, bytes])));
}
