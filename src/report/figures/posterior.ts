import type { PosteriorSnapshot } from '../../train/index.ts';
import { densityOf } from './density.ts';
import { drawSvg, type FigureOptions, type FigureSpec } from './draw.ts';

/**
 * The weight posteriors of a network at one moment: on the left how the posterior's means are distributed over the weights,
 * on the right its standard deviations, a curve per layer; the figure that *bnn_hvd* drew with `plotting`.
 *
 * ```ts
 * const svg = await posteriorFigure(layers, { title: 'step 100' }); // as onPosterior(step, layers) hands them out
 * const png = await toPng(svg);
 * ```
 * @param layers each with `mean` and `standardDeviation` of every weight; at least one
 * @returns a whole SVG document, 780 x 300 pixels and the legend
 */
export async function posteriorFigure(
  layers: readonly PosteriorSnapshot[],
  { title, ...options }: FigureOptions & { readonly title?: string } = {},
): Promise<string> {
  const order = layers.map(({ layer }) => layer);
  const panel = (values: 'mean' | 'standardDeviation', heading: string, xLabel: string) => ({
    title: { text: heading, fontSize: 12, fontWeight: 'normal' as const },
    width: 330,
    height: 220,
    data: {
      values: layers.flatMap((one) => densityOf(one[values]).map((point) => ({ ...point, layer: one.layer }))),
    },
    mark: { type: 'line' as const, strokeWidth: 2 },
    encoding: {
      x: { field: 'x', type: 'quantitative' as const, title: xLabel, scale: { zero: false, nice: false } },
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
  const spec: FigureSpec = {
    title: title ?? 'Weight posteriors',
    spacing: 40,
    hconcat: [
      panel('mean', 'Posterior means', 'mean'),
      panel('standardDeviation', 'Posterior standard deviations', 'standard deviation'),
    ],
  };
  return drawSvg(spec, options);
}
