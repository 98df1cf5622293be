import { ShapeError } from '../../errors/index.ts';
import { assertDrawing } from '../drawing.ts';
import { drawSvg, type FigureOptions, type FigureSpec, palette, ticks } from './draw.ts';

type Numbers = ArrayLike<number>;

/** Points, or a line through points, in the order in which they are given. `x` and `y` are of one length. */
export interface PlotSeries {
  /** in the legend; those of one name have one colour */
  readonly name: string;
  readonly x: Numbers;
  readonly y: Numbers;
}

export interface PlotLine extends PlotSeries {
  readonly dashed?: boolean;
}

/** What lies between two curves over the same x. */
export interface PlotBand {
  readonly name: string;
  readonly x: Numbers;
  readonly low: Numbers;
  readonly high: Numbers;
}

/** One diagram. Axes are as long as the data ask for, and linear, unless they say otherwise. */
export interface PlotPanel {
  readonly title?: string;
  readonly x: string | PlotAxis;
  readonly y: string | PlotAxis;
  readonly bands?: readonly PlotBand[];
  readonly lines?: readonly PlotLine[];
  readonly points?: readonly PlotSeries[];
  /** pixels of the plane between the axes; 330 x 240 unless given */
  readonly width?: number;
  readonly height?: number;
}

export interface PlotAxis {
  readonly title: string;
  readonly scale?: 'linear' | 'log';
  readonly domain?: readonly [number, number];
}

/** Diagrams in one row before the next one begins. */
const columns = 2;

/**
 * Bands, lines and points over one pair of axes, or several such diagrams side by side: for what has no figure of its own.
 *
 * ```ts
 * const svg = await plot({ x: 'x', y: 'y', bands: [{ name: '90 %', x, low, high }], lines: [{ name: 'mean', x, y: mean }] });
 * ```
 * @returns a whole SVG document
 * @throws UnavailableError with the command that installs what draws, where it is missing
 * @throws ShapeError where the numbers of a series are not of one length
 */
export function plot(panels: PlotPanel | readonly PlotPanel[], options: FigureOptions = {}): Promise<string> {
  const all = 'x' in panels ? [panels] : panels;
  const names = [...new Set(all.flatMap(namesOf))];
  // what stands below the diagram before is not told again
  let last = '';
  const concat = all.map((panel) => {
    const own = [...new Set(namesOf(panel))];
    const isTold = own.length === 1 || own.toSorted().join('\n') === last;
    last = own.toSorted().join('\n');
    return panelOf(panel, names, isTold ? null : own);
  });
  return figure({ columns, spacing: 40, resolve: { scale: { color: 'independent' } }, concat }, options);
}

/**
 * Draws a specification of Vega-Lite (vega.github.io/vega-lite) in the colours and letters of all figures here, without a
 * browser.
 * @returns a whole SVG document
 * @throws UnavailableError with the command that installs what draws, where it is missing
 */
export async function figure(spec: FigureSpec, options: FigureOptions = {}): Promise<string> {
  assertDrawing('a figure', 'svg');
  return drawSvg(spec, options);
}

function namesOf({ lines = [], points = [], bands = [] }: PlotPanel): string[] {
  return [...lines, ...points, ...bands].map(({ name }) => name);
}

/** @param told names below the diagram; null: none */
function panelOf(panel: PlotPanel, names: readonly string[], told: readonly string[] | null) {
  const { title, bands = [], lines = [], points = [], width = 330, height = 240 } = panel;
  const [x, y] = [axisOf('x', panel.x), axisOf('y', panel.y)];
  const common = { orient: 'bottom' as const, columns: 3, symbolType: 'circle', symbolOpacity: 1 };
  const legend = told && { ...common, values: [...told] };
  const color = {
    ...{ field: 'name', type: 'nominal' as const, title: null, legend },
    scale: { domain: [...names], range: [...palette] },
  };
  const layer = [
    ...bands.map((band) => ({
      data: { values: rowsOf(band.name, { x: band.x, y: band.low, high: band.high }) },
      mark: { type: 'area' as const, opacity: 0.22, clip: true },
      encoding: { x, y, y2: { field: 'high' }, color },
    })),
    ...lines.map(({ name, dashed = false, ...places }) => ({
      data: { values: rowsOf(name, places) },
      mark: { type: 'line' as const, strokeWidth: 2, clip: true, ...(dashed && { strokeDash: [5, 4] }) },
      encoding: { x, y, color, order: { field: 'place', type: 'quantitative' as const } },
    })),
    ...points.map(({ name, ...places }) => ({
      data: { values: rowsOf(name, places) },
      mark: { type: 'point' as const, filled: true, size: 30, opacity: 0.7, clip: true },
      encoding: { x, y, color },
    })),
  ];
  const heading = title === undefined ? {} : { title: { text: title, fontSize: 12, fontWeight: 'normal' as const } };
  return { width, height, ...heading, layer };
}

function axisOf(field: 'x' | 'y', given: string | PlotAxis) {
  const { title, scale: type = 'linear', domain } = typeof given === 'string' ? { title: given } : given;
  // a curve over powers of ten ends where its points do, with room for these
  const isShort = domain === undefined && type === 'log' && field === 'x';
  const extent = domain
    ? { domain: [...domain], nice: false }
    : isShort
      ? { nice: false, padding: 8 }
      : { nice: type === 'linear' ? ticks : true };
  const scale = { type, zero: false, ...extent };
  return { field, type: 'quantitative' as const, title, scale, axis: { grid: type === 'linear' } };
}

/** A row for each place of the series. */
function rowsOf(name: string, numbers: Readonly<Record<string, Numbers>>): Record<string, string | number>[] {
  const lengths = Object.entries(numbers).map(([key, { length }]) => `${length} of ${key}`);
  const length = numbers['x']!.length;
  if (Object.values(numbers).some((own) => own.length !== length)) {
    throw new ShapeError(`series ${name} of a plot`, {
      got: lengths.join(', '),
      expected: 'as many numbers of each',
    });
  }
  return Array.from({ length }, (_, place) => ({
    ...{ name, place },
    ...Object.fromEntries(Object.entries(numbers).map(([key, own]) => [key, own[place]!])),
  }));
}
