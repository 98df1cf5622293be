/** Gravitational waves from the command as it is installed: made as a run asks for them, the same on any number of ranks. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { heldOutSignals, makeSignals, usualTargets } from '../../src/gravitation/index.ts';
import { npy } from '../datasets/fixtures.ts';
import { isInstalled, mpis } from '../comm/launch-mpi.ts';
import { built, endOf, folder, start } from './process.ts';

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);

async function told(...words: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await endOf(start(...words, '--json'));
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const { run: _, samplesPerSecond: __, ...own } = JSON.parse(stdout);
  return own;
}

beforeAll(() =>
  writeFileSync(
    at('job.yaml'),
    `model:
  layers:
    - conv1d: {filters: 4, kernelSize: 16, strides: 16, activation: relu}
    - maxPool1d: {window: 16}
    - flatten
    - denseFlipout: {units: 3}
  likelihood: {normal: {noise: learned}}
data: {name: gw, signals: 60, test: 0.2, validation: 0.1, curriculum: 0.5}
iteration: 20
batchSize: 32
evaluateEvery: 10
checkpointEvery: 10
draws: 3
`,
  ),
);

describe('credence train with gravitational waves', () => {
  it('comes to the same bits on one rank and on two, and where it was interrupted', async () => {
    const one = await told('train', 'job.yaml', '--ranks', '1', '--out', 'one');
    expect(one).toMatchObject({ step: 20, coverage90: expect.any(Number) });
    expect(await told('train', 'job.yaml', '--ranks', '2', '--out', 'two')).toEqual(one);
    rmSync(at('two/checkpoints/step-20'), { recursive: true });
    expect(await told('train', '--resume', 'two', '--ranks', '1')).toEqual(one);
    expect(await told('evaluate', 'two')).toEqual(one);
  });

  const launchers = mpis.map((mpi) => ({ ...mpi, isSkipped: !isInstalled(mpi) && !process.env['CI'] }));

  it.for(launchers)('comes to the same end under $name, with all that is told at the end', async (mpi, { skip }) => {
    if (mpi.isSkipped) skip(`apt-get install ${mpi.package}`);
    const [launcher, ...flags] = mpi.command;
    const out = `by ${mpi.name}`;
    const words = [...flags, '-n', '2', process.execPath, built, 'train', 'job.yaml', '--json', '--out', out];
    const { code, stdout, stderr } = await endOf(
      spawn(launcher!, words, {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, NODE_OPTIONS: '', FORCE_COLOR: '0' },
      }),
    );
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { run: _, samplesPerSecond: __, ...own } = JSON.parse(stdout);
    expect(own).toEqual(await told('evaluate', 'one'));
    const { events } = JSON.parse(readFileSync(at(`${out}/evaluations/waves-step-20.json`), 'utf8'));
    expect(events).toHaveLength(10);
  });

  it('predicts windows of a file, in their own units', async () => {
    const signals = makeSignals(3, { seed: 4, part: 'test' });
    const { inputs } = heldOutSignals(signals, { seed: 4 });
    if (!(inputs instanceof Float32Array)) throw new Error('windows are not in memory');
    writeFileSync(at('events.npy'), npy('<f4', [3, 8192], inputs));
    const { code, stderr } = await endOf(start('predict', 'one', 'events.npy', '--out', 'events.csv'));
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const [header, ...rows] = readFileSync(at('events.csv'), 'utf8').trim().split('\n');
    expect(header!.split(',')[0]).toBe('finalSpin.mean');
    expect(header).toContain('omegaImaginary.epistemic');
    expect(rows).toHaveLength(3);
    // of what was learnt in 20 steps, no more than that it is about the mean of the prior, 0.62
    for (const row of rows) expect(Math.abs(Number(row.split(',')[0]) - 0.62)).toBeLessThan(0.5);
  });

  it('evaluates on windows of a file, with targets of its own', async () => {
    const { inputs, targets } = heldOutSignals(makeSignals(3, { seed: 4, part: 'test' }), { seed: 4 });
    if (!(inputs instanceof Float32Array)) throw new Error('windows are not in memory');
    mkdirSync(at('events'));
    writeFileSync(at('events/train_data.npy'), npy('<f4', [3, 8192], inputs));
    for (const [t, name] of usualTargets.entries()) {
      const own = Float32Array.from({ length: 3 }, (_, i) => targets[3 * i + t]!);
      writeFileSync(at(`events/${name}.npy`), npy('<f4', [3], own));
    }
    const other = await told('evaluate', 'one', '--data', 'events');
    const { nll } = await told('evaluate', 'one');
    expect(other).toMatchObject({ step: 20, nll: expect.any(Number) });
    expect(other['nll']).not.toBe(nll);
  });

  it('makes files, and trains on them from loud to faint, in memory and out of it', async () => {
    const make = (...words: string[]) => endOf(start('data', 'gw', '--count', '40', '--test', '20', ...words));
    const { code, stdout } = await make('--out', 'files', '--ranks', '2', '--seed', '3');
    expect({ code, stdout: stdout.replace(/[\d.]+ s/, 'T s') }).toEqual({
      code: 0,
      stdout: `files: 40 binaries to train on, each in 7 files from loud to faint, 20 others to test on; T s
train on them: credence train GW_BNN --data files
`,
    });
    const words = ['job.yaml', '--data', 'files', '--data.validation', '0.2'];
    const one = await told('train', ...words, '--ranks', '1', '--out', 'held');
    expect(one).toMatchObject({ step: 20, rmse: expect.any(Number) });
    expect(await told('train', ...words, '--ranks', '2', '--data.stream', 'true', '--out', 'streamed')).toEqual(one);
    rmSync(at('streamed/checkpoints/step-20'), { recursive: true });
    expect(await told('train', '--resume', 'streamed', '--ranks', '1')).toEqual(one);
    expect(await told('evaluate', 'held')).toEqual(one);
    // a run of signals that were made, on a file alone
    const other = await told('evaluate', 'one', '--data', 'files/SNR_interval_TestData_.h5');
    expect(other).toMatchObject({ step: 20, rmse: expect.any(Number) });
  });

  it('makes files only as it is told', async () => {
    const refused = async (...words: string[]) => {
      const { code, stderr } = await endOf(start('data', ...words));
      return `${code} ${stderr}`;
    };
    expect(await refused('gw')).toContain('2 credence: credence data gw: --out is missing');
    expect(await refused('gw', '--out', 'x', '--count', '0')).toContain('2 credence: --count: got 0, expected');
    expect(await refused('gw', '--out', 'x', '--peakSnr', '3,1')).toContain('two numbers above 0 in order');
    expect(await refused('gw', 'mnist', '--out', 'x')).toContain('takes no name: got mnist');
    expect(await refused('list', '--count', '3')).toContain('--count of credence data: expected credence data gw');
    expect(existsSync(at('x'))).toBe(false);
    writeFileSync(at('full'), '');
    expect(await refused('gw', '--out', 'full')).toMatch(/^1 credence: full cannot be written/);
  });

  it('refuses what makes no sense', async () => {
    const refused = async (...words: string[]) => (await endOf(start('train', 'gw', ...words))).stderr;
    expect(await refused('--data.peakSnr', '3,1')).toContain('two numbers above 0 in order');
    expect(await refused('--data.test', 'other.csv')).toContain('expected a share');
    expect(await refused('--data', 'events')).toMatch(
      /events holds no gravitational waves: expected a folder with SNR_interval_0.h5 .* Make one with credence data gw --out/,
    );
    expect(await refused('--data.signals', '0')).toContain('an integer from 1');
  });
});
