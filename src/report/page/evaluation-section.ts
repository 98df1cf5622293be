import { coverageFigure, furthest } from '../figures/coverage.ts';
import { pitFigure } from '../figures/pit.ts';
import { areSpread, predictedFigure } from '../figures/predicted.ts';
import { reliabilityFigure } from '../figures/reliability.ts';
import type { RunReport } from '../run/read.ts';
import type { DetailsPicture } from '../run/details.ts';
import { type EvaluationRecord, isOfShift, keyOfEvaluation } from '../run/records.ts';
import type { RegressionPicture, TargetPicture } from '../run/regression.ts';
import { detailsSection } from './details-section.ts';
import { figureText, figuresOf, grouped, headOf } from './figures.ts';
import type { Album } from './album.ts';
import { escape, table } from './html.ts';
import { partName } from './verdict.ts';

/** All evaluations in numbers; of the run's own what its likelihood has left to draw. */
export async function evaluationSection(
  { evaluations: all, evaluation, regression, details }: RunReport,
  album: Album,
): Promise<string> {
  const evaluations = all.filter((one) => !isOfShift(one));
  if (evaluations.length === 0) return '';
  // those of single targets would not fit beside the others: they have a table of their own
  const shown = figuresOf(evaluations).filter(({ name }) => !name.includes('.'));
  const rows = withoutRepeats(evaluations).map(({ step, data, of, images, draws, figures }) => [
    ...[`${step}`, of === 'other' ? `${data} (not the run's own test set)` : partName(of), grouped(images), `${draws}`],
    ...shown.map(({ name }) => figureText(name, figures[name], images)),
  ]);
  const head = ['step', 'data', 'examples', 'draws', ...shown.map(headOf)];
  return [
    '<h3>Evaluation</h3>',
    table(head, rows),
    ...(evaluation?.reliability ? [await reliability(evaluation, evaluation.reliability, album)] : []),
    ...(evaluation && regression ? await numbers(evaluation, regression, details, album) : []),
    ...(evaluation && details ? await detailsSection(evaluation, details, album) : []),
  ].join('\n');
}

/** Of evaluations of the same on the same, the last: whoever evaluates again knows no more. */
function withoutRepeats(evaluations: readonly EvaluationRecord[]): EvaluationRecord[] {
  return [...new Map(evaluations.map((one) => [keyOfEvaluation(one), one])).values()];
}

async function reliability(
  { step, draws }: EvaluationRecord,
  bins: NonNullable<EvaluationRecord['reliability']>,
  album: Album,
): Promise<string> {
  const caption =
    `Calibration after step ${step}, ${draws} draws: how often the most probable class is right, against the ` +
    'probability it was given, with intervals of 95 % (Wilson 1927). Perfect calibration is the dashed line.';
  return album.add('reliability', caption, (options) => reliabilityFigure(bins, options));
}

async function numbers(
  evaluation: EvaluationRecord,
  picture: RegressionPicture,
  details: DetailsPicture | null,
  album: Album,
): Promise<string[]> {
  const { outputs, targets } = picture;
  const more = outputs - targets.length;
  const parts: string[] = [];
  for (const [output, target] of targets.entries()) {
    if (targets.length > 1) parts.push(`<h4>${escape(target.name)}</h4>`);
    parts.push(...(await ofTarget(evaluation, picture, target, album)));
    const pit = details?.pit?.[output];
    if (pit) parts.push(await pitOf(target.name, pit.shares, picture.count, album));
  }
  if (more > 0) parts.push(`<p class="notes">Of ${outputs} targets the first ${targets.length} are drawn.</p>`);
  return parts;
}

async function pitOf(name: string, shares: readonly number[], count: number, album: Album): Promise<string> {
  const caption =
    'Probability integral transform: where the true numbers lie in their predictions, from below all of it (0) to above all ' +
    'of it (1). Flat is calibrated, and grey is where 95 % of the bars would be; high at both ends: too sure; high in the ' +
    'middle: too careful; high at one end: predictions lie to one side.';
  return album.add(`pit-${name}`, caption, (options) => pitFigure(shares, { ...options, count }));
}

async function ofTarget(
  { step, draws }: EvaluationRecord,
  picture: RegressionPicture,
  target: TargetPicture,
  album: Album,
) {
  const { count, levels, rows, areCounts } = picture;
  const some = rows.length < count ? `${rows.length} of the ${count} rows, spread evenly over them` : `${count} rows`;
  const deviations = target.standardDeviation;
  const standardised = deviations.every((deviation) => Number.isFinite(deviation) && deviation > 0)
    ? target.target.map((truth, i) => (truth - target.mean[i]!) / deviations[i]!)
    : [];
  const outside = standardised.filter((z) => Math.abs(z) > furthest).length;
  const predicted =
    `Predictions after step ${step}, ${draws} draws, of ${some}: the mean, and the interval from the 5 % to the 95 % ` +
    'quantile. Perfect predictions are on the dashed line.' +
    (areSpread(target.target) ? ' Rows of one true number stand side by side around it.' : '');
  const coverage =
    `How many of the ${count} true numbers are within the central interval of each level. Grey: where 95 % of ` +
    'calibrated predictions would be, if rows are independent.' +
    (areCounts ? ' Intervals of counts hold whole numbers, and so more than their level.' : '') +
    (standardised.length === 0
      ? ''
      : ' Right: the curve is what calibrated predictions with normal noise would give.') +
    (outside === 0 ? '' : ` Beyond ${furthest} standard deviations: ${outside}, which stand at the edge.`);
  return [
    await album.add(`predicted-${target.name}`, predicted, (options) => predictedFigure(target, options)),
    await album.add(`coverage-${target.name}`, coverage, (options) =>
      coverageFigure({ ...target, count, levels, standardised, ...options }),
    ),
  ];
}
