import type { Prediction } from '../scaling/model.ts';
import { type Chart, type Curve, legend, lineChart } from './line-chart.ts';

/** A network: what was simulated, and what was measured. */
export interface ScalingSeries {
  readonly name: string;
  /** seconds that the epoch takes on one rank */
  readonly epochSeconds: number;
  readonly simulated: readonly Pick<Prediction, 'ranks' | 'speedUp'>[];
  readonly measured: readonly Pick<Prediction, 'ranks' | 'speedUp'>[];
}

/** Okabe and Ito's colours, told apart by everybody. */
const colors = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];
const grey = '#8c959f';

/** Training time and speed-up against ranks, side by side, as a stand-alone SVG. */
export function scalingFigure(title: string, series: readonly ScalingSeries[]): string {
  const colored = series.map((one, i) => ({ ...one, color: colors[i % colors.length] }));
  const curvesOf = (value: (one: ScalingSeries, speedUp: number) => number): Curve[] =>
    colored.flatMap((one) =>
      (['simulated', 'measured'] as const).map((kind): Curve => {
        const points = one[kind].map(({ ranks, speedUp }) => ({ x: ranks, y: value(one, speedUp) }));
        return { points, color: one.color, style: kind === 'simulated' ? 'line' : 'marks' };
      }),
    );
  const ranks = [...new Set(series.flatMap(({ simulated }) => simulated.map((one) => one.ranks)))];
  const ideal: Curve = { points: ranks.map((x) => ({ x, y: x })), color: grey, style: 'dashed' };
  const time: Chart = {
    title: 'Training time',
    xLabel: 'ranks',
    yLabel: 'seconds per epoch',
    curves: curvesOf(({ epochSeconds }, speedUp) => epochSeconds / speedUp),
  };
  const speed: Chart = {
    title: 'Speed-up',
    xLabel: 'ranks',
    yLabel: 'examples per second, against one rank',
    curves: [ideal, ...curvesOf((_, speedUp) => speedUp)],
  };
  const entries = [
    ...colored.flatMap(({ name, color, measured }) => [
      { name: `${name}, simulated`, color, style: 'line' as const },
      ...(measured.length > 0 ? [{ name: `${name}, measured`, color, style: 'marks' as const }] : []),
    ]),
    { name: 'ideal speed-up', color: grey, style: 'dashed' as const },
  ];
  const columns = [0, 1].map((column) => entries.filter((_, i) => i % 2 === column));
  const height = 410 + 20 * columns[0].length;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 ${height}" width="900" height="${height}" ` +
      'font-family="Helvetica, Arial, sans-serif" font-size="12">',
    `<title>${title.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</title>`,
    `<rect width="900" height="${height}" fill="#fff"/>`,
    lineChart(time, { left: 90, top: 50, width: 330, height: 280 }),
    lineChart(speed, { left: 540, top: 50, width: 330, height: 280 }),
    ...columns.map((column, i) => legend(column, i === 0 ? 90 : 540, 405)),
    '</svg>\n',
  ].join('\n');
}
