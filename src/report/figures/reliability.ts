import { drawSvg, type FigureOptions, guide, palette } from './draw.ts';

/** The examples whose most probable class has a probability in one bin. */
export interface ReliabilityPoint {
  readonly count: number;
  readonly confidence: number;
  readonly accuracy: number;
}

/**
 * Reliability diagram: accuracy against confidence, the diagonal for perfect calibration, bars of two standard errors; on
 * the right how many examples stand behind each point.
 */
export function reliabilityFigure(bins: readonly ReliabilityPoint[], options: FigureOptions = {}): Promise<string> {
  const values = bins
    .filter(({ count }) => count > 0)
    .map(({ count, confidence, accuracy }) => {
      const error = 2 * Math.sqrt((accuracy * (1 - accuracy)) / count);
      return { count, confidence, accuracy, low: Math.max(0, accuracy - error), high: Math.min(1, accuracy + error) };
    });
  const x = { field: 'confidence', type: 'quantitative' as const, title: 'predicted probability' };
  const unit = { domain: [0, 1] };
  const y = { type: 'quantitative' as const, title: 'share that is right', scale: unit };
  return drawSvg(
    {
      spacing: 40,
      hconcat: [
        {
          width: 280,
          height: 240,
          title: { text: 'Reliability', fontSize: 12, fontWeight: 'normal' },
          layer: [
            {
              data: { values: [0, 1].map((at) => ({ confidence: at, accuracy: at })) },
              mark: { type: 'line', ...guide },
              encoding: { x: { ...x, scale: unit }, y: { ...y, field: 'accuracy' } },
            },
            {
              data: { values },
              mark: { type: 'rule', stroke: palette[0], strokeWidth: 1.5 },
              encoding: { x: { ...x, scale: unit }, y: { ...y, field: 'low' }, y2: { field: 'high' } },
            },
            {
              data: { values },
              mark: { type: 'line', stroke: palette[0], strokeWidth: 2, point: { fill: palette[0], size: 30 } },
              encoding: { x: { ...x, scale: unit }, y: { ...y, field: 'accuracy' } },
            },
          ],
        },
        {
          width: 280,
          height: 240,
          title: { text: 'Examples behind each point', fontSize: 12, fontWeight: 'normal' },
          data: { values },
          mark: { type: 'bar', fill: palette[0], width: 14 },
          encoding: {
            x: { ...x, scale: unit },
            y: {
              field: 'count',
              type: 'quantitative',
              title: 'examples',
              scale: { type: 'symlog' },
              axis: { values: [0, 1, 10, 100, 1000, 10_000, 100_000] },
            },
          },
        },
      ],
    },
    options,
  );
}
