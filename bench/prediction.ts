/**
 * Monte Carlo prediction through the command line: draws of an image per second for 300 draws over the 10,000 test images
 * of MNIST, over 1 and 2 threads. Mean, spread and entropies are computed, quantiles are not; weights barely trained.
 *
 * npx tsx bench/prediction.ts [--json] [--models BNN_FC_flip,BNN_conv_flip] [--draws 300] [--ranks 1,2] [--engine auto] [--rounds 3]
 *
 * Needs `npm run build`.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadDataset } from '../src/datasets/index.ts';
import { npyOf } from '../src/report/predictions/npy.ts';
import { spread } from '../src/machine/index.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    models: { type: 'string', default: 'BNN_FC_flip,BNN_conv_flip' },
    draws: { type: 'string', default: '300' },
    ranks: { type: 'string', default: '1,2' },
    engine: { type: 'string', default: 'auto' },
    rounds: { type: 'string', default: '3' },
  },
});

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'credence-bench-'));
const credence = (...words: string[]) =>
  JSON.parse(execFileSync(process.execPath, [main, ...words, '--json'], { encoding: 'utf8' })) as Record<
    string,
    number
  >;

try {
  const { test } = await loadDataset({ name: 'mnist', path: null });
  const images = join(folder, 'test.npy');
  writeFileSync(images, npyOf(Float64Array.from(test.images), [test.count, 28, 28]));
  const engine = ['--engine', values.engine];
  const results: { model: string; ranks: number; imageDrawsPerSecond: ReturnType<typeof spread> }[] = [];
  for (const model of values.models.split(',')) {
    const run = join(folder, model);
    credence('train', model, '--iteration', '10', '--draws', '1', '--ranks', '1', ...engine, '--out', run);
    for (const ranks of values.ranks.split(',')) {
      const words = [images, '--draws', values.draws, '--ranks', ranks, ...engine, '--quantiles', 'none'];
      const speeds = Array.from(
        { length: Number(values.rounds) },
        () => credence('predict', run, ...words, '--out', join(folder, 'out.npz'))['imageDrawsPerSecond']!,
      );
      results.push({ model, ranks: Number(ranks), imageDrawsPerSecond: spread(speeds) });
    }
  }
  if (values.json) process.stdout.write(`${JSON.stringify(results)}\n`);
  else {
    process.stdout.write('| model | ranks | image-draws/s (median) | min to max |\n|---|---:|---:|---:|\n');
    for (const { model, ranks, imageDrawsPerSecond } of results) {
      const [median, min, max] = [imageDrawsPerSecond.median, imageDrawsPerSecond.min, imageDrawsPerSecond.max].map(
        Math.round,
      );
      process.stdout.write(`| ${model} | ${ranks} | ${median} | ${min} to ${max} |\n`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
