/** How a run meets what it was not made for. */
import { scoreTitles } from '../../evaluation/index.ts';
import { corruptionFigure } from '../figures/corruption.ts';
import { scoresFigure } from '../figures/scores.ts';
import type { RunReport } from '../run/read.ts';
import type { EvaluationRecord } from '../run/records.ts';
import type { Album } from './album.ts';
import { grouped, shortNumber } from './figures.ts';
import { table } from './html.ts';

export async function shiftSection({ outOfDistribution, corrupted }: RunReport, album: Album): Promise<string> {
  const parts: string[] = [];
  for (const one of outOfDistribution) parts.push(...(await ofOtherData(one, album)));
  if (corrupted?.corruptions) parts.push(...(await ofCorruptions(corrupted, corrupted.corruptions, album)));
  return parts.length === 0 ? '' : ['<h3>Other data</h3>', ...parts].join('\n');
}

async function ofOtherData(
  { evaluation, scores }: RunReport['outOfDistribution'][number],
  album: Album,
): Promise<string[]> {
  const { data, against = 'its test set', images, draws, step, detection = [] } = evaluation;
  const titles: Readonly<Record<string, string>> = scoreTitles;
  const head = [
    `${data} against ${against}`,
    'AUROC',
    'AUPR',
    'FPR at 95 % TPR',
    'mean of the test set',
    'of the others',
  ];
  const rows = detection.map(({ name, ...values }) => [
    titles[name] ?? name,
    ...[values.auroc, values.aupr, values.fpr95, values.inside, values.outside].map(shortNumber),
  ]);
  if (scores === null || scores.scores.length === 0) return [table(head, rows)];
  const caption =
    `Scores of ${grouped(images)} ${images === 1 ? 'example' : 'examples'} of ${data} and of the test set, after step ${step}, ${draws} draws. The less both ` +
    'overlap, the better a threshold on that score tells what the run does not know. The axis of shares grows as their root.';
  const names = ['test set', data === 'test set' ? 'other data' : data] as const;
  const drawn = await album.add(`scores-${data}`, caption, (options) =>
    scoresFigure(scores.scores, { ...options, names }),
  );
  return [table(head, rows), drawn];
}

async function ofCorruptions(
  { images, draws, step }: EvaluationRecord,
  points: NonNullable<EvaluationRecord['corruptions']>,
  album: Album,
): Promise<string[]> {
  const caption =
    `Corrupted images: ${grouped(images)} of the test set, after step ${step}, ${draws} draws, under corruptions of growing ` +
    'severity (after Hendrycks and Dietterich 2019). Where the left curve falls and the right one does not rise, the run ' +
    'errs without knowing it.';
  return [await album.add('corruptions', caption, (options) => corruptionFigure(points, options))];
}
