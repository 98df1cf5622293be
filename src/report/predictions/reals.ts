import { type CalibratedPredictions, isStrange, unlike } from '../../calibration/index.ts';
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

/** What the ends of a calibrated interval are called: `low90`, `high90`. */
export function intervalNames(level: number): readonly [string, string] {
  const percent = quantileName(level).slice(1);
  return [`low${percent}`, `high${percent}`];
}

/** What is told, by its name: [count, outputs] each. */
function columnsOf(
  predictive: RealPredictive,
  calibrated: CalibratedPredictions | null = null,
): [string, Float64Array][] {
  const { level = 0, low = null, high = null } = calibrated ?? {};
  return [
    ...figures.map((name): [string, Float64Array] => [name, predictive[name]]),
    ...predictive.levels.map((level, l): [string, Float64Array] => [quantileName(level), predictive.quantiles[l]!]),
    ...(low && high ? intervalNames(level).map((name, i): [string, Float64Array] => [name, i === 0 ? low : high]) : []),
  ];
}

export function realPredictions(
  predictive: RealPredictive,
  { example, names, calibrated }: Pick<PredictionLabels, 'example' | 'names' | 'calibrated'>,
): RealPrediction[] {
  const { outputs } = predictive;
  const columns = columnsOf(predictive, calibrated);
  const { familiarity = null, level = 0 } = calibrated ?? {};
  const valueOf = (values: Float64Array, n: number) =>
    outputs === 1 ? values[n]! : [...values.subarray(n * outputs, (n + 1) * outputs)];
  return names.map((from, n) => ({
    [example]: from,
    ...Object.fromEntries(columns.map(([name, values]) => [name, valueOf(values, n)])),
    ...(familiarity && { familiarity: familiarity[n]!, ...(isStrange(familiarity[n]!, level) && { verdict: unlike }) }),
  }));
}

/** Header and lines of a table, in the order of the rows; of several targets each has columns of its own, `target.mean`. */
export function realTable(
  predictive: RealPredictive,
  { names, example, targets, areNamed, calibrated }: PredictionLabels,
): (string | number)[][] {
  const { outputs, count } = predictive;
  const columns = columnsOf(predictive, calibrated);
  const { familiarity = null, level = 0 } = calibrated ?? {};
  const prefixOf = (output: number) => (outputs === 1 ? '' : `${targets?.[output] ?? output}.`);
  const each = Array.from({ length: outputs }, (_, output) => output);
  const header = [
    ...each.flatMap((output) => columns.map(([name]) => `${prefixOf(output)}${name}`)),
    ...(familiarity ? ['familiarity', 'verdict'] : []),
  ];
  const lines = Array.from({ length: count }, (_, n) => [
    ...(areNamed ? [names[n]!] : []),
    ...each.flatMap((output) => columns.map(([, values]) => values[n * outputs + output]!)),
    ...(familiarity ? [familiarity[n]!, isStrange(familiarity[n]!, level) ? unlike : ''] : []),
  ]);
  return [areNamed ? [example, ...header] : header, ...lines];
}

/**
 * For numpy.load: the columns as float64 [count], or [count, targets] of several, `levels` [levels], `rows` [count], the
 * names of the examples, and `targets` [targets].
 */
export function realArrays(predictive: RealPredictive, { example, names, targets, calibrated }: PredictionLabels) {
  const { count, outputs, levels } = predictive;
  const shape = outputs === 1 ? [count] : [count, outputs];
  return {
    [`${example}s`]: npyOfStrings(names),
    ...(targets && { targets: npyOfStrings(targets) }),
    ...Object.fromEntries(columnsOf(predictive, calibrated).map(([name, values]) => [name, npyOf(values, shape)])),
    ...(calibrated?.familiarity && { familiarity: npyOf(calibrated.familiarity, [count]) }),
    levels: npyOf(Float64Array.from(levels), [levels.length]),
  };
}
