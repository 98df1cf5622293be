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
  readonly accuracy: number;
  readonly samplesPerSecond: number;
}

type Figure = Exclude<keyof TrainingPoint, 'step'>;

const panels: readonly (readonly [figure: Figure, title: string, unit: string])[] = [
  ['negativeElbo', 'Negative ELBO', 'nats per example'],
  ['nll', 'Negative log-likelihood', 'nats per example'],
  ['kl', 'KL divergence of posterior and prior', 'nats for the data set'],
  ['accuracy', 'Accuracy in training', 'share of the examples'],
  ['samplesPerSecond', 'Throughput', 'samples/s'],
];

/** More than this is noise on a screen, and megabytes in a page. */
const mostPoints = 200;

/** Loss and its parts, accuracy and speed against the step; a colour per run. Means over stretches of equal length. */
export function trainingFigure(curves: readonly TrainingCurve[], options: FigureOptions = {}): Promise<string> {
  const values = curves.flatMap(({ name, points }) => thinned(points).map((point) => ({ ...point, name })));
  const names = curves.map(({ name }) => name);
  return drawSvg(
    {
      data: { values },
      columns: 2,
      spacing: 30,
      concat: panels.map(([figure, title, unit]) => ({
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

function thinned(points: readonly TrainingPoint[]): TrainingPoint[] {
  const length = Math.max(1, Math.ceil(points.length / mostPoints));
  return Array.from({ length: Math.ceil(points.length / length) }, (_, i) => {
    const part = points.slice(i * length, (i + 1) * length);
    const mean = (figure: keyof TrainingPoint) => part.reduce((sum, one) => sum + one[figure], 0) / part.length;
    return {
      step: mean('step'),
      nll: mean('nll'),
      kl: mean('kl'),
      negativeElbo: mean('negativeElbo'),
      accuracy: mean('accuracy'),
      samplesPerSecond: mean('samplesPerSecond'),
    };
  });
}
