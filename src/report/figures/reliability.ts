import { drawSvg, type FigureOptions, guide, palette } from './draw.ts';

/** The examples whose most probable class has a probability in one bin. */
export interface ReliabilityPoint {
  readonly count: number;
  readonly confidence: number;
  readonly accuracy: number;
}

/** Standard normal: 2.5 % above. */
const z = 1.959964;

/** Interval of 95 % of a share that was `share` in `count` trials (Wilson 1927): also where none or all succeeded. */
export function wilson(share: number, count: number): readonly [low: number, high: number] {
  const centre = share + (z * z) / (2 * count);
  const half = z * Math.sqrt((share * (1 - share)) / count + (z * z) / (4 * count * count));
  const whole = 1 + (z * z) / count;
  return [Math.max(0, (centre - half) / whole), Math.min(1, (centre + half) / whole)];
}

/**
 * Reliability diagram: accuracy against confidence, the diagonal for perfect calibration, intervals of 95 %; on the right
 * how many examples stand behind each point. No line joins the points: between bins of few there is nothing.
 */
export function reliabilityFigure(bins: readonly ReliabilityPoint[], options: FigureOptions = {}): Promise<string> {
  const values = bins
    .filter(({ count }) => count > 0)
    .map(({ count, confidence, accuracy }) => {
      const [low, high] = wilson(accuracy, count);
      return { count, confidence, accuracy, low, high };
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
              mark: { type: 'point', filled: true, color: palette[0], size: 40 },
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
