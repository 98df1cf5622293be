/** What is told of a run's own evaluation beside its figures. */
import { figureOf } from '../../likelihoods/index.ts';
import { confusionFigure, mostClasses } from '../figures/confusion.ts';
import { groupsFigure, mostGroups } from '../figures/groups.ts';
import { riskCoverageFigure } from '../figures/risk-coverage.ts';
import type { DetailsPicture, Grouping } from '../run/details.ts';
import type { EvaluationRecord } from '../run/records.ts';
import type { Album } from './album.ts';
import { uncertainExamples } from './uncertain-examples.ts';
import { figureText, grouped, shortNumber } from './figures.ts';
import { table } from './html.ts';

/** Confusions that are listed where there are too many classes to draw. */
const mostListed = 15;

export async function detailsSection(
  evaluation: EvaluationRecord,
  details: DetailsPicture,
  album: Album,
): Promise<string[]> {
  const parts = [
    ...intervals(evaluation, details),
    await riskCoverage(evaluation, details, album),
    ...(details.confusion ? [await confusion(evaluation, details.confusion, album)] : []),
  ];
  for (const one of details.groups) parts.push(await groups(evaluation, one, album));
  return [...parts, ...uncertainExamples(evaluation, details.uncertain ?? [])];
}

function intervals({ figures, images }: EvaluationRecord, details: DetailsPicture): string[] {
  const { selective, adaptiveCalibrationError: adaptive } = details;
  const isError = selective.loss === 'error';
  const rows = Object.entries(details.intervals).map(([name, [low, high]]) => [
    figureOf(name).title,
    figureText(name, figures[name], images),
    `${shortNumber(low)} to ${shortNumber(high)}`,
  ]);
  const of = isError ? 'accuracy' : 'mean absolute error';
  const more = [
    ...(adaptive === undefined ? [] : [['adaptive calibration error', shortNumber(adaptive), '']]),
    ...selective.kept.map(({ coverage, risk }) => [
      `${of} of the most certain ${Math.round(100 * coverage)} %`,
      shortNumber(isError ? 1 - risk : risk),
      '',
    ]),
    ['area under the risk-coverage curve', shortNumber(selective.aurc), ''],
    ['of it above the best order', shortNumber(selective.excessAurc), ''],
  ];
  const note =
    `Intervals: what 95 % of ${grouped(details.resamples)} test sets say that are drawn from this one, example by example ` +
    'with replacement (bootstrap, percentiles).';
  return [table(['figure', 'value', 'interval of 95 %'], [...rows, ...more]), `<p class="notes">${note}</p>`];
}

async function riskCoverage(
  { step }: EvaluationRecord,
  { curve, selective }: DetailsPicture,
  album: Album,
): Promise<string> {
  const isError = selective.loss === 'error';
  const caption =
    `Risk and coverage after step ${step}: ${isError ? 'how many are wrong' : 'the mean absolute error'} among the examples ` +
    'that are kept, where the least certain are left to somebody else. The lower the blue line is on the left, the better ' +
    'the run knows where it errs; green is the best that an order can do, grey one that knows nothing.';
  const risk = isError ? 'share of wrong ones among them' : 'mean absolute error among them';
  return album.add('risk-coverage', caption, (options) =>
    riskCoverageFigure(curve, { ...options, risk, isShare: isError }),
  );
}

async function confusion(
  { step }: EvaluationRecord,
  given: NonNullable<DetailsPicture['confusion']>,
  album: Album,
): Promise<string> {
  const { classes, cells } = given;
  if (classes.length <= mostClasses) {
    const caption =
      `Confusion after step ${step}: how many examples of each true class (row) were taken for each class (column). ` +
      'Look for the strongest orange: the classes that are taken for each other.';
    return album.add('confusion', caption, (options) => confusionFigure(given, options));
  }
  const wrong = cells.filter(([truth, predicted]) => truth !== predicted).toSorted((a, b) => b[2] - a[2]);
  const rows = wrong
    .slice(0, mostListed)
    .map(([truth, predicted, n]) => [classes[truth]!, classes[predicted]!, `${n}`]);
  return rows.length === 0 ? '' : table(['true class', 'taken for', 'how often'], rows);
}

async function groups(
  { figures }: EvaluationRecord,
  { by, figure: name, groups: all }: Grouping,
  album: Album,
): Promise<string> {
  const isAccuracy = name === 'accuracy';
  const reference = isAccuracy ? (figures['accuracy'] ?? 0) : 0.9;
  const title = isAccuracy ? 'share that is right' : 'share of the true numbers in their 90 % interval';
  const some = all.length > mostGroups ? ` Of ${all.length} groups the ${mostGroups} lowest are drawn.` : '';
  const caption =
    `${isAccuracy ? 'Accuracy' : 'Coverage of 90 % intervals'} by ${by}, with intervals of 95 % (Wilson 1927). Dashed: ` +
    `${isAccuracy ? 'all together' : 'what it should be'}. Look for groups whose interval does not reach the dashed line: ` +
    `there the run is ${isAccuracy ? 'better or worse than its accuracy says' : 'too sure (left) or too careful (right)'}.${some}`;
  return album.add(`groups-${by}`, caption, (options) => groupsFigure(all, { ...options, by, title, reference }));
}
