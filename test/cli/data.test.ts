import { mkdirSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { images } from '../datasets/cifar-fixtures.ts';
import { enterTemporaryFolder, idx, idxFiles, writeFolder } from '../datasets/fixtures.ts';
import { recorder } from './request.ts';

let leave: () => void;
beforeEach(() => {
  leave = enterTemporaryFolder();
  vi.stubEnv('CREDENCE_CACHE', 'cache');
  mkdirSync('cache');
});
afterEach(() => {
  vi.unstubAllEnvs();
  leave();
});

async function answer(...words: string[]): Promise<string> {
  const terminal = recorder();
  const code = await run(['data', ...words], terminal);
  return `${code} ${terminal.out()}${terminal.err()}`;
}

/** Two images and three, as a fetch would have left them: another set than was published. */
function writeCifar10(): void {
  const [train, test] = [images(0, 2), images(2, 3)];
  writeFolder('cache/cifar10', {
    'train-images-idx4-ubyte': idx([2, 32, 32, 3], train.interleaved),
    'train-labels-idx1-ubyte': idx([2], Uint8Array.from(train.labels)),
    't10k-images-idx4-ubyte': idx([3, 32, 32, 3], test.interleaved),
    't10k-labels-idx1-ubyte': idx([3], Uint8Array.from(test.labels)),
  });
}

it('lists what is here and says how to get the rest', async () => {
  writeFolder('cache/fashion-mnist', idxFiles());
  const [code, json] = [(await answer('--json')).slice(0, 1), (await answer('--json')).slice(2)];
  expect(code).toBe('0');
  const { cache, datasets } = JSON.parse(json) as { cache: string; datasets: Record<string, unknown>[] };
  expect(cache).toBe('cache');
  expect(datasets.map(({ name, classes, shape }) => ({ name, classes, shape }))).toEqual([
    { name: 'mnist', classes: 10, shape: [28, 28, 1] },
    { name: 'fashion-mnist', classes: 10, shape: [28, 28, 1] },
    { name: 'cifar10', classes: 10, shape: [32, 32, 3] },
    { name: 'cifar100', classes: 100, shape: [32, 32, 3] },
  ]);
  expect(datasets[1]).toMatchObject({ source: 'cache/fashion-mnist', missing: null });
  expect((await answer('list')).split('\n').slice(1)).toMatchInlineSnapshot(`
    [
      "fashion-mnist   Fashion-MNIST   10 classes    cache/fashion-mnist",
      "cifar10         CIFAR-10        10 classes    not here: credence train fetches it at its first use",
      "cifar100        CIFAR-100       100 classes   not here: Get cifar-100-python.tar.gz or cifar-100-binary.tar.gz from https://www.cs.toronto.edu/~kriz/cifar.html, unpack it in cache/cifar100, or pass --data PATH",
      "cache folder: cache",
      "",
    ]
  `);
});

it('fetches nothing that is here, and says where it is', async () => {
  writeCifar10();
  expect(await answer('fetch', 'cifar10')).toBe('0 cache/cifar10\n');
  expect(await answer('where', 'cifar10', '--json')).toBe('0 {"name":"cifar10","source":"cache/cifar10"}\n');
});

it('verifies the files of a set', async () => {
  writeFolder('cache/fashion-mnist', idxFiles());
  expect(await answer('verify', 'fashion-mnist')).toMatchInlineSnapshot(`
    "0 cache/fashion-mnist: 20 and 10 images, read to the end; no checksums are known
    "
  `);
  expect(await answer('verify', 'mnist')).toMatch(
    /^0 .*: 60000 and 10000 images, SHA-256 of every file as published\n$/,
  );
  writeCifar10();
  expect(await answer('verify', 'cifar10')).toMatchInlineSnapshot(`
    "1 credence: cache/cifar10 is not as CIFAR-10 was published: got train-images-idx4-ubyte has 6164 bytes instead of 153600020; train-labels-idx1-ubyte has 10 bytes instead of 50008; t10k-images-idx4-ubyte has 9236 bytes instead of 30720020; t10k-labels-idx1-ubyte has 11 bytes instead of 10008. Remove that folder, then credence data fetch cifar10
    "
  `);
  writeFileSync('cache/cifar10/train-labels-idx1-ubyte', idx([3], Uint8Array.of(1, 2, 3)));
  expect(await answer('verify', 'cifar10')).toMatchInlineSnapshot(`
    "1 credence: cache/cifar10/train-images-idx4-ubyte and cache/cifar10/train-labels-idx1-ubyte do not belong together: got 2 images and 3 labels, expected as many labels as images
    "
  `);
});

it('refuses what makes no sense', async () => {
  const refusals = [
    await answer('where', 'cifar10'),
    await answer('fetch', 'cifar100'),
    await answer('fetch'),
    await answer('fetch', 'cifar-10'),
    await answer('get', 'cifar10'),
    await answer('list', 'cifar10'),
    await answer('fetch', 'cifar10', 'mnist'),
  ];
  expect(refusals.join('')).toMatchInlineSnapshot(`
    "1 credence: CIFAR-10 is not here yet. credence train fetches it at its first use
    1 credence: CIFAR-100 is not here, and credence does not fetch it. Get cifar-100-python.tar.gz or cifar-100-binary.tar.gz from https://www.cs.toronto.edu/~kriz/cifar.html, unpack it in cache/cifar100, or pass --data PATH
    2 credence: credence data fetch: no data set: expected one of mnist, fashion-mnist, cifar10, cifar100
    2 credence: unknown data set cifar-10: expected one of mnist, fashion-mnist, cifar10, cifar100. Did you mean cifar10?
    2 credence: unknown action get: expected one of list, where, fetch, verify, gw
    2 credence: credence data list takes no name: got cifar10
    2 credence: too many words: got fetch cifar10 mnist, expected credence data [list | where NAME | fetch NAME | verify NAME] credence data gw --out FOLDER [--count COUNT]
    "
  `);
});
