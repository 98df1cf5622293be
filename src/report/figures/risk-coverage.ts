import { drawSvg, type FigureOptions, guide, palette } from './draw.ts';

export interface RiskPoint {
  /** share of the examples that are kept, the most certain ones */
  readonly coverage: number;
  /** their mean loss */
  readonly risk: number;
  /** that of as many in the best order, by the loss itself */
  readonly best: number;
}

/**
 * What is lost where the least certain examples are left to somebody else: the run's own order, the best one, and none.
 * @param risk what the loss is called
 * @param isShare whether it is a share of wrong ones
 */
export function riskCoverageFigure(
  curve: readonly RiskPoint[],
  { risk, isShare, ...options }: FigureOptions & { readonly risk: string; readonly isShare: boolean },
): Promise<string> {
  const kinds = ["the run's order", 'the best order', 'any order'];
  const all = curve.at(-1)!.risk;
  const values = curve.flatMap(({ coverage, risk: own, best }) => [
    { coverage, risk: own, kind: kinds[0] },
    { coverage, risk: best, kind: kinds[1] },
    { coverage, risk: all, kind: kinds[2] },
  ]);
  return drawSvg(
    {
      ...{ data: { values }, width: 480, height: 260 },
      mark: { type: 'line', strokeWidth: 2 },
      encoding: {
        x: {
          ...{ field: 'coverage', type: 'quantitative', title: 'share of the examples that is kept, the most certain' },
          axis: { format: '.0%' },
          scale: { domain: [0, 1] },
        },
        y: {
          ...{ field: 'risk', type: 'quantitative', title: risk },
          axis: isShare ? { format: '.2~%' } : {},
        },
        color: {
          ...{ field: 'kind', type: 'nominal', title: null },
          scale: { domain: kinds, range: [palette[0], palette[2], guide.stroke] },
          legend: { orient: 'bottom', direction: 'horizontal', symbolSize: 300 },
        },
        strokeDash: {
          ...{ field: 'kind', type: 'nominal', title: null },
          scale: {
            domain: kinds,
            range: [
              [1, 0],
              [2, 2],
              [5, 4],
            ],
          },
        },
      },
    },
    options,
  );
}
