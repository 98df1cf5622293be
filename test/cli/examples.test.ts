/** What stands in examples/ runs as it says there, with few steps. */
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { endOf, folder, start, writeDigits } from './process.ts';

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const example = (name: string) => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));
const few = ['--batchSize', '8', '--draws', '2', '--ranks', '1', '--json'];

/** The figures of a run, which has to end well. */
async function figuresOf(...words: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await endOf(start(...words));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe('examples', () => {
  it('makes signals, and trains the residual network that is written down for them', async () => {
    const made = spawnSync(process.execPath, [example('make-signals.mjs'), 'signals.npz', '60'], { cwd: folder });
    expect(made.stdout.toString()).toMatchInlineSnapshot(`
      "signals.npz: 60 signals of 512 samples, targets frequency and damping
      "
    `);
    const yaml = example('residual-signals.yaml');
    const figures = await figuresOf('train', yaml, '--iteration', '3', ...few, '--out', 'signals');
    expect(figures).toMatchObject({ model: 'residual-signals', step: 3 });
    expect(figures['nll']).toBeLessThan(20);
  });

  it('trains a layer and a likelihood of one’s own', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => `${i % 7},${i % 5},${(i % 7) * (i % 5)}`);
    writeFileSync(join(folder, 'products.csv'), ['a,b,y', ...rows, ''].join('\n'));
    const words = ['--data', 'products.csv', '--target', 'y', '--iteration', '400', '--learningRate', '0.01', ...few];
    const figures = await figuresOf('train', example('own-model.mjs'), ...words, '--out', 'products');
    // the standard deviation of the targets is above 6
    expect(figures['rmse']).toBeLessThan(4);
  });

  it('trains ResNet-20 on any images', async () => {
    const words = ['--data', writeDigits('digits'), '--iteration', '1', '--initialScale', '-5', ...few];
    const figures = await figuresOf('train', example('resnet20-cifar10.mjs'), ...words, '--out', 'resnet');
    expect(figures).toMatchObject({ model: 'resnet20-cifar10', step: 1 });
    expect(figures['nll']).toBeLessThan(10);
  });
});
