import { posteriorCurvesFigure } from '../figures/posterior.ts';
import { reliabilityFigure } from '../figures/reliability.ts';
import { trainingFigure } from '../figures/training.ts';
import type { StepCurves } from '../posterior/curves-file.ts';
import type { RunReport } from '../run/read.ts';
import { figureText, figuresOf, headOf } from './figures.ts';
import { escape, figure, list, table } from './html.ts';

const inPage = { ground: 'none' } as const;

/** All that a report says of one run. */
export async function runSection(run: RunReport): Promise<string> {
  return [
    `<h2>${escape(run.name)}</h2>`,
    list(run.problems, 'problems'),
    facts(run),
    await training(run),
    await evaluation(run),
    await posterior(run.posterior),
  ].join('\n');
}

function facts({ folder, configuration, timing, starts }: RunReport): string {
  const rows: [string, string][] = [['folder', folder]];
  if (configuration) {
    const { model, data, batchSize, replicas, seed, learningRate, precision } = configuration;
    rows.push(
      ['network', `${model}, ${precision}`],
      ['data', data.name],
      ['batch', `${batchSize} examples x ${replicas} ${replicas === 1 ? 'replica' : 'replicas'}`],
      ['learning rate, seed', `${learningRate}, ${seed}`],
    );
  }
  for (const { step, at, ranks, communicator, engine, host, cpu } of starts) {
    const what = step === 0 ? 'began' : `went on from step ${step}`;
    const when = at.replace(/\.\d+Z$/, 'Z');
    rows.push([
      what,
      `${when} on ${host} (${cpu}), ${ranks} ${ranks === 1 ? 'rank' : 'ranks'}: ${communicator}; ${engine}`,
    ]);
  }
  if (timing) {
    const milliseconds = (seconds: number) => `${(1e3 * seconds).toFixed(2)} ms`;
    rows.push(
      ['steps', `${timing.steps.toLocaleString('en-US')} in ${duration(timing.seconds)}`],
      [
        'time of a step',
        `${milliseconds(timing.stepSeconds)}, nine of ten below ${milliseconds(timing.slowStepSeconds)}`,
      ],
      ['throughput', `${Math.round(timing.samplesPerSecond).toLocaleString('en-US')} samples/s over all ranks`],
    );
  }
  return table(['run', ''], rows);
}

async function training({ name, metrics }: RunReport): Promise<string> {
  if (metrics.length === 0) return '';
  const caption = 'Training: means over the steps between two points. The negative ELBO is the NLL plus beta x KL / N.';
  return `<h3>Training</h3>${figure(await trainingFigure([{ name, points: metrics }], inPage), caption)}`;
}

async function evaluation({ evaluations }: RunReport): Promise<string> {
  const last = evaluations.at(-1);
  if (last === undefined) return '';
  const shown = figuresOf(evaluations);
  const rows = evaluations.map(({ step, data, images, draws, figures }) => [
    ...[`${step}`, data, `${images}`, `${draws}`],
    ...shown.map(({ name }) => figureText(name, figures[name], images)),
  ]);
  const head = ['step', 'data', 'examples', 'draws', ...shown.map(headOf)];
  if (last.reliability === undefined) return `<h3>Evaluation</h3>${table(head, rows)}`;
  const caption =
    `Calibration after step ${last.step}, ${last.draws} draws: how often the most probable class is right, against the ` +
    'probability it was given, with two standard errors. Perfect calibration is the dashed line.';
  const drawn = figure(await reliabilityFigure(last.reliability, inPage), caption);
  return `<h3>Evaluation</h3>${table(head, rows)}${drawn}`;
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

function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return `${parts.map((part, i) => (i === 0 ? `${part}` : `${part}`.padStart(2, '0'))).join(':')} h`;
}
