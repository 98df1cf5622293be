import { binomialBand } from './binomial.ts';
import { drawSvg, type FigureOptions, guide, palette } from './draw.ts';

/**
 * Histogram of the probability integral transform, with the band in which 95 % of its bars lie where predictions are
 * calibrated.
 * @param shares of the examples, in bins of equal width over 0 .. 1
 * @param count of examples behind them
 */
export function pitFigure(
  shares: readonly number[],
  { count, ...options }: FigureOptions & { readonly count: number },
): Promise<string> {
  const bins = shares.length;
  const [low, high] = binomialBand(count, 1 / bins);
  const values = shares.map((share, b) => ({ from: b / bins, to: (b + 1) / bins, share }));
  const x = {
    ...{ type: 'quantitative' as const, title: 'P(Y ≤ y), where the true number lies in its prediction' },
    scale: { domain: [0, 1] },
    axis: { grid: false, format: '.1f', values: [0, 0.2, 0.4, 0.6, 0.8, 1] },
  };
  const y = { type: 'quantitative' as const, title: 'share of the examples' };
  const percent = { axis: { format: '.1~%' } };
  return drawSvg(
    {
      ...{ width: 480, height: 220 },
      layer: [
        {
          data: { values },
          mark: { type: 'bar', fill: palette[0], opacity: 0.6, binSpacing: 1 },
          encoding: {
            x: { ...x, field: 'from', bin: { binned: true, step: 1 / bins } },
            x2: { field: 'to' },
            y: { ...y, ...percent, field: 'share' },
          },
        },
        {
          data: { values: [0, 1].map((from) => ({ from, low, high })) },
          mark: { type: 'area', fill: guide.stroke, opacity: 0.3 },
          encoding: { x: { ...x, field: 'from' }, y: { ...y, ...percent, field: 'low' }, y2: { field: 'high' } },
        },
        {
          data: { values: [0, 1].map((from) => ({ from, share: 1 / bins })) },
          mark: { type: 'line', ...guide, stroke: 'currentColor' },
          encoding: { x: { ...x, field: 'from' }, y: { ...y, ...percent, field: 'share' } },
        },
      ],
    },
    options,
  );
}
