import { eventsFigure, kerrFigure, loudnessFigure, probabilityFigure } from '../figures/waves.ts';
import type { RunReport } from '../run/read.ts';
import type { TargetPicture } from '../run/regression.ts';
import type { WavesPicture } from '../run/waves.ts';
import type { Album } from './album.ts';
import { table } from './html.ts';

/** What physicists ask of predictions of black holes: are they honest, do they obey general relativity, how faint may it be. */
export async function wavesSection({ evaluation, regression, waves }: RunReport, album: Album): Promise<string> {
  if (evaluation === null || regression === null || waves === null) return '';
  const { targets, rows, count } = regression;
  const some = rows.length < count ? `${rows.length} of the ${count} signals` : `${count} signals`;
  const pp =
    `For each quantile of the predictions, the share of the true numbers below it, of ${some}. Grey: where 95 % of ` +
    'calibrated predictions would be.';
  return [
    '<h3>Gravitational waves</h3>',
    ...relative(waves, evaluation.figures),
    ...(waves.loudness === null ? [] : await ofLoudness(waves, waves.loudness, album)),
    await album.add('quantiles', pp, (options) => probabilityFigure(targets, { count: rows.length, ...options })),
    ...(waves.recalibration === null ? [] : recalibration(waves, waves.recalibration)),
    ...(await ofKerr(targets, album)),
    ...(waves.events.length === 0 ? [] : await ofEvents(waves, album)),
  ].join('\n');
}

function relative({ names, guess }: WavesPicture, figures: Readonly<Record<string, number>>): string[] {
  const head = ['target', 'mean relative error', 'of a guess', 'mean relative uncertainty', 'left out, near 0'];
  const text = (kind: string, name: string) => figures[`${kind}.${name}`]?.toFixed(4) ?? '';
  const cells = names.map((name, t) => [
    ...[name, text('relativeError', name), guess[t]!.toFixed(4), text('relativeUncertainty', name)],
    String(figures[`relativeLeftOut.${name}`] ?? 0),
  ]);
  const note =
    'Errors and predicted standard deviations over the true numbers. The guess looks at no signal: it is the median of the ' +
    'true numbers.';
  return [table(head, cells), `<p class="notes">${note}</p>`];
}

async function ofLoudness(
  { names }: WavesPicture,
  parts: NonNullable<WavesPicture['loudness']>,
  album: Album,
): Promise<string[]> {
  const caption =
    'Errors and coverage by how loud a signal is: its largest sample over the standard deviation of the noise, in ' +
    `${parts.length} equal parts of the test set. Grey: where 95 % of calibrated intervals would be.`;
  return [await album.add('loudness', caption, (options) => loudnessFigure(names, parts, options))];
}

function recalibration(
  { names }: WavesPicture,
  { count, factor, before, after }: NonNullable<WavesPicture['recalibration']>,
): string[] {
  const head = ['target', 'coverage of 90 % intervals', 'made wider by', 'coverage after that'];
  const cells = names.map((name, t) => [...[name, before[t]!.toFixed(3), factor[t]!.toFixed(3), after[t]!.toFixed(3)]]);
  const note =
    `Recalibration: intervals of predicted standard deviations, made as wide as 90 % of the ${count} signals of the ` +
    'validation part want them (split conformal prediction, Vovk et al. 2005), held against the test part.';
  return [`<p class="notes">${note}</p>`, table(head, cells)];
}

async function ofKerr(targets: readonly TargetPicture[], album: Album): Promise<string[]> {
  const named = (name: string) => targets.find((target) => target.name === name);
  const [spin, real, imaginary] = [named('finalSpin'), named('omegaReal'), named('omegaImaginary')];
  if (!spin || !real || !imaginary) return [];
  const caption =
    'What the network says of frequency and decay against what it says of the spin. It was told nothing of the curve, which ' +
    'is that of a Kerr black hole: how far predictions are from it is how far they contradict themselves.';
  const others = [
    [real, 'omegaReal'],
    [imaginary, 'omegaImaginary'],
  ] as const;
  return [await album.add('kerr', caption, (options) => kerrFigure(spin, others, options))];
}

async function ofEvents({ events }: WavesPicture, album: Album): Promise<string[]> {
  const { times } = events[0]!;
  const caption =
    'The ten mergers of black holes in GWTC-1 (Abbott et al. 2019): published final spins with 90 % intervals, and what the ' +
    `network says of simulations of them in one detector, medians over ${times} noises. Not of the strain that was observed; of signals fainter than those of its training a network knows little.`;
  const head = ['event', 'peak SNR', 'published', 'simulated', 'predicted', '90 % interval', 'holds the simulated one'];
  const cells = events.map(({ name, peakSnr, published, truth, predicted, coverage }) => [
    ...[name, peakSnr.toFixed(2), publishedText(published), truth.toFixed(3)],
    ...[predicted[0].toFixed(3), `${predicted[1].toFixed(3)} to ${predicted[2].toFixed(3)}`],
    `${(100 * coverage).toFixed(0)} % of the noises`,
  ]);
  return [await album.add('events', caption, (options) => eventsFigure(events, options)), table(head, cells)];
}

/** As it was published: to two digits, also where the last is 0. */
function publishedText([value, low, high]: readonly [number, number, number]): string {
  return `${value.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}
