/**
 * What a network has learnt of black holes that merge: on binaries and noise that its training had nothing of, mean relative
 * errors, rank correlation, coverage of 90 % intervals in each third of the loudness, and how far its predictions are from
 * what Kerr's solution says of the predicted spin.
 *
 * npx tsx bench/gravitation.ts RUN [--count 2000] [--seed 1] [--draws 50] [--peakSnr 1,3] [--precision f32|bf16]
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  heldOutLoudness,
  heldOutSignals,
  makeSignals,
  ringdown,
  usualTargets,
  windowLength,
} from '../src/gravitation/index.ts';
import { chooseEngine, infoOfSignals, namedModel } from '../src/compose/index.ts';
import { predictDraws } from '../src/inference/index.ts';
import { describeMachine } from '../src/machine/index.ts';
import { npyOf } from '../src/report/index.ts';
import { loadLatest } from '../src/run/index.ts';
import { credence } from './command.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    draws: { type: 'string', default: '50' },
    peakSnr: { type: 'string', default: '1,3' },
    precision: { type: 'string', default: 'f32' },
  },
});
const [run] = positionals;
if (run === undefined) throw new Error('give the folder of a run');
const [count, seed] = [Number(values.count), Number(values.seed)];
const [least, most] = values.peakSnr.split(',').map(Number) as [number, number];
const names = usualTargets;

const signals = makeSignals(count, { seed, part: 'test' });
const { inputs, targets } = heldOutSignals(signals, { seed, peakSnr: [least, most] });
const loudness = heldOutLoudness(count, { seed, part: 'test', peakSnr: [least, most] });
const rows = await predicted(inputs as Float32Array);

const line = (text: string) => process.stdout.write(`${text}\n`);
const { cpu, cores, node, date } = describeMachine();
line(
  `${cpu}, ${cores} cores, Node ${node}, ${date}; ${count} binaries of seed ${seed}, ${values.draws} draws, peak SNR ${least} to ${most}`,
);
line('');
const places = Array.from({ length: count }, (_, i) => i);
const truth = (i: number, t: number) => targets[3 * i + t]!;
const mean = (list: readonly number[], of: (i: number) => number) =>
  list.reduce((sum, i) => sum + of(i), 0) / list.length;
const errorOf = (list: readonly number[], t: number) =>
  mean(list, (i) => Math.abs(rows[i]![`${names[t]}.mean`]! / truth(i, t) - 1));
const coverage = (list: readonly number[], t: number) =>
  mean(list, (i) => {
    const row = rows[i]!;
    return row[`${names[t]}.q05`]! <= truth(i, t) && truth(i, t) <= row[`${names[t]}.q95`]! ? 1 : 0;
  });
const sorted = places.toSorted((a, b) => loudness[a]! - loudness[b]!);
const thirds = [0, 1, 2].map((k) => sorted.slice(Math.floor((k * count) / 3), Math.floor(((k + 1) * count) / 3)));
const loud = places.filter((i) => loudness[i]! >= 1.5);
line(
  '| target | relative error | faint, middle, loud third | constant prediction | coverage of 90 % | in the thirds | Spearman | from peak SNR 1.5 on |',
);
line('|---|---:|---|---:|---:|---|---:|---:|');
for (const [t, name] of names.entries()) {
  const center = mean(places, (i) => truth(i, t));
  const constant = mean(places, (i) => Math.abs(center / truth(i, t) - 1));
  const cells = [
    ...[name, errorOf(places, t).toFixed(4), thirds.map((list) => errorOf(list, t).toFixed(4)).join(', ')],
    ...[
      constant.toFixed(4),
      coverage(places, t).toFixed(3),
      thirds.map((list) => coverage(list, t).toFixed(3)).join(', '),
    ],
    ...[spearman(places, t).toFixed(3), spearman(loud, t).toFixed(3)],
  ];
  line(`| ${cells.join(' | ')} |`);
}
const off = mean(places, (i) => {
  const { [`${names[0]}.mean`]: spin, [`${names[1]}.mean`]: omega } = rows[i]!;
  return Math.abs(omega! - ringdown(Math.min(0.99, Math.max(-0.99, spin!))).omegaReal);
});
line('');
line(
  `omega_R from the curve of Kerr at the predicted spin: ${off.toFixed(4)} in the mean, spread of omega_R ${deviation(1).toFixed(4)}`,
);

await tellLatency();

/** What an event more takes, once the network is in memory: 1,000 draws, one core. */
async function tellLatency(): Promise<void> {
  const checkpoint = loadLatest(run!, null, { onWarning: () => {} });
  if (checkpoint === null) return;
  const parameters = new Map(checkpoint.parameters.map(({ name, data }) => [name, data]));
  const model = namedModel('GW_BNN', infoOfSignals());
  const [few, many, draws] = [2, 12, 1000];
  const seconds = async (events: number): Promise<number> => {
    const windows = (inputs as Float32Array).subarray(0, events * windowLength);
    const trained = { model, members: [(name: string) => parameters.get(name)] };
    const options = { draws, seed, batch: 1, precision: values.precision as 'f32' | 'bf16' };
    const began = performance.now();
    predictDraws(await chooseEngine('auto'), trained, { count: events, inputs: windows }, options);
    return performance.now() - began;
  };
  await seconds(few);
  const milliseconds = ((await seconds(many)) - (await seconds(few))) / (many - few);
  line(`an event more with ${draws} draws: ${milliseconds.toFixed(0)} ms on one core`);
}

/** By the command line, as a user predicts: a row per window. */
async function predicted(windows: Float32Array): Promise<Readonly<Record<string, number>>[]> {
  const folder = mkdtempSync(join(tmpdir(), 'credence-gravitation-'));
  try {
    const [path, out] = [join(folder, 'windows.npy'), join(folder, 'predictions.csv')];
    writeFileSync(path, npyOf(Float64Array.from(windows), [count, windowLength, 1]));
    const { draws, precision } = values;
    await credence('predict', run!, path, '--draws', draws, '--precision', precision, '--out', out);
    const [first, ...lines] = readFileSync(out, 'utf8')
      .trim()
      .split(/\r?\n/)
      .map((text) => text.split(','));
    return lines.map((cells) => Object.fromEntries(cells.map((cell, i) => [first![i]!, Number(cell)])));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function deviation(t: number): number {
  const center = mean(places, (i) => truth(i, t));
  return Math.sqrt(mean(places, (i) => (truth(i, t) - center) ** 2));
}

/** Correlation of the ranks of predictions and truths. */
function spearman(list: readonly number[], t: number): number {
  const ranks = (of: (i: number) => number) => {
    const places = new Map(list.toSorted((a, b) => of(a) - of(b)).map((i, rank) => [i, rank]));
    return list.map((i) => places.get(i)!);
  };
  const [a, b] = [ranks((i) => rows[i]![`${names[t]}.mean`]!), ranks((i) => truth(i, t))];
  const center = (list.length - 1) / 2;
  const sum = (u: readonly number[], v: readonly number[]) =>
    u.reduce((total, x, i) => total + (x - center) * (v[i]! - center), 0);
  return sum(a, b) / Math.sqrt(sum(a, a) * sum(b, b));
}
