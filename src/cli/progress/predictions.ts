import type { ClassPredictive } from '../../likelihoods/index.ts';
import { imagePredictions } from '../../report/index.ts';

/** Lines of a table that a person reads; the rest goes into a file. */
const shown = 20;

/** The first predictions as a table. */
export function renderPredictions(
  { model, step, draws, file }: { model: string; step: number; draws: number; file: string | null },
  predictive: ClassPredictive,
  names: readonly string[],
): string {
  const first = imagePredictions(predictive, names.slice(0, shown));
  const rows = first.map((one) => [
    one.image,
    String(one.class),
    `${one.probability.toFixed(4)} +- ${one.standardDeviations[one.class]!.toFixed(4)}`,
    one.predictiveEntropy.toFixed(4),
    one.mutualInformation.toFixed(4),
  ]);
  const table = [['image', 'class', 'probability', 'entropy', 'of it the weights'], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const lines = table.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}`.trimEnd());
  const more = predictive.count - first.length;
  return [
    `${model} after ${step} steps, ${draws} ${draws === 1 ? 'draw' : 'draws'}, ${predictive.count} ${predictive.count === 1 ? 'image' : 'images'}; entropies in nats`,
    ...lines,
    ...(more > 0 ? [`  and ${more} more${file === null ? ': --out FILE.csv, .json or .npz has all' : ''}`] : []),
    ...(file === null ? [] : [`written to ${file}`]),
  ]
    .map((line) => `${line}\n`)
    .join('');
}
