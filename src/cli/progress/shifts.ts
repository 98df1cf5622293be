/** What an evaluation tells, where it was asked for, beside the figures of the test set: tables that a person reads. */
import type { RunSummary } from '../../compose/index.ts';
import { scoreTitles } from '../../evaluation/index.ts';
import { aligned } from './format.ts';

/** Lines; none where nothing was asked. */
export function renderShifts({ outOfDistribution, corruptions, details }: RunSummary, by: boolean): readonly string[] {
  return [
    ...(by && details ? ofGroups(details.groups.at(-1)!) : []),
    ...(outOfDistribution ? ofScores(outOfDistribution) : []),
    ...(corruptions ? ofCorruptions(corruptions) : []),
  ];
}

function ofGroups({ by, figure, groups }: NonNullable<RunSummary['details']>['groups'][number]): readonly string[] {
  const rows = groups.map(({ name, count, mean, standardError }) => [
    ...[name, count.toLocaleString('en-US'), `${mean.toFixed(4)} +- ${standardError.toFixed(4)}`],
  ]);
  const head = [by, 'examples', figure === 'accuracy' ? 'accuracy' : 'coverage of 90 %'];
  return [`by ${by}`, ...aligned([head, ...rows])];
}

function ofScores({ data, count, scores }: NonNullable<RunSummary['outOfDistribution']>): readonly string[] {
  const titles: Readonly<Record<string, string>> = scoreTitles;
  const head = ['score', 'AUROC', 'AUPR', 'FPR at 95 % TPR', 'mean of the test set', 'mean of the others'];
  const rows = scores.map(({ name, auroc, aupr, fpr95, inside, outside }) => [
    titles[name] ?? name,
    ...[auroc, aupr, fpr95, inside, outside].map((value) => fourDigits(value)),
  ]);
  return [
    `told from ${count.toLocaleString('en-US')} ${count === 1 ? 'example' : 'examples'} of ${data}`,
    ...aligned([head, ...rows]),
  ];
}

function ofCorruptions({ count, figures }: NonNullable<RunSummary['corruptions']>): readonly string[] {
  const names = Object.keys(figures[0]!.figures);
  const uncertainty = names.includes('accuracy') ? 'mean entropy' : 'mean standard deviation';
  const titles: Readonly<Record<string, string>> = { nll: 'NLL', ece: 'calibration error', rmse: 'RMSE' };
  const head = ['corruption', 'severity', ...names.map((name) => titles[name] ?? name), uncertainty];
  const rows = figures.map((one) => [
    ...[one.kind, `${one.severity}`],
    ...names.map((name) => (one.figures[name] === undefined ? '' : fourDigits(one.figures[name]))),
    fourDigits(one.uncertainty),
  ]);
  return [`${count.toLocaleString('en-US')} test images under corruptions`, ...aligned([head, ...rows])];
}

function fourDigits(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toPrecision(3) : value.toFixed(4);
}
