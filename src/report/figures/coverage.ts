import { binomialBand } from './binomial.ts';
import { drawSvg, type FigureOptions, guide, palette } from './draw.ts';

/** How honest predicted intervals and standard deviations are. */
export interface CoverageOptions extends FigureOptions {
  /** rows behind the shares of `coverage` */
  readonly count: number;
  readonly levels: readonly number[];
  /** share of the rows within the central interval of each level */
  readonly coverage: readonly number[];
  /** (true - predicted) / predicted standard deviation, of some rows; none where the deviation is infinite */
  readonly standardised: readonly number[];
}

const titleFont = { fontSize: 12, fontWeight: 'normal' as const };
const unit = { domain: [0, 1] };
/** What is further out stands at the edge. */
export const furthest = 5;
const width = 0.5;

/** On the left coverage against the level, with the band of a calibrated prediction; on the right standardised residuals. */
export function coverageFigure(given: CoverageOptions): Promise<string> {
  const { standardised, ...options } = given;
  const panels = standardised.length === 0 ? [coverage(given)] : [coverage(given), residuals(given)];
  return drawSvg({ spacing: 40, hconcat: panels }, options);
}

function coverage({ count, levels, coverage: shares }: CoverageOptions) {
  const band = levels.map((level) => {
    const [low, high] = binomialBand(count, level);
    return { level, low, high };
  });
  const ends = [0, 1].map((end) => ({ level: end, low: end, high: end, share: end }));
  const quantitative = { type: 'quantitative' as const, scale: unit };
  const percent = { format: '.0%' };
  const x = { ...quantitative, field: 'level', title: 'level of the central interval', axis: percent };
  const y = { ...quantitative, title: 'share of the rows in it', axis: percent };
  return {
    width: 275,
    height: 260,
    title: { text: 'Coverage', ...titleFont },
    layer: [
      {
        data: { values: [ends[0]!, ...band, ends[1]!] },
        mark: { type: 'area' as const, fill: guide.stroke, opacity: 0.22 },
        encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' } },
      },
      {
        data: { values: ends },
        mark: { type: 'line' as const, ...guide },
        encoding: { x, y: { ...y, field: 'share' } },
      },
      {
        data: { values: levels.map((level, i) => ({ level, share: shares[i]! })) },
        mark: { type: 'line' as const, stroke: palette[0], strokeWidth: 2, point: { fill: palette[0], size: 30 } },
        encoding: { x, y: { ...y, field: 'share' } },
      },
    ],
  };
}

/** Densities, so that bars and curve have one area. */
function residuals({ standardised }: CoverageOptions) {
  const bars = histogram(standardised);
  const last = Math.max(4, ...bars.map(({ from, to }) => Math.max(-from, to)));
  const curve = Array.from({ length: 161 }, (_, i) => {
    const z = last * (i / 80 - 1);
    return { z, density: Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI) };
  });
  const scale = { domain: [-last, last] };
  const whole = Math.floor(last);
  const axis = { values: Array.from({ length: 2 * whole + 1 }, (_, i) => i - whole), format: 'd', grid: false };
  const x = { type: 'quantitative' as const, title: 'residual / predicted standard deviation', scale, axis };
  const y = { field: 'density', type: 'quantitative' as const, title: 'density' };
  return {
    width: 275,
    height: 260,
    title: { text: 'Standardised residuals', ...titleFont },
    layer: [
      {
        data: { values: bars },
        mark: { type: 'bar' as const, fill: palette[0], opacity: 0.55, binSpacing: 1 },
        encoding: { x: { ...x, field: 'from', bin: { binned: true, step: width } }, x2: { field: 'to' }, y },
      },
      {
        data: { values: curve },
        mark: { type: 'line' as const, stroke: palette[1], strokeWidth: 2 },
        encoding: { x: { ...x, field: 'z' }, y },
      },
    ],
  };
}

/** Bars of equal width whose areas add up to 1; what is beyond the furthest edge counts to the last bar. */
export function histogram(
  values: readonly number[],
): { readonly from: number; readonly to: number; readonly density: number }[] {
  const counts = new Map<number, number>();
  for (const value of values) {
    const bin = Math.floor(Math.min(furthest - width / 2, Math.max(-furthest, value)) / width);
    counts.set(bin, (counts.get(bin) ?? 0) + 1);
  }
  return [...counts]
    .toSorted(([a], [b]) => a - b)
    .map(([bin, count]) => ({
      from: bin * width,
      to: (bin + 1) * width,
      density: count / values.length / width,
    }));
}
