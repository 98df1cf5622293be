import { figureOf } from '../../likelihoods/index.ts';
import { drawSvg, type FigureOptions, palette, ticks } from './draw.ts';

/** A run's figures, step by step. */
export interface TrainingCurve {
  readonly name: string;
  readonly points: readonly TrainingPoint[];
  /** what it told of data that are held out, in the order of the steps */
  readonly evaluations?: readonly { readonly step: number; readonly figures: Readonly<Record<string, number>> }[];
}

export interface TrainingPoint {
  readonly step: number;
  readonly nll: number;
  readonly kl: number;
  readonly negativeElbo: number;
  /** the likelihood's, by their names */
  readonly figures: Readonly<Record<string, number>>;
  readonly samplesPerSecond: number;
}

type Panel = readonly [figure: string, title: string, unit: string];

/** The likelihood's own figures stand between the loss and the speed. */
function panelsOf(figures: readonly string[]): Panel[] {
  const own = figures.map((name): Panel => {
    const { title } = figureOf(name);
    return [
      name,
      `${title[0]?.toUpperCase()}${title.slice(1)} in training`,
      name === 'accuracy' ? 'share of the examples' : title,
    ];
  });
  return [
    ['negativeElbo', 'Negative ELBO', 'nats per example'],
    ['nll', 'Negative log-likelihood', 'nats per example'],
    ['kl', 'KL divergence of posterior and prior', 'nats for the data set'],
    ...own,
    ['samplesPerSecond', 'Throughput', 'samples/s'],
  ];
}

/** More than this is noise on a screen, and megabytes in a page. */
const mostPoints = 200;

/** Beside what the batches of the training tell. */
const ofBatches = 'batches of the training';
const ofHeldOut = 'evaluations on the way';

/**
 * Loss and its parts, accuracy and speed against the step, means over stretches of equal length; where a run was evaluated on
 * the way what that told, as points on a broken line. Of several runs a colour each.
 */
export function trainingFigure(curves: readonly TrainingCurve[], options: FigureOptions = {}): Promise<string> {
  const values = curves.flatMap(({ name, points }) =>
    thinned(points).map((point) => ({ ...point, name, kind: ofBatches })),
  );
  const heldOut = curves.flatMap(({ name, evaluations = [] }) =>
    evaluations.map(({ step, figures }) => ({ step, ...figures, name, kind: ofHeldOut })),
  );
  const names = curves.map(({ name }) => name);
  const kinds = heldOut.length === 0 ? [ofBatches] : [ofBatches, ofHeldOut];
  const figures = [...new Set(curves.flatMap(({ points }) => Object.keys(points[0]?.figures ?? {})))];
  const isSeveral = names.length > 1;
  const legend = {
    orient: 'bottom' as const,
    columns: isSeveral ? 1 : 2,
    symbolType: 'stroke' as const,
    labelLimit: 1000,
  };
  const nominal = { type: 'nominal' as const, title: null };
  const color = {
    ...{ ...nominal, field: isSeveral ? 'name' : 'kind' },
    scale: { domain: isSeveral ? names : kinds, range: [...palette] },
    legend: isSeveral || kinds.length > 1 ? legend : null,
  };
  const strokeDash = {
    ...{ ...nominal, field: 'kind', scale: { domain: kinds, range: kinds.map((_, i) => (i === 0 ? [1, 0] : [5, 3])) } },
    // of several runs the colours have the legend
    legend: kinds.length > 1 && !isSeveral ? legend : null,
  };
  return drawSvg(
    {
      data: { values },
      columns: 2,
      spacing: 30,
      resolve: { scale: { color: 'shared', strokeDash: 'shared' } },
      concat: panelsOf(figures).map(([figure, title, unit]) => {
        const y = { field: figure, type: 'quantitative' as const, title: unit, scale: { zero: false, nice: ticks } };
        const encoding = {
          ...{ x: { field: 'step', type: 'quantitative' as const, title: 'step' }, y, color },
          ...(kinds.length > 1 && { strokeDash }),
        };
        const known = heldOut.filter((row) => figure in row);
        const mark = { type: 'line' as const, strokeWidth: 1.8 };
        return {
          title: { text: title, fontSize: 12, fontWeight: 'normal' as const },
          width: 300,
          height: 180,
          layer: [
            { mark, encoding },
            ...(known.length === 0
              ? []
              : [{ data: { values: known }, mark: { ...mark, point: { size: 30, filled: true } }, encoding }]),
          ],
        };
      }),
    },
    options,
  );
}

function thinned(points: readonly TrainingPoint[]): Record<string, number>[] {
  const length = Math.max(1, Math.ceil(points.length / mostPoints));
  return Array.from({ length: Math.ceil(points.length / length) }, (_, i) => {
    const part = points.slice(i * length, (i + 1) * length);
    const meanOf = (value: (point: TrainingPoint) => number) =>
      part.reduce((sum, one) => sum + value(one), 0) / part.length;
    const mean = (figure: Exclude<keyof TrainingPoint, 'figures'>) => meanOf((point) => point[figure]);
    const names = Object.keys(part[0]?.figures ?? {});
    return {
      step: mean('step'),
      nll: mean('nll'),
      kl: mean('kl'),
      negativeElbo: mean('negativeElbo'),
      ...Object.fromEntries(names.map((name) => [name, meanOf(({ figures }) => figures[name] ?? Number.NaN)])),
      samplesPerSecond: mean('samplesPerSecond'),
    };
  });
}
