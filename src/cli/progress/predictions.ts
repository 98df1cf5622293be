import { type ClassPredictive, type Predictive, type RealPredictive, mostProbable } from '../../likelihoods/index.ts';
import { classVerdict, isStrange, unlike } from '../../calibration/index.ts';
import { type PredictionLabels, intervalNames, quantileName } from '../../report/index.ts';
import { aligned } from './format.ts';

/** Lines of a table that a person reads; the rest goes into a file. */
const shown = 20;

interface Facts {
  readonly model: string;
  readonly step: number;
  readonly draws: number;
  readonly file: string | null;
  /** what was made of the predictions, or why nothing; null: nothing was wanted */
  readonly calibration: string | null;
}

/** The first predictions as a table, with what a calibration makes of them in words. */
export function renderPredictions(
  { model, step, draws, file, calibration }: Facts,
  predictive: Predictive,
  labels: PredictionLabels,
): string {
  const { count } = predictive;
  const { example } = labels;
  const [table, remark] = predictive.kind === 'classes' ? ofClasses(predictive, labels) : ofReals(predictive, labels);
  const more = count - Math.min(count, shown);
  return [
    `${model} after ${step} steps, ${draws} ${draws === 1 ? 'draw' : 'draws'}, ${count} ${count === 1 ? example : `${example}s`}; ${remark}`,
    ...aligned(table),
    ...(more > 0 ? [`  and ${more} more${file === null ? ': --out FILE.csv, .json or .npz has all' : ''}`] : []),
    ...(calibration === null ? [] : [calibration]),
    ...(file === null ? [] : [`written to ${file}`]),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

type Rendered = readonly [table: readonly (readonly string[])[], remark: string];

function ofClasses(predictive: ClassPredictive, labels: PredictionLabels): Rendered {
  const { classes, standardDeviations, predictiveEntropy, mutualInformation } = predictive;
  const { example, targets, calibrated = null } = labels;
  const probabilities = calibrated?.probabilities ?? predictive.probabilities;
  const nameOf = (label: number) => targets?.[label] ?? String(label);
  const rows = labels.names.slice(0, shown).map((from, n) => {
    const best = mostProbable(probabilities, n, classes);
    const verdict = calibrated ? classVerdict(calibrated, n, classes, nameOf) : null;
    return [
      ...[
        from,
        String(best),
        ...(targets === null ? [] : [targets[best]!]),
        probabilities[n * classes + best]!.toFixed(4),
      ],
      standardDeviations[n * classes + best]!.toFixed(4),
      ...[predictiveEntropy[n]!.toFixed(4), mutualInformation[n]!.toFixed(4)],
      ...(verdict === null ? [] : [verdict]),
    ];
  });
  const head = [
    ...[example, 'class', ...(targets === null ? [] : ['name']), 'probability', 'sd of draws', 'entropy'],
    ...['of it the weights', ...(calibrated?.sets ? ['verdict'] : [])],
  ];
  return [[head, ...rows], 'entropies in nats'];
}

/** Of several targets each has a line. */
function ofReals(predictive: RealPredictive, labels: PredictionLabels): Rendered {
  const { outputs, levels, mean, standardDeviation, aleatoric, epistemic, quantiles } = predictive;
  const { example, names, targets, calibrated = null } = labels;
  const { level = 0, low = null, high = null, familiarity = null } = calibrated ?? {};
  const intervals = low && high ? [low, high] : [];
  const isAnyStrange = familiarity?.some((share) => isStrange(share, level)) ?? false;
  const rows = names.slice(0, shown).flatMap((from, n) =>
    Array.from({ length: outputs }, (_, output) => {
      const numbers = [mean, standardDeviation, aleatoric, epistemic, ...quantiles, ...intervals];
      const target = outputs === 1 ? [] : [targets?.[output] ?? String(output)];
      const verdict = isStrange(familiarity?.[n] ?? 1, level) ? unlike : '';
      const told = numbers.map((values) => fiveDigits(values[n * outputs + output]!));
      return [from, ...target, ...told, ...(isAnyStrange ? [verdict] : [])];
    }),
  );
  const columns = ['mean', 'standard deviation', 'aleatoric', 'epistemic', ...levels.map(quantileName)];
  const head = [
    ...[example, ...(outputs === 1 ? [] : ['target']), ...columns],
    ...[...(intervals.length > 0 ? intervalNames(level) : []), ...(isAnyStrange ? ['verdict'] : [])],
  ];
  const of = outputs === 1 && targets !== null ? `predictions of ${targets[0]}` : `${outputs} targets`;
  return [[head, ...rows], of];
}

/** In five digits, however large. */
function fiveDigits(value: number): string {
  return value.toPrecision(5);
}
