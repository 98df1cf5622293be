import type { PosteriorSnapshot } from '../../train/index.ts';
import { type DensityPoint, densityOf } from './density.ts';
import { drawSvg, type FigureOptions, palette } from './draw.ts';
import { widthOf } from './letters.ts';

/** A layer's two curves: how the means and the standard deviations of its posterior are distributed over its weights. */
export interface PosteriorCurves {
  readonly layer: string;
  readonly mean: readonly DensityPoint[];
  readonly standardDeviation: readonly DensityPoint[];
}

export interface PosteriorFigureOptions extends FigureOptions {
  readonly title?: string;
}

/** What is drawn of a snapshot. */
type Values = Pick<PosteriorSnapshot, 'layer' | 'mean' | 'standardDeviation'>;

export function posteriorCurves({ layer, mean, standardDeviation }: Values): PosteriorCurves {
  return { layer, mean: densityOf(mean), standardDeviation: densityOf(standardDeviation) };
}

/**
 * The weight posteriors of a network at one moment: on the left how the posterior's means are distributed over the weights,
 * on the right its standard deviations, a curve per layer; the figure that *bnn_hvd* drew with `plotting`.
 *
 * ```ts
 * const svg = await posteriorFigure(layers, { title: 'step 100' }); // as onPosterior(step, layers) hands them out
 * const png = await toPng(svg);
 * ```
 * @param layers each with `mean` and `standardDeviation` of every weight; at least one
 * @returns a whole SVG document, about 780 x 360 pixels
 */
export function posteriorFigure(layers: readonly Values[], options: PosteriorFigureOptions = {}): Promise<string> {
  const { title = 'Weight posteriors', ...others } = options;
  return curvesFigure(layers.map(posteriorCurves), title, others);
}

function curvesFigure(layers: readonly PosteriorCurves[], title: string, options: FigureOptions): Promise<string> {
  const order = layers.map(({ layer }) => layer);
  const panel = (values: 'mean' | 'standardDeviation', heading: string, xLabel: string) => ({
    title: { text: heading, fontSize: 12, fontWeight: 'normal' as const },
    width: 330,
    height: 220,
    data: { values: order.flatMap((layer) => curveOf(layers, layer, values).map((point) => ({ ...point, layer }))) },
    mark: { type: 'line' as const, strokeWidth: 2, clip: true },
    encoding: {
      x: {
        field: 'x',
        type: 'quantitative' as const,
        title: xLabel,
        scale: { zero: false, nice: false },
      },
      y: { field: 'density', type: 'quantitative' as const, title: 'density over the weights' },
      color: {
        field: 'layer',
        type: 'nominal' as const,
        scale: { domain: order },
        title: null,
        legend: { orient: 'bottom' as const, columns: columnsOf(order), symbolType: 'stroke' as const },
      },
    },
  });
  const panels = [
    panel('mean', 'Posterior means', 'mean'),
    panel('standardDeviation', 'Posterior standard deviations', 'standard deviation'),
  ];
  return drawSvg({ title, spacing: 40, hconcat: panels }, options);
}

/** Every other point, and of what is flat on the ground its ends: a panel is no wider, and a network may have many layers. */
function drawnOf(curve: readonly DensityPoint[], peak: number): readonly DensityPoint[] {
  const isFlat = (i: number) => (curve[i]?.density ?? 0) < 0.003 * peak;
  return curve.filter(
    (_, i) => (i % 2 === 0 && !(isFlat(i - 2) && isFlat(i) && isFlat(i + 2))) || i === curve.length - 1,
  );
}

/** The curves of one moment of a training. */
interface Moment {
  readonly step: number;
  readonly layers: readonly PosteriorCurves[];
}

/** How far a ridge may reach, in distances from one to the next. */
const reach = 1.7;

/**
 * The same through a training: a ridge for each moment, the first at the top and the last in front, over one axis; one colour
 * per layer. Each curve is as high as its peak, so that its place and width are what is compared.
 * @param moments in the order of their steps, at least one
 */
export function posteriorRidgesFigure(moments: readonly Moment[], options: FigureOptions = {}): Promise<string> {
  const order = ridgedLayers(moments);
  // many areas over each other would be grey
  const fillOpacity = order.length > 4 ? 0.05 : 0.18;
  const labels = moments.map(({ step }) => `step ${step.toLocaleString('en-US')}`).toReversed();
  const panel = (kind: 'mean' | 'standardDeviation', heading: string, xLabel: string, isFirst: boolean) => {
    const points = moments.flatMap(({ layers }) => order.flatMap((name) => curveOf(layers, name, kind)));
    const x = {
      field: 'x',
      type: 'quantitative' as const,
      title: xLabel,
      // values that are all alike have no curve
      scale: { zero: false, nice: false, ...(points.length === 0 ? {} : { domain: extentOf(points) }) },
    };
    const y = {
      field: 'top',
      type: 'quantitative' as const,
      title: null,
      scale: { domain: [0, moments.length - 1 + reach], nice: false },
      axis: {
        values: labels.map((_, row) => row),
        labelExpr: `${JSON.stringify(labels)}[datum.value]`,
        labels: isFirst,
        ticks: false,
        domain: false,
      },
    };
    const color = {
      field: 'layer',
      type: 'nominal' as const,
      scale: { domain: order },
      title: null,
      legend: isFirst ? { orient: 'bottom' as const, columns: columnsOf(order), symbolType: 'stroke' as const } : null,
    };
    return {
      title: { text: heading, fontSize: 12, fontWeight: 'normal' as const },
      width: 330,
      height: 60 + 45 * moments.length,
      layer: moments.map(({ layers }, i) => {
        const row = moments.length - 1 - i;
        const values = order.flatMap((layer) => {
          const curve = curveOf(layers, layer, kind);
          // as high as its peak: next to a narrow one on the same scale a wide one would be a line
          const peak = Math.max(...curve.map(({ density }) => density));
          return drawnOf(curve, peak).map(({ x: at, density }) => ({
            x: at,
            row,
            top: row + (reach * density) / peak,
            layer,
          }));
        });
        return {
          data: { values },
          mark: { type: 'area' as const, line: { strokeWidth: 1.5 }, fillOpacity, clip: true },
          encoding: { x, y: { ...y, stack: null }, y2: { field: 'row' }, color },
        };
      }),
    };
  };
  return drawSvg(
    {
      spacing: 40,
      resolve: { scale: { color: 'shared' } },
      hconcat: [
        panel('mean', 'Posterior means', 'mean', true),
        panel('standardDeviation', 'Posterior standard deviations', 'standard deviation', false),
      ],
    },
    options,
  );
}

/** The layers of a figure of ridges, from the first to the last: of more than there are colours some evenly between them. */
export function ridgedLayers(moments: readonly Moment[]): string[] {
  return spreadOver([...new Set(moments.flatMap(({ layers }) => layers.map(({ layer }) => layer)))], palette.length);
}

/** The first, the last, and some evenly between them. */
export function spreadOver<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, i) => items[Math.round((i * (items.length - 1)) / (count - 1))]!);
}

/** A density by kernels reaches a little beyond its values; a standard deviation has no other side of 0. */
function curveOf(layers: readonly PosteriorCurves[], name: string, kind: 'mean' | 'standardDeviation') {
  const curve = layers.find(({ layer }) => layer === name)?.[kind] ?? [];
  return kind === 'mean' ? curve : curve.filter(({ x }) => x >= 0);
}

/** As many names in a row of the legend as the two panels are wide. */
function columnsOf(names: readonly string[]): number {
  const longest = Math.max(...names.map((name) => widthOf(name, 12)));
  return Math.max(1, Math.min(4, names.length, Math.floor(700 / (longest + 40))));
}

function extentOf(points: readonly DensityPoint[]): [number, number] {
  return points.reduce(([low, high], { x }) => [Math.min(low, x), Math.max(high, x)], [Infinity, -Infinity]);
}
