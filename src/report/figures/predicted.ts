import { drawSvg, type FigureOptions, guide, palette, ticks } from './draw.ts';

/** Some rows of what was evaluated: arrays of one length, in the unit of the target. */
export interface PredictedRows {
  /** of the target */
  readonly name: string;
  readonly target: readonly number[];
  readonly mean: readonly number[];
  /** quantiles of the predictive distribution */
  readonly q05: readonly number[];
  readonly q95: readonly number[];
}

const titleFont = { fontSize: 12, fontWeight: 'normal' as const };

/** Inside of its interval, and outside: also by shape, for those who see no colours. */
const kinds = { domain: ['in its 90 % interval', 'outside'], range: [palette[0], palette[1]] };

/**
 * On the left the predicted number with its 90 % interval against the true one, the diagonal for a perfect prediction; on the
 * right what is missing to the true one against the prediction. Rows outside of their interval are drawn last.
 */
export function predictedFigure(rows: PredictedRows, options: FigureOptions = {}): Promise<string> {
  const { name, target, mean, q05, q95 } = rows;
  const places = spread(target, mean);
  const values = mean
    .map((predicted, i) => {
      const [truth, low, high] = [target[i]!, q05[i]!, q95[i]!];
      const kind = kinds.domain[truth >= low && truth <= high ? 0 : 1]!;
      return { kind, truth: places[i]!, predicted, low, high, residual: truth - predicted };
    })
    .toSorted((a, b) => kinds.domain.indexOf(a.kind) - kinds.domain.indexOf(b.kind));
  const ends = [Math.min(...target), Math.max(...target)];
  const color = { field: 'kind', type: 'nominal' as const, scale: kinds, title: null };
  const shape = { ...color, scale: { domain: kinds.domain, range: ['circle', 'diamond'] } };
  const legend = {
    orient: 'bottom' as const,
    direction: 'horizontal' as const,
    symbolType: 'circle',
    symbolOpacity: 1,
  };
  const points = { type: 'point' as const, filled: true, size: 16, opacity: 0.8 };
  // 2,000,000,000 has no room beside two panels, 2G has
  const isLarge = Math.max(...target.map(Math.abs), ...mean.map(Math.abs)) >= 1e7;
  const axis = { titleLimit: 480, ...(isLarge && { format: '~s' }) };
  const place = (field: string, title: string) => ({
    ...{ field, type: 'quantitative' as const, title, axis },
    scale: { zero: false, nice: ticks },
  });
  const [x, predicted] = [place('truth', `true ${name}`), place('predicted', `predicted ${name}`)];
  const residual = place('residual', `residual of ${name}`);
  return drawSvg(
    {
      data: { values },
      spacing: 30,
      hconcat: [
        {
          width: 295,
          height: 300,
          title: { text: 'Predicted and true', ...titleFont },
          layer: [
            {
              mark: { type: 'rule', strokeWidth: 1, opacity: Math.max(0.15, Math.min(0.5, 60 / values.length)) },
              encoding: {
                x,
                y: { ...predicted, field: 'low' },
                y2: { field: 'high' },
                color: { ...color, legend: { ...legend } },
              },
            },
            {
              data: { values: ends.map((end) => ({ truth: end, predicted: end })) },
              mark: { type: 'line', ...guide, stroke: 'currentColor' },
              encoding: { x, y: predicted },
            },
            { mark: points, encoding: { x, y: predicted, color: { ...color, legend }, shape: { ...shape, legend } } },
          ],
        },
        {
          width: 265,
          height: 300,
          title: { text: 'True minus predicted', ...titleFont },
          layer: [
            { data: { values: [{ residual: 0 }] }, mark: { type: 'rule', ...guide }, encoding: { y: residual } },
            {
              mark: points,
              encoding: {
                x: place('predicted', `predicted ${name}`),
                y: residual,
                color: { ...color, legend: null },
                shape: { ...shape, legend: null },
              },
            },
          ],
        },
      ],
    },
    options,
  );
}

/** Whether true numbers come so often, as counts do, that their rows would hide each other. */
export function areSpread(target: readonly number[]): boolean {
  return target.length > 3 * new Set(target).size;
}

/** Where rows stand along the axis of true numbers: those of one number beside each other, in the order of `by`. */
export function spread(target: readonly number[], by: readonly number[]): readonly number[] {
  if (!areSpread(target)) return target;
  const distinct = [...new Set(target)].toSorted((a, b) => a - b);
  const gaps = distinct.slice(1).map((value, i) => value - distinct[i]!);
  const gap = gaps.length === 0 ? 1 : Math.min(...gaps);
  const places = [...target];
  for (const value of distinct) {
    const same = target.flatMap((truth, i) => (truth === value ? [i] : [])).toSorted((a, b) => by[a]! - by[b]!);
    for (const [order, i] of same.entries()) places[i] = value + 0.7 * gap * ((order + 0.5) / same.length - 0.5);
  }
  return places;
}
