/**
 * Reads files, one after the other, and says after each what was wrong with it and how much memory the process has had at
 * the most: a program for bounds.test.ts, which is given the list of what to read as JSON.
 */
import { loadDataset, openOwnData, readInputImages } from '../../src/datasets/index.ts';
import { CredenceError } from '../../src/errors/index.ts';
import type { Reading } from './bombs.ts';
import { defaults } from './own/fixtures.ts';

const readers: Readonly<Record<Reading, (path: string) => Promise<unknown>>> = {
  mnist: async (path) => (await loadDataset({ name: 'mnist', path })).train,
  cifar10: async (path) => (await loadDataset({ name: 'cifar10', path })).train,
  inputs: (path) => readInputImages([path], [28, 28, 1]),
  own: (path) => openOwnData({ ...defaults, path, target: path.startsWith('pictures') ? null : 'y' }),
};

/** MiB */
const peak = (): number => process.resourceUsage().maxRSS / 1024;

const jobs = JSON.parse(process.argv[2] ?? '[]') as readonly { readonly as: Reading; readonly path: string }[];
const start = peak();
const results = [];
for (const { as, path } of jobs) {
  let said = 'read';
  try {
    await readers[as](path);
  } catch (error) {
    said = error instanceof CredenceError ? error.message : `no error of credence: ${String(error)}`;
  }
  results.push({ path, said, grown: Math.round(peak() - start) });
}
process.stdout.write(JSON.stringify(results));
