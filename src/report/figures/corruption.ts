import { drawSvg, type FigureOptions, palette } from './draw.ts';

export interface CorruptionPoint {
  /** none: as they are */
  readonly kind: string;
  /** 0 to 5 */
  readonly severity: number;
  readonly figures: Readonly<Record<string, number>>;
  readonly uncertainty: number;
}

/** On the left how good predictions still are, on the right how uncertain they say they are, against the severity. */
export function corruptionFigure(points: readonly CorruptionPoint[], options: FigureOptions = {}): Promise<string> {
  const areClasses = points.some(({ figures }) => figures['accuracy'] !== undefined);
  const kinds = [...new Set(points.map(({ kind }) => kind))].filter((kind) => kind !== 'none');
  const clean = points.find(({ kind }) => kind === 'none');
  const values = kinds.flatMap((kind) =>
    [...(clean ? [clean] : []), ...points.filter((one) => one.kind === kind)].map(
      ({ severity, figures, uncertainty }) => ({
        ...{ kind, severity, uncertainty },
        quality: figures[areClasses ? 'accuracy' : 'rmse'] ?? null,
      }),
    ),
  );
  const panel = (field: string, title: string, isShare: boolean) => ({
    ...{ width: 290, height: 230 },
    mark: { type: 'line' as const, strokeWidth: 2, point: { filled: true, size: 40 } },
    encoding: {
      x: {
        ...{ field: 'severity', type: 'quantitative' as const, title: 'severity, 0: as they are' },
        axis: { values: [0, 1, 2, 3, 4, 5], format: 'd', grid: false },
      },
      y: {
        ...{ field, type: 'quantitative' as const, title },
        ...(isShare ? { scale: { domain: [0, 1] }, axis: { format: '.0%' } } : {}),
      },
      color: {
        ...{ field: 'kind', type: 'nominal' as const, title: null },
        scale: { domain: kinds, range: palette.slice(0, kinds.length) },
        legend: { orient: 'bottom' as const, direction: 'horizontal' as const },
      },
      shape: { field: 'kind', type: 'nominal' as const, title: null, scale: { domain: kinds }, legend: null },
    },
  });
  return drawSvg(
    {
      ...{ data: { values }, spacing: 40 },
      hconcat: areClasses
        ? [panel('quality', 'accuracy', true), panel('uncertainty', 'mean predictive entropy, nats', false)]
        : [panel('quality', 'RMSE', false), panel('uncertainty', 'mean standard deviation', false)],
    },
    options,
  );
}
