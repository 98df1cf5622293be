import { posteriorCurvesFigure } from '../figures/posterior.ts';
import { trainingFigure } from '../figures/training.ts';
import type { StepCurves } from '../posterior/curves-file.ts';
import type { RunReport } from '../run/read.ts';
import { evaluationSection } from './evaluation-section.ts';
import { facts } from './facts.ts';
import { escape, figure, list } from './html.ts';
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
const moments = 4;

async function posterior(steps: readonly StepCurves[]): Promise<string> {
  if (steps.length === 0) return '';
  const shown = spreadOver(steps, moments);
  const range = { mean: rangeOf(shown, 'mean'), standardDeviation: rangeOf(shown, 'standardDeviation') };
  const figures: string[] = [];
  for (const { step, layers } of shown) {
    figures.push(figure(await posteriorCurvesFigure(layers, { ...inPage, title: `After step ${step}`, range }), ''));
  }
  const note = 'How the means (left) and the standard deviations (right) of the weights are distributed in each layer.';
  return `<h3>Posterior of the weights</h3><p class="notes">${note}</p>${figures.join('\n')}`;
}

/** The first, the last, and some evenly between them. */
function spreadOver<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, i) => items[Math.round((i * (items.length - 1)) / (count - 1))]!);
}

function rangeOf(steps: readonly StepCurves[], values: 'mean' | 'standardDeviation'): [number, number] {
  const places = steps.flatMap(({ layers }) => layers.flatMap((layer) => layer[values].map(({ x }) => x)));
  return places.reduce(([low, high], x) => [Math.min(low, x), Math.max(high, x)], [Infinity, -Infinity]);
}
