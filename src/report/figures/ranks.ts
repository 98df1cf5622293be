import type { RankRecord } from '../run/rank-speeds.ts';
import { drawSvg, type FigureOptions, palette, ticks } from './draw.ts';

/** Of more ranks the slowest, the median and the fastest at each moment are drawn. */
const mostLines = palette.length;

/** More than this is noise on a screen. */
const mostPoints = 100;

/**
 * Throughput of each rank, and how much of a step it computes, against the step: means over stretches of equal length.
 * @param records in the order of their steps, all of as many ranks
 */
export function ranksFigure(records: readonly RankRecord[], options: FigureOptions = {}): Promise<string> {
  const count = records[0]?.busy.length ?? 0;
  const isEach = count <= mostLines;
  const names = isEach ? Array.from({ length: count }, (_, rank) => `rank ${rank}`) : ['slowest', 'median', 'fastest'];
  const shown = (values: readonly number[]) => (isEach ? values : spread(values));
  const values = thinned(records).flatMap(({ step, samplesPerSecond, busy }) => {
    const [speeds, shares] = [shown(samplesPerSecond), shown(busy)];
    return names.map((name, i) => ({ step, name, samplesPerSecond: speeds[i]!, busy: shares[i]! }));
  });
  const panel = (field: 'samplesPerSecond' | 'busy', heading: string, title: string) => ({
    title: { text: heading, fontSize: 12, fontWeight: 'normal' as const },
    width: 300,
    height: 180,
    mark: { type: 'line' as const, strokeWidth: 1.8 },
    encoding: {
      x: { field: 'step', type: 'quantitative' as const, title: 'step' },
      y: {
        ...{ field, type: 'quantitative' as const, title },
        ...(field === 'busy'
          ? { scale: { domain: [0, 1] }, axis: { format: '.0%' } }
          : { scale: { zero: true, nice: ticks } }),
      },
      color: {
        field: 'name',
        type: 'nominal' as const,
        scale: { domain: names, range: [...palette] },
        title: null,
        legend: { orient: 'bottom' as const, columns: 4, symbolType: 'stroke' as const },
      },
    },
  });
  return drawSvg(
    {
      data: { values },
      spacing: 30,
      hconcat: [
        panel('samplesPerSecond', 'Throughput of each rank while it computes', 'samples/s'),
        panel('busy', 'Time in which it computes', 'share of a step'),
      ],
    },
    options,
  );
}

function spread(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  return [sorted[0]!, sorted[sorted.length >> 1]!, sorted.at(-1)!];
}

function thinned(records: readonly RankRecord[]): RankRecord[] {
  const length = Math.max(1, Math.ceil(records.length / mostPoints));
  return Array.from({ length: Math.ceil(records.length / length) }, (_, i) => {
    const part = records.slice(i * length, (i + 1) * length);
    const mean = (of: (record: RankRecord) => number) => part.reduce((sum, one) => sum + of(one), 0) / part.length;
    const byRank = (field: 'samplesPerSecond' | 'busy') =>
      part[0]!.busy.map((_, rank) => mean((one) => one[field][rank]!));
    return { step: mean(({ step }) => step), samplesPerSecond: byRank('samplesPerSecond'), busy: byRank('busy') };
  });
}
