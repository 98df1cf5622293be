import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const house = join(import.meta.dirname, '../..');

test('the library example of the README runs, and what it trains has learnt', () => {
  const example = /```js\n(.*?)```/s.exec(readFileSync(join(house, 'README.md'), 'utf8'))![1];
  // In this repository a package may import itself by its name: `exports` is what resolves it.
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', example], {
    cwd: house,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  // With this seed it gave 0.93; guessing gives 0.1.
  expect(Number(/accuracy: ([\d.]+)/.exec(stdout)?.[1])).toBeGreaterThan(0.8);
});
