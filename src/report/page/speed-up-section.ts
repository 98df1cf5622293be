import { type ScalingSeries, scalingFigure } from '../figures/scaling.ts';
import { type FittedScaling, type Machine, type MeasuredScaling, type Scaling, fitScaling } from '../scaling/index.ts';
import type { RunSeries } from '../run/speed-up.ts';
import type { Album } from './album.ts';
import { escape, list, table } from './html.ts';

export interface SpeedUpOptions {
  /** what the simulated curves assume, by its name */
  readonly machine: { readonly name: string; readonly value: Machine };
  /** numbers in the gradient of a model that is known by name, where nothing else says */
  readonly elementsOf: (model: string) => number;
}

/** A series of points with its curve; also what --json says of it. */
export interface SpeedUp {
  readonly name: string;
  readonly scaling: Scaling;
  /** null where nothing was measured on one rank: then there is nothing to fit a model to */
  readonly fit: FittedScaling | null;
  readonly epochSeconds: number;
  readonly measured: readonly { readonly ranks: number; readonly speedUp: number }[];
}

/** Of an epoch, where a file of measured times does not say: that of MNIST. */
const usualExamples = 60_000;

export function speedUpsOf(
  runs: readonly RunSeries[],
  files: readonly MeasuredScaling[],
  options: SpeedUpOptions,
): SpeedUp[] {
  const fromRuns = runs.map(({ points, ...run }): SpeedUp => {
    const examplesOf = (ranks: number) => (run.scaling === 'weak' ? run.batch * ranks : run.batch);
    const times = points.map(({ ranks, samplesPerSecond }) => ({ ranks, step: examplesOf(ranks) / samplesPerSecond }));
    return speedUp({ ...run, times }, options);
  });
  const fromFiles = files.flatMap(({ series }) =>
    series.map(({ model, communicator, scaling, batch, points }): SpeedUp => {
      const times = points.map(({ ranks, stepMs }) => ({ ranks, step: stepMs / 1e3 }));
      return speedUp(
        { name: `${model}, ${communicator}`, model, elements: null, scaling, batch, examples: usualExamples, times },
        options,
      );
    }),
  );
  return [...fromRuns, ...fromFiles];
}

interface Measured {
  readonly name: string;
  readonly model: string;
  readonly elements: number | null;
  readonly scaling: Scaling;
  readonly batch: number;
  readonly examples: number;
  readonly times: readonly { readonly ranks: number; readonly step: number }[];
}

function speedUp(
  { name, model, elements, scaling, batch, examples, times }: Measured,
  options: SpeedUpOptions,
): SpeedUp {
  const [first] = times.toSorted((a, b) => a.ranks - b.ranks);
  const rate = ({ ranks, step }: { ranks: number; step: number }) =>
    (scaling === 'weak' ? batch * ranks : batch) / step;
  const perRank = rate(first!) / first!.ranks;
  const measured = times.map((time) => ({ ranks: time.ranks, speedUp: rate(time) / perRank }));
  const most = Math.max(...times.map(({ ranks }) => ranks));
  const workload = {
    ...{
      elements: elements ?? options.elementsOf(model),
      wire: 'float32' as const,
      bucketBytes: 2 ** 20,
      overlap: true,
      scaling,
    },
  };
  const { value: machine } = options.machine;
  const ranks = Array.from({ length: 1 + Math.ceil(Math.log2(4 * most)) }, (_, i) => 2 ** i);
  const fit = first!.ranks === 1 ? fitScaling(times, workload, { machine, spread: null, ranks }) : null;
  return { name, scaling, fit, epochSeconds: examples / perRank, measured };
}

/** The figure of measured and simulated speed-up, one for each kind of scaling, and the figures in numbers. */
export async function speedUpSection(
  all: readonly SpeedUp[],
  { machine }: SpeedUpOptions,
  album: Album,
): Promise<string> {
  if (all.length === 0) return '';
  const parts: string[] = ['<h2>Speed-up</h2>'];
  for (const scaling of ['weak', 'strong'] as const) {
    const series = all.filter((one) => one.scaling === scaling);
    if (series.length === 0) continue;
    const drawn = series.map(
      ({ name, epochSeconds, measured, fit }): ScalingSeries => ({
        ...{ name, epochSeconds, measured, simulated: fit?.predictions ?? [] },
      }),
    );
    const kind =
      scaling === 'weak' ? 'Weak scaling: a batch per rank' : 'Strong scaling: one batch, shared by the ranks';
    const caption =
      'Circles are measured. Lines are simulated from the time on one rank, the size of the gradient and the machine ' +
      `"${machine.name}", with buckets that travel while the backward pass goes on; credence simulate tells more.`;
    const shown = await album.add(`${scaling}-scaling`, caption, (options) => scalingFigure('', drawn, options));
    parts.push(`<h3>${escape(kind)}</h3>`, shown);
    parts.push(
      table(['', 'ranks', 'epoch, s', 'speed-up', 'efficiency', 'simulated speed-up'], series.flatMap(rowsOf)),
    );
    parts.push(list(series.flatMap(notesOf), 'notes'));
  }
  return parts.join('\n');
}

function rowsOf({ name, epochSeconds, measured, fit }: SpeedUp): string[][] {
  return measured.map(({ ranks, speedUp: factor }) => {
    const error = fit?.measured.find((one) => one.ranks === ranks)?.error;
    const simulated = error === undefined ? '' : (factor / (1 + error)).toFixed(2);
    const efficiency = `${((100 * factor) / ranks).toFixed(1)} %`;
    return [name, `${ranks}`, (epochSeconds / factor).toFixed(2), factor.toFixed(2), efficiency, simulated];
  });
}

function notesOf({ name, fit, measured }: SpeedUp): string[] {
  if (fit === null) {
    return [
      `${name}: nothing was measured on one rank; ${measured[0]?.ranks} ranks are taken as that many times as fast.`,
    ];
  }
  const spread = `${(100 * fit.spread).toFixed(1)} %`;
  return fit.fittedTo === null
    ? []
    : [`${name}: the ranks' compute times spread by ${spread}, fitted to the time on ${fit.fittedTo} ranks.`];
}
