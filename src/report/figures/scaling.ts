import type { Prediction } from '../scaling/model.ts';
import { drawSvg, type FigureOptions, guide, palette } from './draw.ts';

/** A network: what was simulated, and what was measured. Either may be empty. */
export interface ScalingSeries {
  readonly name: string;
  /** seconds that the epoch takes on one rank */
  readonly epochSeconds: number;
  readonly simulated: readonly Pick<Prediction, 'ranks' | 'speedUp'>[];
  readonly measured: readonly Pick<Prediction, 'ranks' | 'speedUp'>[];
}

/** Training time and speed-up against ranks, side by side: measured points, simulated curves, all axes logarithmic. */
export function scalingFigure(
  title: string,
  series: readonly ScalingSeries[],
  options: FigureOptions = {},
): Promise<string> {
  const names = series.map(({ name }) => name);
  const values = series.flatMap(({ name, epochSeconds, ...points }) =>
    (['simulated', 'measured'] as const).flatMap((kind) =>
      points[kind].map(({ ranks, speedUp }) => ({ name, kind, ranks, speedUp, seconds: epochSeconds / speedUp })),
    ),
  );
  const ranks = [...new Set(values.map((one) => one.ranks))].toSorted((a, b) => a - b);
  const kinds = ['simulated', 'measured'].filter((kind) => values.some((one) => one.kind === kind));
  const horizontal = {
    field: 'ranks',
    type: 'quantitative' as const,
    title: 'ranks',
    scale: { type: 'log' as const, base: 2 },
    axis: { values: thinned(ranks), format: ',d' },
  };
  const color = {
    field: 'name',
    type: 'nominal' as const,
    scale: { domain: names, range: [...palette] },
    title: null,
    legend: { orient: 'bottom' as const, columns: 2, symbolType: 'stroke' as const },
  };
  const shape = {
    field: 'kind',
    type: 'nominal' as const,
    title: null,
    scale: { domain: ['simulated', 'measured'], range: ['stroke', 'circle'] },
    legend: {
      orient: 'bottom' as const,
      values: kinds,
      symbolStrokeColor: 'currentColor',
      symbolFillColor: 'transparent',
    },
  };
  const marks = decades(values.map(({ seconds }) => seconds));
  const panel = (text: string, field: 'seconds' | 'speedUp', yTitle: string) => {
    const y = {
      field,
      type: 'quantitative' as const,
      title: yTitle,
      // a speed-up is read against ranks, in powers of two; seconds are read as people read seconds
      scale:
        field === 'speedUp'
          ? { type: 'log' as const, base: 2, nice: true }
          : { type: 'log' as const, base: 10, domain: [marks[0]!, marks.at(-1)!] },
      axis: {
        ...(field === 'seconds' ? { values: marks } : {}),
        labelExpr: "datum.value >= 1 ? format(datum.value, ',.0f') : format(datum.value, '.2~r')",
      },
    };
    const encoding = { x: horizontal, y, color };
    return {
      width: 330,
      height: 280,
      title: { text, fontSize: 12, fontWeight: 'normal' as const },
      layer: [
        ...(field === 'speedUp' ? [ideal(ranks, horizontal, y)] : []),
        {
          transform: [{ filter: "datum.kind === 'simulated'" }],
          mark: { type: 'line' as const, strokeWidth: 2 },
          encoding,
        },
        {
          transform: [{ filter: "datum.kind === 'measured'" }],
          mark: { type: 'point' as const, size: 60, strokeWidth: 2, fill: 'transparent' },
          encoding: { ...encoding, shape },
        },
      ],
    };
  };
  return drawSvg(
    {
      title,
      data: { values },
      spacing: 40,
      resolve: { legend: { shape: 'shared' } },
      hconcat: [
        panel('Training time', 'seconds', 'seconds per epoch'),
        panel('Speed-up (dashed: ideal)', 'speedUp', 'against one rank'),
      ],
    },
    options,
  );
}

function ideal(ranks: readonly number[], x: object, y: object) {
  const values = [ranks[0] ?? 1, ranks.at(-1) ?? 1].map((one) => ({ ranks: one, speedUp: one }));
  return { data: { values }, mark: { type: 'line' as const, ...guide }, encoding: { x, y } };
}

/** At most nine ticks: those at the ends among them. */
function thinned(ranks: readonly number[]): number[] {
  const stride = Math.ceil((ranks.length - 1) / 8) || 1;
  const last = ranks.length - 1;
  return ranks.filter((_, i) => (last - i) % stride === 0 || i === 0);
}

/** Ticks of a time: powers of ten, and what lies between them where there are few. */
function decades(seconds: readonly number[]): number[] {
  const [least, most] = [Math.min(...seconds), Math.max(...seconds)];
  const [low, high] = [least, most].map((one) => Math.floor(Math.log10(one)));
  const powers = Array.from({ length: high! - low! + 2 }, (_, i) => low! + i);
  const within = powers.length > 4 ? [1] : [1, 2, 5];
  const marks = powers.flatMap((power) => within.map((factor) => Number(`${factor}e${power}`)));
  const first = marks.findLastIndex((mark) => mark <= least);
  const last = marks.findIndex((mark) => mark >= most);
  // of one time alone both would be the same
  return marks.slice(Math.max(0, first), Math.max(last, first + 1) + 1);
}
