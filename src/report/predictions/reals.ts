import type { RealPredictive } from '../../likelihoods/index.ts';
import type { PredictionLabels } from './labels.ts';
import { npyOf, npyOfStrings } from './npy.ts';

/**
 * What a prediction says of the numbers of one example, in the units of the targets: a number each, or for several targets
 * an array, in the order of the targets. The levels that were asked for are there under `quantileName`.
 */
export type RealPrediction = Readonly<Record<string, string | number | readonly number[]>>;

const figures = ['mean', 'standardDeviation', 'aleatoric', 'epistemic'] as const;

/**
 * What the quantile of a level is called: q and the level in percent, two digits at least, `_` for the point. 0.05 is q05,
 * 0.5 q50, 0.975 q97_5.
 */
export function quantileName(level: number): string {
  const percent = (100 * level).toFixed(10).replace(/\.?0+$/, '');
  const [whole, part] = percent.split('.');
  return `q${whole!.padStart(2, '0')}${part === undefined ? '' : `_${part}`}`;
}

/** What is told, by its name: [count, outputs] each. */
function columnsOf(predictive: RealPredictive): [string, Float64Array][] {
  return [
    ...figures.map((name): [string, Float64Array] => [name, predictive[name]]),
    ...predictive.levels.map((level, l): [string, Float64Array] => [quantileName(level), predictive.quantiles[l]!]),
  ];
}

export function realPredictions(
  predictive: RealPredictive,
  { example, names }: Pick<PredictionLabels, 'example' | 'names'>,
): RealPrediction[] {
  const { outputs } = predictive;
  const columns = columnsOf(predictive);
  const valueOf = (values: Float64Array, n: number) =>
    outputs === 1 ? values[n]! : [...values.subarray(n * outputs, (n + 1) * outputs)];
  return names.map((from, n) => ({
    [example]: from,
    ...Object.fromEntries(columns.map(([name, values]) => [name, valueOf(values, n)])),
  }));
}

/** Header and lines of a table, in the order of the rows; of several targets each has columns of its own, `target.mean`. */
export function realTable(
  predictive: RealPredictive,
  { names, example, targets, areNamed }: PredictionLabels,
): (string | number)[][] {
  const { outputs, count } = predictive;
  const columns = columnsOf(predictive);
  const prefixOf = (output: number) => (outputs === 1 ? '' : `${targets?.[output] ?? output}.`);
  const each = Array.from({ length: outputs }, (_, output) => output);
  const header = each.flatMap((output) => columns.map(([name]) => `${prefixOf(output)}${name}`));
  const lines = Array.from({ length: count }, (_, n) => [
    ...(areNamed ? [names[n]!] : []),
    ...each.flatMap((output) => columns.map(([, values]) => values[n * outputs + output]!)),
  ]);
  return [areNamed ? [example, ...header] : header, ...lines];
}

/**
 * For numpy.load: the columns as float64 [count], or [count, targets] of several, `levels` [levels], `rows` [count], the
 * names of the examples, and `targets` [targets].
 */
export function realArrays(predictive: RealPredictive, { example, names, targets }: PredictionLabels) {
  const { count, outputs, levels } = predictive;
  const shape = outputs === 1 ? [count] : [count, outputs];
  return {
    [`${example}s`]: npyOfStrings(names),
    ...(targets && { targets: npyOfStrings(targets) }),
    ...Object.fromEntries(columnsOf(predictive).map(([name, values]) => [name, npyOf(values, shape)])),
    levels: npyOf(Float64Array.from(levels), [levels.length]),
  };
}
