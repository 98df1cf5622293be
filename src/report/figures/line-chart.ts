/** A line chart as a fragment of SVG: both axes by powers of two, as scaling is read. Lengths in pixels. */

export interface Curve {
  readonly points: readonly Point[];
  readonly color: string;
  readonly style: 'line' | 'dashed' | 'marks';
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Chart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly curves: readonly Curve[];
}

export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const ink = '#24292f';
const faint = '#d8dee4';

/** @param chart whose values are all positive */
export function lineChart({ title, xLabel, yLabel, curves }: Chart, { left, top, width, height }: Frame): string {
  const points = curves.flatMap((curve) => curve.points);
  const horizontal = axis(
    points.map(({ x }) => x),
    5,
  );
  const vertical = axis(
    points.map(({ y }) => y),
    8,
  );
  const x = (value: number) => round(left + width * horizontal.place(value));
  const y = (value: number) => round(top + height * (1 - vertical.place(value)));
  const bottom = top + height;
  const middle = top + height / 2;
  const grid = [
    ...vertical.ticks.map(
      (tick) =>
        `<line x1="${left}" y1="${y(tick)}" x2="${left + width}" y2="${y(tick)}" stroke="${faint}"/>` +
        text(left - 8, y(tick) + 4, label(tick), 'end'),
    ),
    ...horizontal.ticks.map(
      (tick) =>
        `<line x1="${x(tick)}" y1="${bottom}" x2="${x(tick)}" y2="${bottom + 5}" stroke="${ink}"/>` +
        text(x(tick), bottom + 20, label(tick), 'middle'),
    ),
  ];
  return [
    text(left, top - 14, title, 'start', 'font-weight="600" font-size="14"'),
    ...grid,
    `<line x1="${left}" y1="${bottom}" x2="${left + width}" y2="${bottom}" stroke="${ink}"/>`,
    text(left + width / 2, bottom + 42, xLabel, 'middle'),
    text(left - 62, middle, yLabel, 'middle', `transform="rotate(-90 ${left - 62} ${middle})"`),
    ...curves.map((curve) => draw(curve, x, y)),
  ].join('\n');
}

/** A line of legend for each name; `style` as that of the curve it explains. */
export function legend(
  entries: readonly { readonly name: string; readonly color: string; readonly style: Curve['style'] }[],
  left: number,
  top: number,
): string {
  return entries
    .map(({ name, color, style }, i) => {
      const y = top + 20 * i;
      const points = style === 'marks' ? [left + 12] : [left, left + 24];
      const curve = { points: points.map((x) => ({ x, y })), color, style };
      const drawn = draw(
        curve,
        (x) => x,
        (value) => value,
      );
      return drawn + text(left + 32, y + 4, name, 'start');
    })
    .join('\n');
}

function draw({ points, color, style }: Curve, x: (value: number) => number, y: (value: number) => number): string {
  if (style === 'marks') {
    const mark = (point: Point) =>
      `<circle cx="${x(point.x)}" cy="${y(point.y)}" r="4" fill="#fff" stroke="${color}" stroke-width="2"/>`;
    return points.map(mark).join('');
  }
  const path = points.map((point, i) => `${i === 0 ? 'M' : 'L'}${x(point.x)} ${y(point.y)}`).join(' ');
  const dash = style === 'dashed' ? ' stroke-dasharray="5 4"' : '';
  return `<path d="${path}" fill="none" stroke="${color}" stroke-width="2"${dash}/>`;
}

/** From the power of two at or below the least value to the one at or above the greatest; at most `most` + 1 ticks. */
function axis(values: readonly number[], most: number): { ticks: readonly number[]; place: (value: number) => number } {
  const first = Math.floor(Math.log2(Math.min(...values)) + 1e-9);
  const last = Math.max(first + 1, Math.ceil(Math.log2(Math.max(...values)) - 1e-9));
  const stride = Math.ceil((last - first) / most);
  const count = Math.floor((last - first) / stride) + 1;
  return {
    ticks: Array.from({ length: count }, (_, i) => 2 ** (first + i * stride)),
    place: (value) => (Math.log2(value) - first) / (last - first),
  };
}

function label(value: number): string {
  return value >= 1
    ? value.toLocaleString('en-US')
    : value >= 1 / 8
      ? String(value)
      : String(Number(value.toPrecision(2)));
}

function text(x: number, y: number, content: string, anchor: string, attributes = ''): string {
  const safe = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${ink}" ${attributes}>${safe}</text>`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
