import { drawSvg, type FigureOptions, guide, palette } from './draw.ts';
import { wilson } from './reliability.ts';

export interface GroupShare {
  readonly name: string;
  readonly count: number;
  readonly mean: number;
}

/** Of more groups the lowest are drawn. */
export const mostGroups = 30;

const mostLetters = 32;

/**
 * A share of each group with its interval of 95 %, and what it is held against as a dashed line.
 * @param by what the groups are of
 * @param title of the share
 * @param reference the share of all together, or the one it should be
 */
export function groupsFigure(
  groups: readonly GroupShare[],
  { by, title, reference, ...options }: FigureOptions & { by: string; title: string; reference: number },
): Promise<string> {
  const shown = groups.length <= mostGroups ? groups : lowest(groups);
  const values = shown.map(({ name, count, mean }) => {
    const [low, high] = wilson(mean, count);
    return { name: `${shortened(name)} (${count.toLocaleString('en-US')})`, mean, low, high };
  });
  const y = {
    ...{ field: 'name', type: 'nominal' as const, title: null, sort: null },
    axis: { labelLimit: 400, grid: false },
  };
  const x = {
    ...{ type: 'quantitative' as const, title, scale: { zero: false, nice: true } },
    axis: { format: '.1~%' },
  };
  return drawSvg(
    {
      ...{ data: { values }, width: 420, height: { step: 22 } },
      title: { text: `by ${by} (examples)`, fontSize: 12, fontWeight: 'normal' },
      layer: [
        {
          data: { values: [{ reference }] },
          mark: { type: 'rule', ...guide },
          encoding: { x: { ...x, field: 'reference' } },
        },
        {
          mark: { type: 'rule', stroke: palette[0], strokeWidth: 1.5 },
          encoding: { y, x: { ...x, field: 'low' }, x2: { field: 'high' } },
        },
        {
          mark: { type: 'point', filled: true, color: palette[0], size: 45 },
          encoding: { y, x: { ...x, field: 'mean' } },
        },
      ],
    },
    options,
  );
}

/** A name beside which its count has room. */
function shortened(name: string): string {
  return name.length <= mostLetters ? name : `${name.slice(0, mostLetters - 1)}…`;
}

function lowest(groups: readonly GroupShare[]): readonly GroupShare[] {
  return groups.toSorted((a, b) => a.mean - b.mean).slice(0, mostGroups);
}
