import { figureOf } from '../../likelihoods/index.ts';
import { drawSvg, type FigureOptions, palette } from './draw.ts';

/** A run's figures, step by step. */
export interface TrainingCurve {
  readonly name: string;
  readonly points: readonly TrainingPoint[];
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

/** Loss and its parts, accuracy and speed against the step; a colour per run. Means over stretches of equal length. */
export function trainingFigure(curves: readonly TrainingCurve[], options: FigureOptions = {}): Promise<string> {
  const values = curves.flatMap(({ name, points }) => thinned(points).map((point) => ({ ...point, name })));
  const names = curves.map(({ name }) => name);
  const figures = [...new Set(curves.flatMap(({ points }) => Object.keys(points[0]?.figures ?? {})))];
  return drawSvg(
    {
      data: { values },
      columns: 2,
      spacing: 30,
      concat: panelsOf(figures).map(([figure, title, unit]) => ({
        title: { text: title, fontSize: 12, fontWeight: 'normal' as const },
        width: 330,
        height: 180,
        mark: { type: 'line' as const, strokeWidth: 1.8 },
        encoding: {
          x: { field: 'step', type: 'quantitative' as const, title: 'step' },
          y: { field: figure, type: 'quantitative' as const, title: unit, scale: { zero: false } },
          color: {
            field: 'name',
            type: 'nominal' as const,
            scale: { domain: names, range: [...palette] },
            title: null,
            legend: names.length > 1 ? { orient: 'bottom' as const, columns: 2, symbolType: 'stroke' as const } : null,
          },
        },
      })),
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
