import type { PosteriorSnapshot } from '../../train/index.ts';
import { type DensityPoint, densityOf } from './density.ts';
import { drawSvg, type FigureOptions } from './draw.ts';

/** A layer's two curves: how the means and the standard deviations of its posterior are distributed over its weights. */
export interface PosteriorCurves {
  readonly layer: string;
  readonly mean: readonly DensityPoint[];
  readonly standardDeviation: readonly DensityPoint[];
}

export interface PosteriorFigureOptions extends FigureOptions {
  readonly title?: string;
  /** what the horizontal axes reach over, so that figures of several steps can be compared; unless given, the curves */
  readonly range?: { readonly mean: readonly [number, number]; readonly standardDeviation: readonly [number, number] };
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
  return posteriorCurvesFigure(layers.map(posteriorCurves), options);
}

/** The same from curves that were computed before. */
export function posteriorCurvesFigure(
  layers: readonly PosteriorCurves[],
  { title = 'Weight posteriors', range, ...options }: PosteriorFigureOptions = {},
): Promise<string> {
  const order = layers.map(({ layer }) => layer);
  const panel = (values: 'mean' | 'standardDeviation', heading: string, xLabel: string) => ({
    title: { text: heading, fontSize: 12, fontWeight: 'normal' as const },
    width: 330,
    height: 220,
    data: { values: layers.flatMap((one) => one[values].map((point) => ({ ...point, layer: one.layer }))) },
    mark: { type: 'line' as const, strokeWidth: 2, clip: true },
    encoding: {
      x: {
        field: 'x',
        type: 'quantitative' as const,
        title: xLabel,
        scale: { zero: false, nice: false, ...(range ? { domain: [...range[values]] } : {}) },
      },
      y: { field: 'density', type: 'quantitative' as const, title: 'density over the weights' },
      color: {
        field: 'layer',
        type: 'nominal' as const,
        scale: { domain: order },
        title: null,
        legend: { orient: 'bottom' as const, columns: Math.min(4, order.length), symbolType: 'stroke' as const },
      },
    },
  });
  const panels = [
    panel('mean', 'Posterior means', 'mean'),
    panel('standardDeviation', 'Posterior standard deviations', 'standard deviation'),
  ];
  return drawSvg({ title, spacing: 40, hconcat: panels }, options);
}
