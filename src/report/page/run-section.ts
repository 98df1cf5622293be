import { posteriorRidgesFigure, ridgedLayers, spreadOver } from '../figures/posterior.ts';
import { trainingFigure } from '../figures/training.ts';
import type { StepCurves } from '../posterior/curves-file.ts';
import { onTheWay } from '../run/on-the-way.ts';
import type { RunReport } from '../run/read.ts';
import { evaluationSection } from './evaluation-section.ts';
import { calibrationSection } from './calibration-section.ts';
import { facts } from './facts.ts';
import type { Album } from './album.ts';
import { escape, list } from './html.ts';
import { ranksSection } from './ranks-section.ts';
import { shiftSection } from './shift-section.ts';
import { partName, verdict } from './verdict.ts';
import { wavesSection } from './waves-section.ts';

/** A part of what a report says of a run. */
export interface RunPart {
  /** its place in a page that fills: letters only */
  readonly name: string;
  /** all that its drawing depends on: where this is the same, so is the part. null: it is cheap */
  readonly from: ((run: RunReport) => unknown) | null;
  /** @param album where its figures go */
  html(run: RunReport, album: Album): string | Promise<string>;
}

/** In the order of the page; each is empty while there is nothing to tell. */
export const runParts: readonly RunPart[] = [
  { name: 'problems', from: null, html: (run) => list(problemsOf(run), 'problems') },
  { name: 'verdict', from: null, html: verdict },
  { name: 'facts', from: null, html: facts },
  {
    name: 'training',
    from: ({ name, metrics, evaluations }) => [name, metrics.length, metrics.at(-1), evaluations],
    html: training,
  },
  { name: 'ranks', from: ({ ranks }) => [ranks.length, ranks.at(-1)], html: ranksSection },
  {
    name: 'evaluation',
    from: ({ evaluations, regression, details }) => [evaluations, regression, details],
    html: evaluationSection,
  },
  { name: 'calibration', from: null, html: calibrationSection },
  { name: 'shift', from: ({ outOfDistribution, corrupted }) => [outOfDistribution, corrupted], html: shiftSection },
  { name: 'waves', from: ({ evaluation, waves }) => [evaluation, waves], html: wavesSection },
  {
    name: 'posterior',
    from: ({ posterior: steps }) => [steps.length, steps.at(-1)],
    html: ({ posterior: steps }, album) => posterior(steps, album),
  },
];

/** How far a run is that is being trained, and what is wrong, a sentence each. */
export function problemsOf({ atWork, problems }: RunReport): readonly string[] {
  return atWork === null ? problems : [atWork, ...problems];
}

/**
 * All that a report says of one run.
 * @param isAlone the page is its own, and has its name at the head
 * @param album where its figures go
 */
export async function runSection(run: RunReport, isAlone: boolean, album: Album): Promise<string> {
  const html = [isAlone ? '' : `<h2>${escape(run.name)}</h2>`];
  for (const part of runParts) html.push(await part.html(run, album));
  return html.join('\n');
}

async function training({ name, metrics, evaluations }: RunReport, album: Album): Promise<string> {
  if (metrics.length === 0) return '';
  const held = onTheWay(evaluations);
  const caption =
    'Training: each point a batch, of long runs a mean over some. The negative ELBO is the NLL plus beta x KL / N.' +
    (held === null
      ? ''
      : ` Evaluations on the way are of its ${partName(held.of)}: where their NLL rises while ` +
        'that of the batches falls, the network learns its examples by heart.');
  const curves = [{ name, points: metrics, evaluations: held?.evaluations ?? [] }];
  return `<h3>Training</h3>${await album.add('training', caption, (options) => trainingFigure(curves, options))}`;
}

/** So many moments of the training are shown. */
const moments = 6;

async function posterior(steps: readonly StepCurves[], album: Album): Promise<string> {
  if (steps.length === 0) return '';
  const shown = spreadOver(steps, moments);
  const [all, drawn] = [
    new Set(shown.flatMap(({ layers }) => layers.map(({ layer }) => layer))).size,
    ridgedLayers(shown),
  ];
  const caption =
    'Posterior of the weights through the training: how the means (left) and the standard deviations (right) are ' +
    'distributed in each layer, all moments over one axis, each curve as high as its peak.' +
    (all > drawn.length ? ` Of ${all} layers ${drawn.length} are drawn, from the first to the last.` : '');
  const ridges = await album.add('posterior', caption, (options) => posteriorRidgesFigure(shown, options));
  return `<h3>Posterior of the weights</h3>${ridges}`;
}
