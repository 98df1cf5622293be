/** Inputs that stay in their file, and weights, from the command as it is installed: the same bits, however ranks share them. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { npy } from '../datasets/fixtures.ts';
import { type Ended, endOf, folder, start } from './process.ts';

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);

async function credence(...words: string[]): Promise<Ended> {
  const ended = await endOf(start(...words));
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  return ended;
}

/** What a command tells, but for what no two runs share. */
async function told(...words: string[]): Promise<Record<string, unknown>> {
  const { run: _, samplesPerSecond: __, ...own } = JSON.parse((await credence(...words, '--json')).stdout);
  return own;
}

const noise = (i: number) => ((i * 2654435761) % 1000) / 1000;

beforeAll(() => {
  const [count, length] = [80, 64];
  const x = Float32Array.from({ length: count * length }, (_, i) => {
    const n = Math.floor(i / length);
    return 3 * Math.sin((i % length) * (0.1 + 0.005 * n)) + noise(i);
  });
  mkdirSync(at('signals'));
  writeFileSync(at('signals/x.npy'), npy('<f4', [count, length], x));
  writeFileSync(
    at('signals/y.npy'),
    npy(
      '<f4',
      [count, 2],
      Float32Array.from({ length: 2 * count }, (_, i) => i / 40),
    ),
  );
  writeFileSync(
    at('job.yaml'),
    `model:
  layers: [{conv1dFlipout: {filters: 4, kernelSize: 5, strides: 2, activation: relu}}, flatten, {denseFlipout: {units: 2}}]
  likelihood: {normal: {noise: learned}}
data: {path: signals, target: y, test: 0.2, validation: 0.1}
iteration: 20
batchSize: 32
slices: 2
learningRateDecay: none
evaluateEvery: 10
checkpointEvery: 10
draws: 3
`,
  );
});

describe('inputs that are streamed', () => {
  it('train, go on, evaluate and predict as those in memory do, on one rank and on two', async () => {
    const memory = await told('train', 'job.yaml', '--data.stream', 'false', '--ranks', '1', '--out', 'memory');
    const stream = await told('train', 'job.yaml', '--data.stream', 'true', '--ranks', '2', '--out', 'stream');
    expect(stream).toEqual(memory);
    await told('train', 'job.yaml', '--data.stream', 'true', '--ranks', '1', '--iteration', '10', '--out', 'part');
    expect(await told('train', '--resume', 'part', '--iteration', '20', '--ranks', '2')).toEqual(memory);

    const evaluated = await told('evaluate', 'stream', '--data', 'signals', '--ranks', '2');
    expect(evaluated).toEqual(await told('evaluate', 'memory', '--data', 'signals'));
    // so many draws that two threads share them
    await credence('predict', 'memory', 'signals', '--draws', '500', '--ranks', '1', '--out', 'memory.csv');
    await credence('predict', 'stream', 'signals', '--draws', '500', '--ranks', '2', '--out', 'stream.csv');
    expect(readFileSync(at('stream.csv'), 'utf8')).toBe(readFileSync(at('memory.csv'), 'utf8'));
  });
});

describe('weights', () => {
  it('weigh on two ranks as on one, and belong to no input', async () => {
    const rows = Array.from({ length: 80 }, (_, i) => `${noise(3 * i)},${i % 3},${noise(3 * i) * noise(i)}`);
    writeFileSync(at('table.csv'), ['a,w,y', ...rows, ''].join('\n'));
    const words = ['train', 'table.csv', '--target', 'y', '--iteration', '20'];
    const one = await told(...words, '--weights', 'w', '--ranks', '1', '--out', 'one');
    expect(await told(...words, '--weights', 'w', '--ranks', '2', '--out', 'two')).toEqual(one);
    expect(await told(...words, '--data.inputs', 'a', '--out', 'none')).not.toMatchObject(one);
    writeFileSync(at('new.csv'), 'a\n0.5\n');
    const { stdout } = await credence('predict', 'one', 'new.csv');
    expect(stdout).toContain('new.csv[0]');
  });

  it("are of data of one's own", async () => {
    const { code, stderr } = await endOf(start('train', '--data.name', 'mnist', '--weights', 'w'));
    expect([code, stderr]).toEqual([2, 'credence: weights w for mnist: expected own data, with a column of weights\n']);
  });
});
