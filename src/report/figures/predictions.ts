/** Single predictions: the density of each class's probability over the draws, or the intervals of a number. */
import type { ClassPredictive, Predictive, RealPredictive } from '../../likelihoods/index.ts';
import { classVerdict, isStrange, unlike } from '../../calibration/index.ts';
import type { PredictionLabels } from '../predictions/labels.ts';
import { type DensityPoint, densityOf } from './density.ts';
import { drawSvg, type FigureOptions, palette } from './draw.ts';

/** More inputs are no figure that can be read. */
export const mostPlotted = 12;

/** So many of the draws, evenly over their order, give a density as all of them do. */
const mostDraws = 200;

/** Levels of quantiles that a figure needs: the draws themselves, in ascending order. */
export function quantilesOfPlot(draws: number): number[] {
  const count = Math.min(draws, mostDraws);
  return Array.from({ length: count }, (_, i) => (i + 0.5) / count);
}

export interface PlottedPredictions {
  /** with the quantiles of `quantilesOfPlot` */
  readonly predictive: Predictive;
  readonly labels: PredictionLabels;
}

export function predictionsFigure(
  { predictive, labels }: PlottedPredictions,
  options: FigureOptions = {},
): Promise<string> {
  return predictive.kind === 'classes'
    ? ofClasses(predictive, labels, options)
    : ofNumbers(predictive, labels, options);
}

/** Classes beyond these share no colour with others, and have as good as no probability. */
const mostClasses = palette.length - 1;

const dashed = [
  [1, 0],
  [6, 3],
  [2, 2],
];

/** A panel per input, a curve per class that some draw takes for possible. */
async function ofClasses(
  predictive: ClassPredictive,
  labels: PredictionLabels,
  options: FigureOptions,
): Promise<string> {
  const { classes, count, probabilities, quantiles } = predictive;
  const nameOf = (label: number) => labels.targets?.[label] ?? String(label);
  const drawn = new Set<string>();
  const panels = Array.from({ length: count }, (_, n) => {
    const possible = Array.from({ length: classes }, (_c, c) => c)
      .filter((c) => quantiles.at(-1)![n * classes + c]! > 0.05)
      .toSorted((a, b) => probabilities[n * classes + b]! - probabilities[n * classes + a]!)
      .slice(0, mostClasses);
    const curves = possible.map((c) => curveOf(quantiles, n * classes + c));
    for (const c of possible) drawn.add(nameOf(c));
    return {
      title: { text: shortened(labels.names[n]!), subtitle: saidOf(predictive, labels, n) },
      values: possible.flatMap((c, i) =>
        asHighAsItsPeak(curves[i]!).map(({ x, density }) => ({ class: nameOf(c), x, density })),
      ),
    };
  });
  const domain = [...drawn].toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const color = {
    field: 'class',
    type: 'nominal' as const,
    scale: { domain, range: domain.map((_, i) => palette[i % palette.length]!) },
    legend: { title: 'class', orient: 'bottom' as const, symbolType: 'stroke' as const, columns: 10 },
  };
  // beyond the colours those of one colour differ in their lines
  const dashes = domain.map((_, i) => dashed[Math.floor(i / palette.length) % dashed.length]!);
  const strokeDash = { ...color, scale: { domain, range: dashes } };
  const spec = panels.map(({ title, values }, n) => ({
    ...{ title, data: { values }, width: 300, height: 110 },
    layer: [
      { mark: { type: 'area' as const, fillOpacity: 0.25 }, encoding: { color } },
      { mark: { type: 'line' as const, strokeWidth: 2 }, encoding: { color, strokeDash } },
    ],
    encoding: {
      x: {
        ...{ field: 'x', type: 'quantitative' as const, scale: { domain: [0, 1] } },
        title: n >= panels.length - 2 ? `probability, over ${predictive.draws} draws of the weights` : null,
      },
      y: {
        ...{ field: 'density', type: 'quantitative' as const, stack: null, axis: null, scale: { domain: [0, 1.02] } },
      },
    },
  }));
  return drawSvg({ concat: spec, columns: Math.min(2, count), spacing: { row: 26, column: 36 } }, options);
}

/** A class that all draws agree on would hide the others. */
function asHighAsItsPeak(curve: readonly DensityPoint[]): DensityPoint[] {
  const highest = Math.max(...curve.map(({ density }) => density));
  return curve.map(({ x, density }) => ({ x, density: density / highest }));
}

/** Of draws that all say the same, a spike of the width of a cell. */
function curveOf(quantiles: readonly Float64Array[], place: number): DensityPoint[] {
  const draws = Float32Array.from(quantiles, (values) => values[place]!);
  const curve = densityOf(draws).filter(({ x }) => x >= 0 && x <= 1);
  if (curve.length > 1) return curve;
  const at = draws[0]!;
  return [at - 0.004, at, at + 0.004].map((x, i) => ({ x: Math.min(1, Math.max(0, x)), density: i === 1 ? 250 : 0 }));
}

function saidOf({ classes }: ClassPredictive, { calibrated = null, targets }: PredictionLabels, n: number): string {
  return (calibrated && classVerdict(calibrated, n, classes, (label) => targets?.[label] ?? String(label))) ?? '';
}

/** A row per input and target: the mean, half of the distribution, and from its 5 % to its 95 % quantile. */
async function ofNumbers(
  predictive: RealPredictive,
  labels: PredictionLabels,
  options: FigureOptions,
): Promise<string> {
  const { outputs, count, mean, levels, quantiles } = predictive;
  const nearest = (level: number) => {
    const distances = levels.map((own) => Math.abs(own - level));
    return quantiles[distances.indexOf(Math.min(...distances))]!;
  };
  const [q05, q25, q75, q95] = [0.05, 0.25, 0.75, 0.95].map(nearest);
  const rowOf = (n: number, output: number) => {
    const i = n * outputs + output;
    const strange = isStrange(labels.calibrated?.familiarity?.[n] ?? 1, labels.calibrated?.level ?? 1) ? unlike : '';
    return {
      input: shortened(labels.names[n]!),
      mean: mean[i],
      q05: q05![i],
      q25: q25![i],
      q75: q75![i],
      q95: q95![i],
      strange,
    };
  };
  const x = { type: 'quantitative' as const, scale: { zero: false } };
  const y = {
    field: 'input',
    type: 'nominal' as const,
    sort: null,
    title: null,
    axis: { grid: false, labelLimit: 220 },
  };
  const rule = (from: string, to: string, strokeWidth: number) => ({
    mark: { type: 'rule' as const, strokeWidth, color: palette[0], strokeCap: 'round' as const },
    encoding: { x: { ...x, field: from }, x2: { field: to } },
  });
  const panels = Array.from({ length: outputs }, (_, output) => ({
    data: { values: Array.from({ length: count }, (_n, n) => rowOf(n, output)) },
    ...{ width: 480, height: { step: 26 } },
    encoding: { y },
    layer: [
      rule('q05', 'q95', 2),
      rule('q25', 'q75', 7),
      {
        mark: { type: 'point' as const, filled: true, size: 50, color: palette[1] },
        encoding: {
          x: {
            ...x,
            field: 'mean',
            title: `${labels.targets?.[output] ?? 'prediction'}: mean, 50 % and 90 % of the distribution`,
          },
        },
      },
      {
        mark: { type: 'text' as const, align: 'left' as const, dx: 8, dy: -9, fontSize: 10, color: 'currentColor' },
        encoding: { x: { ...x, field: 'mean' }, text: { field: 'strange' } },
      },
    ],
  }));
  return drawSvg({ vconcat: panels }, options);
}

/** The end of a long path is what tells it from others. */
function shortened(name: string): string {
  return name.length <= 44 ? name : `...${name.slice(-41)}`;
}
