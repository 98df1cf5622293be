/** How a run meets what it was not made for. */
import { scoreTitles } from '../../evaluation/index.ts';
import { corruptionFigure } from '../figures/corruption.ts';
import { scoresFigure } from '../figures/scores.ts';
import type { RunReport } from '../run/read.ts';
import type { EvaluationRecord } from '../run/records.ts';
import { grouped, shortNumber } from './figures.ts';
import { figure, table } from './html.ts';

const inPage = { ground: 'none' } as const;

export async function shiftSection({ outOfDistribution, corrupted }: RunReport): Promise<string> {
  const parts: string[] = [];
  for (const one of outOfDistribution) parts.push(...(await ofOtherData(one)));
  if (corrupted?.corruptions) parts.push(...(await ofCorruptions(corrupted, corrupted.corruptions)));
  return parts.length === 0 ? '' : ['<h3>Other data</h3>', ...parts].join('\n');
}

async function ofOtherData({ evaluation, scores }: RunReport['outOfDistribution'][number]): Promise<string[]> {
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
  return [table(head, rows), figure(await scoresFigure(scores.scores, { ...inPage, names }), caption)];
}

async function ofCorruptions(
  { images, draws, step }: EvaluationRecord,
  points: NonNullable<EvaluationRecord['corruptions']>,
): Promise<string[]> {
  const caption =
    `Corrupted images: ${grouped(images)} of the test set, after step ${step}, ${draws} draws, under corruptions of growing ` +
    'severity (after Hendrycks and Dietterich 2019). Where the left curve falls and the right one does not rise, the run ' +
    'errs without knowing it.';
  return [figure(await corruptionFigure(points, inPage), caption)];
}
