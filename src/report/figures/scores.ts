import { scoreTitles } from '../../evaluation/index.ts';
import { drawSvg, type FigureOptions, palette } from './draw.ts';

export interface ScoreBins {
  readonly name: string;
  /** ends of the range of the bins, of equal width */
  readonly from: number;
  readonly to: number;
  /** examples in each */
  readonly inside: readonly number[];
  readonly outside: readonly number[];
}

/**
 * How each score is distributed over the run's own test set and over other data, a panel each. The axis of the shares grows as
 * their root, so that a few examples among many are seen.
 * @param names of both, for the legend
 */
export function scoresFigure(
  scores: readonly ScoreBins[],
  { names, ...options }: FigureOptions & { readonly names: readonly [inside: string, outside: string] },
): Promise<string> {
  const titles: Readonly<Record<string, string>> = scoreTitles;
  const color = {
    ...{ field: 'kind', type: 'nominal' as const, title: null },
    scale: { domain: [...names], range: [palette[0], palette[1]] },
    legend: { orient: 'bottom' as const, direction: 'horizontal' as const, symbolType: 'square' },
  };
  const panel = ({ name, from, to, inside, outside }: ScoreBins, p: number) => {
    const values = [inside, outside].flatMap((counts, k) => {
      const all = counts.reduce((sum, count) => sum + count, 0);
      const width = (to - from) / counts.length;
      const shares = counts.map((count, b) => ({ kind: names[k]!, at: from + b * width, share: count / all }));
      return [...shares, { kind: names[k]!, at: to, share: counts.at(-1)! / all }];
    });
    return {
      ...{ data: { values }, width: 330, height: 200 },
      mark: {
        ...{ type: 'area' as const, interpolate: 'step-after' as const, opacity: 0.35 },
        line: { strokeWidth: 1.5, opacity: 1 },
      },
      encoding: {
        x: {
          ...{ field: 'at', type: 'quantitative' as const, title: titles[name] ?? name },
          axis: { tickCount: 3, grid: false },
          scale: { domain: [from, to], nice: false },
        },
        y: {
          ...{
            field: 'share',
            type: 'quantitative' as const,
            title: p % 2 === 0 ? 'share of the examples' : null,
            stack: null,
          },
          scale: { type: 'sqrt' as const },
          axis: { values: [0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1], format: '.0%' },
        },
        color,
      },
    };
  };
  return drawSvg({ columns: 2, spacing: 30, concat: scores.map(panel) }, options);
}
