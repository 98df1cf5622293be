import { drawSvg, type FigureOptions, palette } from './draw.ts';

/** How often each class was taken for each. */
export interface Confusion {
  readonly classes: readonly string[];
  /** [true class, predicted class, how often] */
  readonly cells: readonly (readonly [truth: number, predicted: number, count: number])[];
}

/** More are no figure that can be read. */
export const mostClasses = 20;

/**
 * A row for each true class, a column for each predicted one, with how many examples there are in each cell. What is right
 * is blue, what is wrong orange, the more so the larger its share of the row is; wrong ones by their largest.
 */
export function confusionFigure({ classes, cells }: Confusion, options: FigureOptions = {}): Promise<string> {
  const totals = classes.map((_, truth) => cells.reduce((sum, [row, , n]) => sum + (row === truth ? n : 0), 0));
  const shareOf = (truth: number, count: number) => count / totals[truth]!;
  const worst = Math.max(...cells.map(([truth, predicted, n]) => (truth === predicted ? 0 : shareOf(truth, n))));
  const values = cells.map(([truth, predicted, n]) => {
    const isRight = truth === predicted;
    const share = shareOf(truth, n);
    return {
      ...{ truth: classes[truth], predicted: classes[predicted], count: n, kind: isRight ? 'right' : 'wrong' },
      strength: isRight ? 0.15 + 0.4 * share : 0.08 + (0.62 * share) / worst,
    };
  });
  const size = classes.length <= 12 ? 38 : 30;
  const axis = { domain: false, ticks: false, grid: false, labelLimit: 160 };
  const scale = { domain: [...classes], padding: 0.06 };
  const nominal = { type: 'nominal' as const, scale };
  const labelAngle = classes.some((name) => name.length > 4) ? -60 : 0;
  const x = { ...nominal, field: 'predicted', title: 'predicted class', axis: { ...axis, labelAngle } };
  const y = { ...nominal, field: 'truth', title: 'true class', axis };
  return drawSvg(
    {
      data: { values },
      width: { step: size },
      height: { step: Math.min(size, 30) },
      encoding: { x, y },
      layer: [
        {
          mark: { type: 'rect', cornerRadius: 2 },
          encoding: {
            color: {
              ...{ field: 'kind', type: 'nominal', title: null },
              scale: { domain: ['right', 'wrong'], range: [palette[0], palette[1]] },
              legend: { orient: 'bottom', direction: 'horizontal', symbolType: 'square', symbolStrokeWidth: 0 },
            },
            opacity: { field: 'strength', type: 'quantitative', scale: null, legend: null },
          },
        },
        {
          mark: { type: 'text', fontSize: classes.length <= 12 ? 12 : 10, color: 'currentColor' },
          encoding: { text: { field: 'count', type: 'quantitative' } },
        },
      ],
    },
    options,
  );
}
