import { posteriorRidgesFigure } from '../figures/posterior.ts';
import { trainingFigure } from '../figures/training.ts';
import type { StepCurves } from '../posterior/curves-file.ts';
import type { RunReport } from '../run/read.ts';
import { evaluationSection } from './evaluation-section.ts';
import { facts } from './facts.ts';
import { escape, figure, list } from './html.ts';
import { shiftSection } from './shift-section.ts';
import { verdict } from './verdict.ts';
import { wavesSection } from './waves-section.ts';

const inPage = { ground: 'none' } as const;

/**
 * All that a report says of one run.
 * @param isAlone the page is its own, and has its name at the head
 */
export async function runSection(run: RunReport, isAlone: boolean): Promise<string> {
  return [
    isAlone ? '' : `<h2>${escape(run.name)}</h2>`,
    list(run.problems, 'problems'),
    verdict(run),
    facts(run),
    await training(run),
    await evaluationSection(run),
    await shiftSection(run),
    await wavesSection(run),
    await posterior(run.posterior),
  ].join('\n');
}

async function training({ name, metrics }: RunReport): Promise<string> {
  if (metrics.length === 0) return '';
  const caption =
    'Training: each point a batch, of long runs a mean over some. The negative ELBO is the NLL plus beta x KL / N.';
  return `<h3>Training</h3>${figure(await trainingFigure([{ name, points: metrics }], inPage), caption)}`;
}

/** So many moments of the training are shown. */
const moments = 6;

async function posterior(steps: readonly StepCurves[]): Promise<string> {
  if (steps.length === 0) return '';
  const caption =
    'Posterior of the weights through the training: how the means (left) and the standard deviations (right) are ' +
    'distributed in each layer, all moments over one axis, each curve as high as its peak.';
  const ridges = await posteriorRidgesFigure(spreadOver(steps, moments), inPage);
  return `<h3>Posterior of the weights</h3>${figure(ridges, caption)}`;
}

/** The first, the last, and some evenly between them. */
function spreadOver<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, i) => items[Math.round((i * (items.length - 1)) / (count - 1))]!);
}
