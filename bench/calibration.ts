/**
 * Whether what a held-out part teaches holds where nothing was learned from: conformal sets and intervals of 90 % on 20 keyed splits of a
 * run's held-out predictions, and the temperature of the same network overheated.
 *
 *   npx tsx bench/calibration.ts RUN FILE [--labels FILE] [--draws 30]
 *
 * RUN: a run of images or of a table; FILE: examples that it was not trained on, an IDX file of images with --labels, or a table with its targets.
 * Prints for each split nothing, and for all of them one line: the mean coverage, the smallest and the largest, and the 99 % band of the beta-binomial law.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fitTemperature, tempered } from '../src/calibration/index.ts';
import { checkCalibration, learnCalibration } from '../src/calibration/index.ts';
import { predictWithRun } from '../src/compose/index.ts';
import { readRunConfiguration } from '../src/cli/request.ts';
import { resolveConfiguration } from '../src/cli/configuration/index.ts';
import { silentWatch } from '../src/cli/watch.ts';
import { permutation, purpose } from '../src/random/index.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { labels: { type: 'string' }, targets: { type: 'string' }, draws: { type: 'string', default: '30' } },
});
const [run, file] = positionals as [string, string];
const configuration = {
  ...resolveConfiguration([await readRunConfiguration(run)]),
  draws: Number(values.draws),
  ranks: 1,
};
const { predictive } = await predictWithRun(run, [file], configuration, { quantiles: [], level: null }, silentWatch);
const targets = targetsOf();
const { count } = predictive;

const splits = 20;
const half = Math.floor(count / 2);
const coverages: number[] = [];
let before = 0;
let after = 0;
for (let seed = 1; seed <= splits; seed++) {
  const places = new Uint32Array(count);
  permutation(places, { seed, purpose: purpose.heldOut, step: 0, replica: 0, layer: 0, example: 0 });
  const calibration = learnCalibration(predictive, targets, places.subarray(0, half), seed);
  const checked = checkCalibration(predictive, targets, places.subarray(half), calibration, seed);
  coverages.push(checked.coverage);
  before += (checked.before ?? Number.NaN) / splits;
  after += (checked.after ?? Number.NaN) / splits;
}
const [low, high] = band(half, count - half, 0.99);
const inside = coverages.filter((coverage) => coverage >= low && coverage <= high).length;
const mean = coverages.reduce((sum, coverage) => sum + coverage, 0) / splits;
console.log(
  `${run}: ${count} examples, 20 splits in halves: coverage of 90 % ${mean.toFixed(4)} (${Math.min(...coverages).toFixed(4)} to ` +
    `${Math.max(...coverages).toFixed(4)}), ${inside} of 20 in the 99 % band ${low.toFixed(4)} to ${high.toFixed(4)}`,
);
if (predictive.kind === 'classes') {
  console.log(`NLL on the other half, mean: ${before.toFixed(5)} as it is, ${after.toFixed(5)} with its temperature`);
  const own = fitTemperature(predictive.probabilities, targets, predictive.classes).temperature;
  for (const factor of [0.5, 1.5, 2, 2.5]) {
    const overheated = tempered(predictive.probabilities, predictive.classes, 1 / factor);
    const found = fitTemperature(overheated, targets, predictive.classes).temperature;
    console.log(
      `logits times ${factor}: temperature ${(found / own).toFixed(4)} times that of the network as it is (${own.toFixed(3)})`,
    );
  }
}

function targetsOf(): number[] {
  if (values.labels !== undefined) return [...readFileSync(values.labels).subarray(8)];
  const [header = '', ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
  const column = header.split(',').indexOf(values.targets ?? '');
  return lines.map((line) => Number(line.split(',')[column]));
}

/** Quantiles of the share of m new truths that sets of n held-out ones hold: beta-binomial, by summing its law. */
function band(n: number, m: number, level: number): [number, number] {
  const l = Math.floor((n + 1) * 0.1);
  const [a, b] = [n + 1 - l, l];
  // P(k) from P(k - 1): (m - k + 1) (a + k - 1) / (k (b + m - k)); logarithms, from the largest
  const logs = [0];
  for (let k = 1; k <= m; k++) logs.push(logs[k - 1]! + Math.log(((m - k + 1) * (a + k - 1)) / (k * (b + m - k))));
  const most = Math.max(...logs);
  const weights = logs.map((log) => Math.exp(log - most));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const quantile = (share: number) => {
    let sum = 0;
    return weights.findIndex((weight) => (sum += weight) >= share * total) / m;
  };
  return [quantile((1 - level) / 2), quantile((1 + level) / 2)];
}
