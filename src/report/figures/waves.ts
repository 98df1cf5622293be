import { ringdown } from '../../gravitation/index.ts';
import type { WavesPicture } from '../run/waves.ts';
import { binomialBand } from './binomial.ts';
import { drawSvg, type FigureOptions, guide, palette } from './draw.ts';

const titleFont = { fontSize: 12, fontWeight: 'normal' as const };
const legend = { orient: 'bottom' as const, direction: 'horizontal' as const, symbolType: 'stroke', title: null };

/** Predicted rows of one target. */
export interface TargetRows {
  readonly name: string;
  readonly mean: readonly number[];
  /** P(Y <= y) of the true number */
  readonly probability: readonly number[];
}

const places = Array.from({ length: 49 }, (_, i) => (i + 1) / 50);

/**
 * Probability-probability plot: for each level the share of the rows whose true number is below that quantile of its
 * prediction; the band holds 95 % of calibrated ones.
 * @param options `count`: of the rows
 */
export function probabilityFigure(
  targets: readonly TargetRows[],
  { count, ...options }: FigureOptions & { readonly count: number },
): Promise<string> {
  const ends = [0, 1].map((end) => ({ level: end, low: end, high: end, share: end }));
  const band = places.map((level) => {
    const [low, high] = binomialBand(count, level);
    return { level, low, high };
  });
  const curves = targets.flatMap(({ name, probability }) =>
    [0, ...places, 1].map((level) => {
      const share = probability.filter((p) => p <= level).length / probability.length;
      return { name, level, share };
    }),
  );
  const unit = { type: 'quantitative' as const, scale: { domain: [0, 1] } };
  const x = { ...unit, field: 'level', title: 'quantile of the prediction' };
  const y = { ...unit, title: 'share of the true numbers below it' };
  return drawSvg(
    {
      ...{ width: 340, height: 300, title: { text: 'Probability-probability plot', ...titleFont } },
      layer: [
        {
          data: { values: [ends[0]!, ...band, ends[1]!] },
          mark: { type: 'area', fill: guide.stroke, opacity: 0.22 },
          encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' } },
        },
        {
          data: { values: ends },
          mark: { type: 'line', ...guide },
          encoding: { x, y: { ...y, field: 'share' } },
        },
        {
          data: { values: curves },
          mark: { type: 'line', strokeWidth: 2 },
          encoding: { x, y: { ...y, field: 'share' }, color: colorOf(targets.map(({ name }) => name)) },
        },
      ],
    },
    options,
  );
}

function colorOf(names: readonly string[]) {
  const scale = { domain: [...names], range: palette.slice(0, names.length) };
  return { field: 'name', type: 'nominal' as const, scale, legend };
}

/** Predicted frequency and decay against the predicted spin, and what a Kerr black hole of each spin has. */
export function kerrFigure(
  spin: TargetRows,
  others: readonly (readonly [rows: TargetRows, of: 'omegaReal' | 'omegaImaginary'])[],
  options: FigureOptions = {},
): Promise<string> {
  const [low, high] = [Math.min(...spin.mean), Math.max(...spin.mean)];
  const grid = Array.from({ length: 81 }, (_, i) => Math.min(0.99, Math.max(-0.99, low + ((high - low) * i) / 80)));
  const scale = { zero: false, nice: true };
  const x = { field: 'spin', type: 'quantitative' as const, title: 'predicted final spin', scale };
  const panel = ([rows, of]: (typeof others)[number]) => {
    const y = { field: 'omega', type: 'quantitative' as const, title: `predicted ${rows.name}`, scale };
    return {
      ...{ width: 320, height: 260, title: { text: `${rows.name}, and Kerr's`, ...titleFont } },
      layer: [
        {
          data: { values: spin.mean.map((own, i) => ({ spin: own, omega: rows.mean[i]! })) },
          mark: { type: 'point' as const, filled: true, size: 14, opacity: 0.5, color: palette[0] },
          encoding: { x, y },
        },
        {
          data: { values: grid.map((own) => ({ spin: own, omega: ringdown(own)[of] })) },
          mark: { type: 'line' as const, stroke: palette[1], strokeWidth: 2 },
          encoding: { x, y },
        },
      ],
    };
  };
  return drawSvg({ spacing: 40, hconcat: others.map(panel) }, options);
}

/** Relative errors and coverage against loudness. */
export function loudnessFigure(
  names: readonly string[],
  parts: NonNullable<WavesPicture['loudness']>,
  options: FigureOptions = {},
): Promise<string> {
  const values = names.flatMap((name, t) =>
    parts.map(({ peakSnr, error, coverage, count }) => {
      const [low, high] = binomialBand(count, 0.9);
      return { name, peakSnr, error: error[t]!, coverage: coverage[t]!, low, high };
    }),
  );
  const x = {
    ...{ field: 'peakSnr', type: 'quantitative' as const, title: 'peak signal-to-noise ratio' },
    scale: { zero: false },
  };
  const color = colorOf(names);
  const line = { type: 'line' as const, strokeWidth: 2, point: { size: 30 } };
  const share = { type: 'quantitative' as const, title: 'share of the true numbers in it' };
  const percent = { format: '.0%' };
  return drawSvg(
    {
      data: { values },
      spacing: 40,
      hconcat: [
        {
          ...{ width: 275, height: 260, title: { text: 'Mean relative error', ...titleFont }, mark: line },
          encoding: {
            x,
            y: { field: 'error', type: 'quantitative', title: '|predicted - true| / true', axis: percent },
            color,
          },
        },
        {
          ...{
            width: 275,
            height: 260,
            title: { text: 'Coverage of 90 % intervals', ...titleFont },
          },
          layer: [
            {
              mark: { type: 'area', fill: guide.stroke, opacity: 0.22 },
              transform: [{ filter: { field: 'name', equal: names[0]! } }],
              encoding: {
                x,
                y: { ...share, field: 'low', scale: { zero: false }, axis: percent },
                y2: { field: 'high' },
              },
            },
            { mark: line, encoding: { x, y: { ...share, field: 'coverage' }, color } },
          ],
        },
      ],
    },
    options,
  );
}

const kinds = ['published', 'predicted from a simulation', 'the simulated binary'];

/** Final spins of observed events: what was published, and what the network says of simulations of them. */
export function eventsFigure(events: WavesPicture['events'], options: FigureOptions = {}): Promise<string> {
  const values = events.flatMap(({ name, published, predicted, truth }) => [
    { name, kind: kinds[0], median: published[0], low: published[1], high: published[2] },
    { name, kind: kinds[1], median: predicted[0], low: predicted[1], high: predicted[2] },
    { name, kind: kinds[2], median: truth, low: truth, high: truth },
  ]);
  const color = {
    ...{ field: 'kind', type: 'nominal' as const },
    scale: { domain: kinds, range: [palette[6], palette[0], palette[1]] },
    legend: { ...legend, symbolType: 'circle' },
  };
  const y = { field: 'name', type: 'nominal' as const, title: null, sort: null };
  const yOffset = { field: 'kind', type: 'nominal' as const, sort: kinds };
  const x = { type: 'quantitative' as const, title: 'final spin', scale: { zero: false } };
  return drawSvg(
    {
      ...{ data: { values }, width: 560, height: { step: 12 } },
      layer: [
        {
          mark: { type: 'rule', strokeWidth: 2 },
          encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' }, y, yOffset, color },
        },
        {
          mark: { type: 'point', filled: true, size: 40 },
          encoding: { x: { ...x, field: 'median' }, y, yOffset, color },
        },
      ],
    },
    options,
  );
}
