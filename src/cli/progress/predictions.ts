import type { ClassPredictive, Predictive, RealPredictive } from '../../likelihoods/index.ts';
import { type PredictionLabels, quantileName } from '../../report/index.ts';
import { aligned } from './format.ts';

/** Lines of a table that a person reads; the rest goes into a file. */
const shown = 20;

interface Facts {
  readonly model: string;
  readonly step: number;
  readonly draws: number;
  readonly file: string | null;
}

/** The first predictions as a table. */
export function renderPredictions(
  { model, step, draws, file }: Facts,
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
    ...(file === null ? [] : [`written to ${file}`]),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

type Rendered = readonly [table: readonly (readonly string[])[], remark: string];

function ofClasses(predictive: ClassPredictive, { example, names, targets }: PredictionLabels): Rendered {
  const { classes, probabilities, standardDeviations, predictiveEntropy, mutualInformation } = predictive;
  const rows = names.slice(0, shown).map((from, n) => {
    const own = probabilities.subarray(n * classes, (n + 1) * classes);
    const best = own.indexOf(Math.max(...own));
    return [
      ...[from, String(best), ...(targets === null ? [] : [targets[best]!])],
      `${own[best]!.toFixed(4)} +- ${standardDeviations[n * classes + best]!.toFixed(4)}`,
      predictiveEntropy[n]!.toFixed(4),
      mutualInformation[n]!.toFixed(4),
    ];
  });
  const head = [example, 'class', ...(targets === null ? [] : ['name']), 'probability', 'entropy', 'of it the weights'];
  return [[head, ...rows], 'entropies in nats'];
}

/** Of several targets each has a line. */
function ofReals(predictive: RealPredictive, { example, names, targets }: PredictionLabels): Rendered {
  const { outputs, levels, mean, standardDeviation, aleatoric, epistemic, quantiles } = predictive;
  const rows = names.slice(0, shown).flatMap((from, n) =>
    Array.from({ length: outputs }, (_, output) => {
      const numbers = [mean, standardDeviation, aleatoric, epistemic, ...quantiles];
      const target = outputs === 1 ? [] : [targets?.[output] ?? String(output)];
      return [from, ...target, ...numbers.map((values) => fiveDigits(values[n * outputs + output]!))];
    }),
  );
  const columns = ['mean', 'standard deviation', 'aleatoric', 'epistemic', ...levels.map(quantileName)];
  const head = [example, ...(outputs === 1 ? [] : ['target']), ...columns];
  const of = outputs === 1 && targets !== null ? `predictions of ${targets[0]}` : `${outputs} targets`;
  return [[head, ...rows], of];
}

/** In five digits, however large. */
function fiveDigits(value: number): string {
  return value.toPrecision(5);
}
