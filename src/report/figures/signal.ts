import { drawSvg, type FigureOptions, palette } from './draw.ts';

/** A gravitational wave, as it is and as a detector hears it. */
export interface SignalPicture {
  readonly title: string;
  readonly samples: readonly {
    /** seconds after the merger */
    readonly time: number;
    /** 10^-21 */
    readonly strain: number;
    /** in standard deviations of the noise */
    readonly whitened: number;
  }[];
  readonly spectrum: readonly {
    /** Hz */
    readonly frequency: number;
    /** square root of the noise's power spectral density, 1/sqrt(Hz) */
    readonly noise: number;
    /** 2 sqrt(f) |h(f)|, 1/sqrt(Hz); 0 where there is none */
    readonly signal: number;
  }[];
}

const titleFont = { fontSize: 12, fontWeight: 'normal' as const };

/** On the left the strain in time and what is whitened of it; on the right the spectrum above that of the noise. */
export function signalFigure(picture: SignalPicture, options: FigureOptions = {}): Promise<string> {
  const { title, samples, spectrum } = picture;
  const line = (color: string, strokeWidth = 1.2) => ({ type: 'line' as const, stroke: color, strokeWidth });
  const inTime = (text: string, field: 'strain' | 'whitened', unit: string, color: string) => ({
    ...{ width: 460, height: 140, title: { text, ...titleFont }, mark: line(color) },
    data: { values: samples.map((sample) => ({ time: sample.time, [field]: sample[field] })) },
    encoding: {
      x: { field: 'time', type: 'quantitative' as const, title: 'seconds from the merger', scale: { nice: false } },
      y: { field, type: 'quantitative' as const, title: unit },
    },
  });
  const curves = [
    ...spectrum.map(({ frequency, noise }) => ({ frequency, density: noise, what: names[1] })),
    ...spectrum.map(({ frequency, signal }) => ({ frequency, density: signal, what: names[0] })),
  ];
  const largest = Math.max(...curves.map(({ density }) => density));
  // far below the noise there is nothing to see
  const least = Math.min(...spectrum.map(({ noise }) => noise)) / 30;
  return drawSvg(
    {
      title,
      spacing: 40,
      // or it stands outside of the panel
      resolve: { legend: { color: 'independent' } },
      hconcat: [
        {
          spacing: 24,
          vconcat: [
            inTime('Strain, from 20 Hz on', 'strain', 'h, 1e-21', palette[0]),
            inTime('Whitened by the noise of the design', 'whitened', 'standard deviations', palette[2]),
          ],
        },
        {
          ...{ width: 380, height: 360, title: { text: 'Spectrum', ...titleFont } },
          data: { values: curves.filter(({ density }) => density >= least) },
          mark: { type: 'line', strokeWidth: 2 },
          encoding: {
            x: {
              ...{ field: 'frequency', type: 'quantitative', title: 'Hz' },
              scale: { type: 'log', nice: false },
              axis: { values: [10, 20, 50, 100, 200, 500, 1000, 2000, 4000], format: 'd' },
            },
            y: {
              ...{ field: 'density', type: 'quantitative', title: '1 / sqrt(Hz)' },
              scale: { type: 'log', domain: [least, largest * 1.5], nice: false },
              axis: { format: '.0e' },
            },
            color: {
              ...{ field: 'what', type: 'nominal', title: null },
              scale: { domain: names, range: [palette[0], palette[6]] },
              legend: { orient: 'top-right', symbolType: 'stroke' },
            },
          },
        },
      ],
    },
    options,
  );
}

const names = ['signal, 2 sqrt(f) |h|', 'noise, sqrt(S)'];
