import { classVerdict } from '../../calibration/index.ts';
import type { ClassPredictive } from '../../likelihoods/index.ts';
import type { PredictionLabels } from './labels.ts';
import { npyOf, npyOfStrings } from './npy.ts';

/** What a prediction says of the class of one example. Entropies and the mutual information are in nats. */
export interface ClassPrediction {
  /** where the example is from: one of the two, whatever it is */
  readonly image?: string;
  readonly row?: string;
  /** the most probable class, and its predictive probability */
  readonly class: number;
  /** of that class, where classes have names */
  readonly name?: string;
  readonly probability: number;
  readonly predictiveEntropy: number;
  /** mean entropy of a draw: what would remain if the weights were known */
  readonly expectedEntropy: number;
  /** of label and weights: what knowing the weights would tell */
  readonly mutualInformation: number;
  /** classes that it may be, the most probable first; with what follows where the run is calibrated */
  readonly set?: readonly number[];
  /** share of held-out examples that are as unlike the training's */
  readonly familiarity?: number;
  /** in words */
  readonly verdict?: string;
  /** of each class, over the draws; at the run's temperature where it is calibrated */
  readonly probabilities: readonly number[];
  readonly standardDeviations: readonly number[];
  /** for each level that was asked for, of each class */
  readonly quantiles: readonly (readonly number[])[];
}

type Labels = Pick<PredictionLabels, 'example' | 'names' | 'targets' | 'calibrated'>;

export function classPredictions(
  predictive: ClassPredictive,
  { example, names, targets, calibrated }: Labels,
): readonly ClassPrediction[] {
  const { classes } = predictive;
  const nameOf = (label: number) => targets?.[label] ?? String(label);
  return names.map((from, n) => {
    const row = (values: Float64Array) => [...values.subarray(n * classes, (n + 1) * classes)];
    const probabilities = row(calibrated?.probabilities ?? predictive.probabilities);
    const set = calibrated?.sets?.[n];
    const familiarity = calibrated?.familiarity?.[n];
    const verdict = calibrated ? classVerdict(calibrated, n, classes, nameOf) : null;
    const probability = Math.max(...probabilities);
    const predicted = probabilities.indexOf(probability);
    return {
      [example]: from,
      class: predicted,
      ...(targets && { name: targets[predicted]! }),
      probability,
      predictiveEntropy: predictive.predictiveEntropy[n]!,
      expectedEntropy: predictive.expectedEntropy[n]!,
      mutualInformation: predictive.mutualInformation[n]!,
      ...(set && { set }),
      ...(familiarity !== undefined && { familiarity }),
      ...(verdict !== null && { verdict }),
      probabilities,
      standardDeviations: row(predictive.standardDeviations),
      quantiles: predictive.quantiles.map(row),
    };
  });
}

/** Header and lines of a table: the columns of ClassPrediction, those with a value per class as `name_class`. */
export function classTable(predictive: ClassPredictive, labels: Labels): (string | number)[][] {
  const classes = Array.from({ length: predictive.classes }, (_, c) => c);
  const perClass = (name: string) => classes.map((c) => `${name}_${c}`);
  const isNamed = labels.targets !== null;
  const header = [
    ...[labels.example, 'class', ...(isNamed ? ['name'] : []), 'probability'],
    ...['predictiveEntropy', 'expectedEntropy', 'mutualInformation'],
    ...(labels.calibrated?.sets ? ['set'] : []),
    ...(labels.calibrated?.familiarity ? ['familiarity'] : []),
    ...(labels.calibrated?.sets ? ['verdict'] : []),
    ...perClass('probability'),
    ...perClass('standardDeviation'),
    ...predictive.levels.flatMap((level) => perClass(`quantile${level}`)),
  ];
  const lines = classPredictions(predictive, labels).map((one, n) => [
    ...[labels.names[n]!, one.class, ...(one.name === undefined ? [] : [one.name]), one.probability],
    ...[one.predictiveEntropy, one.expectedEntropy, one.mutualInformation],
    ...(one.set ? [one.set.join(' ')] : []),
    ...(one.familiarity === undefined ? [] : [one.familiarity]),
    ...(one.verdict === undefined ? [] : [one.verdict]),
    ...[one.probabilities, one.standardDeviations, ...one.quantiles].flat(),
  ]);
  return [header, ...lines];
}

/**
 * For numpy.load: `probabilities` and `standardDeviations` [count, classes], `predictiveEntropy`, `expectedEntropy` and
 * `mutualInformation` [count], `levels` [levels] and `quantiles` [levels, count, classes], all float64; `images` or `rows`
 * [count], the names, and where classes have names `classes` [classes]. Of a calibrated run also `sets` [count, classes], 1 for
 * what is in the set, and `familiarity` [count].
 */
export function classArrays(predictive: ClassPredictive, { example, names, targets, calibrated }: Labels) {
  const { count, classes, levels } = predictive;
  const { sets = null, familiarity = null, probabilities = null } = calibrated ?? {};
  const isIn =
    sets &&
    Float64Array.from({ length: count * classes }, (_, i) => {
      return sets[Math.floor(i / classes)]!.includes(i % classes) ? 1 : 0;
    });
  const matrix = [count, classes];
  const quantiles = new Float64Array(levels.length * count * classes);
  for (const [l, values] of predictive.quantiles.entries()) quantiles.set(values, l * count * classes);
  return {
    [`${example}s`]: npyOfStrings(names),
    ...(targets && { classes: npyOfStrings(targets) }),
    probabilities: npyOf(probabilities ?? predictive.probabilities, matrix),
    ...(isIn && { sets: npyOf(isIn, matrix) }),
    ...(familiarity && { familiarity: npyOf(familiarity, [count]) }),
    standardDeviations: npyOf(predictive.standardDeviations, matrix),
    predictiveEntropy: npyOf(predictive.predictiveEntropy, [count]),
    expectedEntropy: npyOf(predictive.expectedEntropy, [count]),
    mutualInformation: npyOf(predictive.mutualInformation, [count]),
    levels: npyOf(Float64Array.from(levels), [levels.length]),
    quantiles: npyOf(quantiles, [levels.length, ...matrix]),
  };
}
