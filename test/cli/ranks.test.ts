import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isInstalled, mpis } from '../comm/launch-mpi.ts';
import { type Ended, built, endOf, figuresOf, folder, linesIn, start, writeDigits } from './process.ts';

const data = writeDigits('digits');
const common = ['--data', data, '--draws', '1', '--seed', '7', '--batchSize', '12', '--printEvery', '1'];

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function credence(...words: string[]): Promise<Ended> {
  return endOf(start(...words));
}

function evaluationsOf(run: string) {
  const lines = readFileSync(join(folder, run, 'evaluations.jsonl'), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => {
    const { at, ...rest } = JSON.parse(line) as Record<string, unknown>;
    expect(at).toMatch(/^2\d{3}-/);
    return rest;
  });
}

const known = new Map<string, Promise<Ended>>();

/** A run on one rank that several tests hold others against, made once. */
function alone(run: string, ...words: string[]): Promise<Ended> {
  const ended = known.get(run) ?? credence(...words, '--ranks', '1', '--out', run);
  known.set(run, ended);
  return ended;
}

function sha256Of({ code, stdout, stderr }: Ended): string {
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return (JSON.parse(stdout) as { parametersSha256: string }).parametersSha256;
}

describe('credence train --ranks', () => {
  it('gives the same bits on 1, 2, 3 and 4 threads', async () => {
    const words = ['train', 'BNN_FC_flip', ...common, '--replicas', '4', '--iteration', '30', '--json'];
    const runs: Ended[] = [];
    for (const ranks of ['1', '2', '3', '4']) {
      runs.push(await credence(...words, '--ranks', ranks, '--out', `ranks-${ranks}`));
    }
    expect(new Set(runs.map(sha256Of)).size).toBe(1);
    for (const ranks of ['2', '3', '4']) expect(figuresOf(`ranks-${ranks}`)).toEqual(figuresOf('ranks-1'));
  });

  it('and in bfloat16, which it says is slower here', async () => {
    const words = ['train', 'BNN_FC_flip', ...common, '--replicas', '4', '--iteration', '10', '--precision', 'bf16'];
    const runs: Ended[] = [];
    for (const ranks of ['1', '2', '4']) {
      runs.push(await credence(...words, '--engine', 'wasm', '--json', '--ranks', ranks, '--out', `bf16-${ranks}`));
    }
    for (const { stderr } of runs) {
      expect(stderr).toMatchInlineSnapshot(`
        "bf16: the engine wasm computes it by conversion here, slower than f32; it saves memory, not time
        "
      `);
    }
    expect(
      new Set(runs.map(({ stdout }) => (JSON.parse(stdout) as { parametersSha256: string }).parametersSha256)).size,
    ).toBe(1);
    const resumed = await credence('train', '--resume', 'bf16-4', '--precision', 'f32');
    expect(resumed).toMatchObject({ code: 2 });
    expect(resumed.stderr).toMatchInlineSnapshot(`
      "credence: a resumed run goes on as it began: got precision f32 (the run has bf16). Leave that away, or start a new run; --iteration and --epochs may grow. bf16-4/config.yaml has the rest
      "
    `);
    const evaluated = await credence('evaluate', 'bf16-4', '--precision', 'f32', '--json');
    expect(evaluated).toMatchObject({ code: 0, stderr: '' });
  });

  it('cuts one replica into slices as well, and reduces fast to rounding', async () => {
    const words = [
      'train',
      'BNN_conv_flip',
      ...common,
      '--slices',
      '2',
      '--iteration',
      '4',
      '--clipNorm',
      '1',
      '--json',
    ];
    const [one, two] = [
      await credence(...words, '--ranks', '1', '--out', 'slices-1'),
      await credence(...words, '--ranks', '2', '--out', 'slices-2'),
    ];
    expect(sha256Of(two)).toBe(sha256Of(one));
    const fast = await credence(...words, '--ranks', '2', '--reduce', 'fast', '--out', 'fast');
    expect(fast.code).toBe(0);
    const losses = (run: string) => (figuresOf(run) as { nll: number }[]).map(({ nll }) => nll);
    losses('fast').forEach((nll, i) => expect(nll / losses('slices-1')[i]!).toBeCloseTo(1, 5));
  });

  it.each(['1', '2', '3'])('killed on four threads, goes on on %s to the same end', async (ranks) => {
    const killed = `killed-${ranks}`;
    const words = ['BNN_FC_flip', ...common, '--replicas', '4', '--iteration', '120', '--checkpointEvery', '25'];
    const child = start('train', ...words, '--ranks', '4', '--out', killed);
    const end = endOf(child);
    await linesIn(`${killed}/metrics.jsonl`, 30 + 15 * Number(ranks), child).then(() => child.kill('SIGKILL'));
    expect((await end).signal).toBe('SIGKILL');
    const resumed = await credence('train', '--resume', killed, '--ranks', ranks, '--json');
    const whole = await alone('unharmed', 'train', ...words, '--json');
    expect(sha256Of(resumed)).toBe(sha256Of(whole));
    expect(figuresOf(killed)).toEqual(figuresOf('unharmed'));
  });

  it('evaluates on the way, the same on any number of threads, and trains as if it did not', async () => {
    const words = ['train', 'BNN_conv_flip', ...common, '--iteration', '5', '--slices', '3', '--json'];
    const often = [...words, '--evaluateEvery', '2', '--draws', '3'];
    const runs = [
      await credence(...often, '--ranks', '1', '--out', 'often-1'),
      await credence(...often, '--ranks', '3', '--out', 'often-3'),
      await credence(...words, '--ranks', '1', '--draws', '3', '--out', 'seldom'),
    ];
    expect(new Set(runs.map(sha256Of)).size).toBe(1);
    const figures = evaluationsOf('often-1');
    expect(figures.map(({ step, draws }) => [step, draws])).toEqual([2, 4, 5].map((step) => [step, 3]));
    expect(evaluationsOf('often-3')).toEqual(figures);
    expect(evaluationsOf('seldom')).toEqual(figures.slice(2));
    // what is told of step 4 is what a run of 4 steps ends with
    sha256Of(await credence(...words, '--iteration', '4', '--draws', '3', '--out', 'four'));
    expect(evaluationsOf('four')).toEqual(figures.slice(1, 2));
  });

  it('with the flags of the original has a replica per rank of the first start, and keeps it', async () => {
    const flags = ['--bnnConv', 'BNN_FC_flip', '--batch_size', '12', '--UseEpoch', 'False', '--iteration', '20'];
    const words = ['train', ...flags, '--data', data, '--draws', '1', '--seed', '7', '--json'];
    sha256Of(await credence(...words, '--ranks', '2', '--out', 'original'));
    const config = readFileSync(join(folder, 'original/config.yaml'), 'utf8');
    expect(config).toMatch(/^replicas: 2 /m);
    // as there, the steps are dealt out
    expect(config).toMatch(/^iteration: 10 /m);
    const longer = await credence('train', '--resume', 'original', '--ranks', '1', '--iteration', '15', '--json');
    const same = ['train', 'BNN_FC_flip', ...common, '--replicas', '2', '--printEvery', '10', '--iteration', '15'];
    const whole = await credence(...same, '--ranks', '4', '--slices', '2', '--out', 'sliced', '--json');
    expect(whole.code).toBe(0);
    const one = await credence(...same, '--ranks', '1', '--out', 'unsliced', '--json');
    expect(sha256Of(longer)).toBe(sha256Of(one));
  });

  it('compresses gradients where that is asked for, all ranks alike, and near to what it was', async () => {
    const words = [
      'train',
      'BNN_FC_flip',
      ...common,
      '--replicas',
      '2',
      '--iteration',
      '8',
      '--reduce',
      'fast',
      '--json',
    ];
    const [plain, packed] = [
      await credence(...words, '--ranks', '2', '--out', 'plain'),
      // The ranks compare their parameters at every step.
      await credence(
        ...words,
        '--ranks',
        '2',
        '--gradientCompression',
        'bf16',
        '--driftCheckEvery',
        '1',
        '--out',
        'bf16',
      ),
    ];
    expect(sha256Of(packed)).not.toBe(sha256Of(plain));
    const losses = (run: string) => (figuresOf(run) as { nll: number }[]).map(({ nll }) => nll);
    losses('bf16').forEach((nll, i) => expect(nll / losses('plain')[i]!).toBeCloseTo(1, 2));
    const { code, stderr } = await credence('train', 'BNN_FC_flip', ...common, '--gradientCompression', 'bf16');
    expect(code).toBe(2);
    expect(stderr).toMatchInlineSnapshot(`
      "credence: compressed gradients cannot give the same bits on any number of ranks: got gradientCompression bf16 with reduce exact, expected reduce fast, or gradientCompression none. Add --reduce fast, or leave --gradientCompression away
      "
    `);
  });

  it('stops all threads after the same step when asked to', async () => {
    const words = ['train', 'BNN_FC_flip', ...common, '--replicas', '2', '--ranks', '2', '--iteration', '60000'];
    const child = start(...words, '--out', 'stopped');
    const end = endOf(child);
    await linesIn('stopped/metrics.jsonl', 20, child).then(() => child.kill('SIGTERM'));
    const { code, stderr } = await end;
    expect(code).toBe(1);
    expect(stderr).toMatch(/credence: stopped by SIGTERM after step \d+, checkpointed/);
  });

  it('refuses more threads than there is work to deal out', async () => {
    const { code, stderr } = await credence('train', 'BNN_FC_flip', ...common, '--ranks', '3', '--out', 'many');
    expect(code).toBe(2);
    expect(stderr).toMatchInlineSnapshot(`
      "credence: there are more ranks than there is work to deal out: got 3 ranks, expected at most 1, one for each slice of each replica. Give fewer --ranks, or more --replicas or --slices
      "
    `);
  });
});

/** Draws enough for four threads to be worth starting. */
const evaluation = ['--draws', '1601', '--seed', '3', '--json'];

describe('credence evaluate --ranks', () => {
  it('gives the same figures on 1, 2 and 3 threads, which share batches of images', async () => {
    const words = [
      'train',
      'BNN_FC_flip',
      ...common,
      '--iteration',
      '5',
      '--ranks',
      '1',
      '--out',
      'evaluated',
      '--json',
    ];
    sha256Of(await credence(...words));
    const [one, ...others] = [
      await credence('evaluate', 'evaluated', ...evaluation, '--ranks', '1'),
      await credence('evaluate', 'evaluated', ...evaluation, '--ranks', '2'),
      await credence('evaluate', 'evaluated', ...evaluation, '--ranks', '3'),
    ];
    expect(JSON.parse(one!.stdout)).toMatchObject({ draws: 1601 });
    for (const other of others) expect(other).toEqual(one);
  });
});

describe.each(mpis)('credence train under the mpiexec of $name', (mpi) => {
  const isMissing = !isInstalled(mpi);
  const [launcher, ...flags] = mpi.command;
  const job = (...ranks: (readonly string[])[]) => {
    const commands = ranks.flatMap((words, i) => [
      ...(i > 0 ? [':'] : []),
      '-n',
      '1',
      process.execPath,
      built,
      ...words,
    ]);
    return endOf(spawn(launcher!, [...flags, ...commands], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] }));
  };
  const words = ['train', 'BNN_FC_flip', ...common, '--replicas', '4', '--iteration', '30', '--json'];

  it.skipIf(isMissing && !process.env['CI'])(
    isMissing ? `skipped: apt-get install ${mpi.package}` : 'gives the same bits as one rank',
    async () => {
      const out = mpi.package;
      const evaluated = [...words, '--evaluateEvery', '20', '--draws', '7'];
      const [one, two] = [
        await alone('one-rank', ...evaluated),
        await job([...evaluated, '--out', `${out}-2`], [...evaluated, '--out', `${out}-2`]),
      ];
      expect(two.code, two.stderr).toBe(0);
      const { parametersSha256 } = JSON.parse(two.stdout) as { parametersSha256: string };
      expect(parametersSha256).toBe(sha256Of(one));
      expect(figuresOf(`${out}-2`)).toEqual(figuresOf('one-rank'));
      expect(evaluationsOf('one-rank').map(({ step, draws }) => [step, draws])).toEqual([
        [20, 7],
        [30, 7],
      ]);
      expect(evaluationsOf(`${out}-2`)).toEqual(evaluationsOf('one-rank'));
      const resumed = await credence('train', '--resume', `${out}-2`, '--iteration', '40', '--ranks', '3', '--json');
      const longer = await alone('longer', ...words, '--iteration', '40');
      expect(sha256Of(resumed)).toBe(sha256Of(longer));
      const evaluate = ['evaluate', `${out}-2`, ...evaluation];
      const [apart, together] = [await credence(...evaluate, '--ranks', '1'), await job(evaluate, evaluate)];
      expect(together.code, together.stderr).toBe(0);
      expect(together.stdout).toBe(apart.stdout);
    },
  );

  it.skipIf(isMissing && !process.env['CI'])(
    isMissing ? `skipped: apt-get install ${mpi.package}` : 'refuses ranks that were asked for different runs',
    async () => {
      const out = ['--out', `${mpi.package}-different`];
      const { code, stdout, stderr } = await job([...words, ...out], [...words, ...out, '--epochs', '3']);
      expect(code).not.toBe(0);
      expect(stdout).not.toContain('parametersSha256');
      expect(stderr).toContain('epochs 3 where rank 0 has 10');
    },
  );
});
