/** What runs tell of themselves on one pair of axes, a colour each. */
import { binomialBand } from './binomial.ts';
import { drawSvg, type FigureOptions, type FigureSpec, guide, palette } from './draw.ts';
import { type ReliabilityPoint, wilson } from './reliability.ts';

/** So many colours are told apart. */
export const mostCompared = palette.length;

interface Series<T> {
  /** of the run, as the legend has it */
  readonly name: string;
  readonly values: T;
}

const unit = { domain: [0, 1] };

function colorOf(names: readonly string[]) {
  return {
    field: 'name',
    type: 'nominal' as const,
    scale: { domain: [...names], range: [...palette] },
    title: null,
    legend: {
      orient: 'bottom' as const,
      columns: 1,
      symbolType: 'circle' as const,
      symbolOpacity: 1,
      labelLimit: 1000,
    },
  };
}

function diagonal(x: object, y: object) {
  const values = [0, 1].map((end) => ({ at: end, share: end }));
  return { data: { values }, mark: { type: 'line' as const, ...guide }, encoding: { x, y } };
}

type Layers = Extract<FigureSpec, { layer: unknown }>['layer'];

/** Layers on one pair of axes. */
function together(values: object[], layer: Layers, options: FigureOptions): Promise<string> {
  return drawSvg({ width: 420, height: 340, data: { values }, layer }, options);
}

/** Accuracy against confidence of each run, with intervals of 95 % (Wilson 1927); the diagonal is perfect calibration. */
export function comparedReliabilityFigure(
  runs: readonly Series<readonly ReliabilityPoint[]>[],
  options: FigureOptions = {},
): Promise<string> {
  const values = runs.flatMap(({ name, values: bins }) =>
    bins
      .filter(({ count }) => count > 0)
      .map(({ count, confidence, accuracy }) => {
        const [low, high] = wilson(accuracy, count);
        return { name, count, at: confidence, share: accuracy, low, high };
      }),
  );
  const x = { field: 'at', type: 'quantitative' as const, title: 'predicted probability', scale: unit };
  const y = { field: 'share', type: 'quantitative' as const, title: 'share that is right', scale: unit };
  const color = colorOf(runs.map(({ name }) => name));
  return together(
    values,
    [
      diagonal(x, y),
      {
        mark: { type: 'rule', strokeWidth: 1.5 },
        encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
      },
      { mark: { type: 'point', filled: true, size: 40 }, encoding: { x, y, color } },
    ],
    options,
  );
}

/** Shares of true numbers within the central interval of each level. */
export interface Coverage {
  readonly levels: readonly number[];
  readonly coverage: readonly number[];
  /** rows behind them */
  readonly count: number;
}

/** Coverage against the level of each run; grey what chance allows a calibrated prediction of the fewest rows. */
export function comparedCoverageFigure(
  runs: readonly Series<Coverage>[],
  options: FigureOptions = {},
): Promise<string> {
  const values = runs.flatMap(({ name, values: { levels, coverage } }) =>
    levels.map((level, i) => ({ name, at: level, share: coverage[i]! })),
  );
  const fewest = Math.min(...runs.map(({ values: { count } }) => count));
  const band = (runs[0]?.values.levels ?? []).map((level) => {
    const [low, high] = binomialBand(fewest, level);
    return { at: level, low, high };
  });
  const [first, last] = [0, 1].map((end) => ({ at: end, low: end, high: end }));
  const axis = { format: '.0%' };
  const x = {
    ...{ field: 'at', type: 'quantitative' as const, title: 'level of the central interval', scale: unit, axis },
  };
  const y = { field: 'share', type: 'quantitative' as const, title: 'share of the rows in it', scale: unit, axis };
  const color = colorOf(runs.map(({ name }) => name));
  return together(
    values,
    [
      {
        data: { values: [first!, ...band, last!] },
        mark: { type: 'area', fill: guide.stroke, opacity: 0.22 },
        encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' } },
      },
      diagonal(x, y),
      { mark: { type: 'line', strokeWidth: 1.5, point: { size: 30 } }, encoding: { x, y, color } },
    ],
    options,
  );
}
