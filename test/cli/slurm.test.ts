/** credence submit under a real Slurm; and what the README shows for several cores and machines, a job of Slurm included. */
import { type SpawnOptionsWithStdioTuple, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSweep } from '../../src/launch/index.ts';
import { isInstalled, mpis } from '../comm/launch-mpi.ts';
import { type Slurm, hasSlurm, startSlurm } from '../support/slurm.ts';
import { type Ended, type Running, built, endOf, folder, linesIn, start, writeDigits } from './process.ts';

const isMissing = !hasSlurm || !isInstalled(mpis[1]);
const isSkipped = isMissing && !process.env['CI'];
const skipped = isSkipped ? ': skipped, npm run setup -- slurm mpich' : '';

const house = join(import.meta.dirname, '../..');
let slurm: Slurm | null = null;
const data = writeDigits("it's 100% here");
const train = ['train', 'BNN_FC_flip', '--data', data, '--draws', '1', '--seed', '7', '--batchSize', '12'];

beforeAll(async () => {
  if (!isSkipped) slurm = await startSlurm();
}, 120_000);
afterAll(async () => {
  await slurm?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

function spawned(program: string, words: readonly string[], more: NodeJS.ProcessEnv = {}): Running {
  const options: SpawnOptionsWithStdioTuple<'ignore', 'pipe', 'pipe'> = {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...environment(), ...more, NODE_OPTIONS: '', FORCE_COLOR: '0', CREDENCE_MPI: '' },
  };
  return spawn(program, words, options);
}

function submit(...words: string[]): Running {
  return spawned(process.execPath, [built, 'submit', ...words]);
}

/** The parameters that a run has ended with, as its JSON says. */
const sha256In = (text: string): string => /"parametersSha256":"(\w+)"/.exec(text)?.[1] ?? `none in ${text}`;

/** Of an undisturbed run in one process. */
async function sha256Of(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await endOf(start(...train, ...words, '--ranks', '1', '--json'));
  expect(code, stderr).toBe(0);
  return sha256In(stdout);
}

function jobIn(stderr: string): string {
  return /job (\d+)/.exec(stderr)![1];
}

/** Sooner told than by `sbatch --wait`, which looks every half a minute. */
async function endStateOf(job: string): Promise<string> {
  for (;;) {
    const { stdout } = await endOf(spawned('scontrol', ['show', 'job', job]));
    const state = /JobState=(\w+)/.exec(stdout)?.[1] ?? `none in ${stdout}`;
    if (!['PENDING', 'RUNNING', 'COMPLETING'].includes(state)) return state;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

describe.skipIf(isSkipped)(`credence submit, under Slurm${skipped}`, () => {
  it('runs a sweep by srun, follows it, and both runs have the bits of one rank', async () => {
    const out = join(folder, 'a sweep');
    const words = ['--iteration', '10', '--replicas', '2', '--json', '--out', out];
    const [{ code, stdout, stderr }, alone] = await Promise.all([
      endOf(submit('--nodes', '1,2', '--mpi', 'pmi2', '--time', '0:10:00', ...train, ...words)),
      sha256Of('--iteration', '10', '--replicas', '2', '--out', 'one-rank'),
    ]);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/job \d+: RUNNING on node\[1-2\]/);
    const lines = stdout.split('\n');
    for (const nodes of [1, 2]) {
      expect(sha256In(lines.find((line) => line.startsWith(`[nodes-${nodes}] {`)) ?? '')).toBe(alone);
    }
    const { scheduler, runs } = readSweep(out);
    expect(scheduler).toBe('slurm');
    expect(runs.map(({ nodes, ranks, job }) => [nodes, ranks, /^\d+$/.test(job ?? '')])).toEqual([
      [1, 1, true],
      [2, 2, true],
    ]);
    for (const { folder: run } of runs) expect(existsSync(join(out, run, 'metrics.jsonl'))).toBe(true);
  });

  it('lets mpiexec start the ranks where this Slurm connects none; cancelled, says so; submitted again, goes on', async () => {
    const run = join(folder, 'cancelled');
    const flags = ['--checkpointEvery', '25', '--printEvery', '1', '--replicas', '2', '--iteration', '1500'];
    const child = submit('--nodes', '2', ...train, ...flags, '--out', run, '--json');
    const end = endOf(child);
    await linesIn('cancelled/metrics.jsonl', 20, child);
    const { stdout: queue } = spawnSync('squeue', ['-h', '-o', '%i'], { encoding: 'utf8', env: environment() });
    spawnSync('scancel', [queue.trim()], { env: environment() });
    const { code, stderr } = await end;
    expect(code, stderr).toBe(1);
    expect(stderr).toContain('this Slurm has no MpiDefault: mpiexec starts the ranks');
    expect(stderr).toMatch(/job \d+: CANCELLED, exit code \d+/);

    const { stdout: again } = await endOf(spawned('sbatch', ['--parsable', `${run}.sh`]));
    expect(await endStateOf(again.trim()), readFileSync(`${run}.log`, 'utf8')).toBe('COMPLETED');
    const steps = readFileSync(join(run, 'metrics.jsonl'), 'utf8').trimEnd().split('\n');
    expect(steps.map((line) => (JSON.parse(line) as { step: number }).step)).toEqual(
      Array.from({ length: 1500 }, (_, i) => i + 1),
    );
  }, 240_000);

  it('passes on what Slurm refuses, and how a job failed', async () => {
    const refused = await endOf(submit('--queue', 'nowhere', ...train, '--out', 'refused'));
    expect(refused.code).toBe(1);
    expect(refused.stderr.replaceAll(folder, 'DIR').split('\n').at(-2)).toMatchInlineSnapshot(
      `"credence: Slurm refuses DIR/refused.sh: got sbatch: error: invalid partition specified: nowhere; sbatch: error: Batch job submission failed: Invalid partition name specified. The script stays there: correct what was asked for, and submit it again"`,
    );
    const failed: Ended = await endOf(submit(...train, '--data', '/nowhere', '--out', 'failed', '--iteration', '2'));
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(/job \d+: FAILED, exit code 1/);
    expect(failed.stdout).toContain('/nowhere');
  });

  it('leaves a job in the queue at Ctrl-C, and says how to cancel it', async () => {
    const child = submit('--nodes', '2', ...train, '--replicas', '2', '--iteration', '100000', '--out', 'left');
    const end = endOf(child);
    await linesIn('left/metrics.jsonl', 1, child);
    child.kill('SIGINT');
    const { code, stderr } = await end;
    expect(code).toBe(1);
    const id = jobIn(stderr);
    expect(stderr.replaceAll(folder, 'DIR').split('\n').at(-2)).toBe(
      `credence: left to Slurm: job ${id}. Cancel with: scancel ${id}; the output goes on in DIR/left.log`,
    );
    const { stdout } = spawnSync('squeue', ['-h', '-o', '%i %T'], { encoding: 'utf8', env: environment() });
    expect(stdout).toBe(`${id} RUNNING\n`);
    spawnSync('scancel', [id], { env: environment() });
  });
});

/** As they stand there, but on a small data set, for a few steps. */
const shown = /## Several cores, several machines\n\n```\n(.*?)```/s
  .exec(readFileSync(join(house, 'README.md'), 'utf8'))![1]
  .trimEnd()
  .split('\n')
  .map((line) => line.replace(/ +#.*$/, ''));

describe.skipIf(isSkipped)(`the commands of the README for several cores and machines${skipped}`, () => {
  const few = writeDigits('few', { train: 600, t10k: 50 });
  // Open MPI starts nothing for root, nor more ranks than there are cores, unless it is told to.
  const openMpi = {
    OMPI_ALLOW_RUN_AS_ROOT: '1',
    OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
    OMPI_MCA_rmaps_base_oversubscribe: '1',
  };

  it('are one machine, two MPI ranks, and jobs of Slurm', () => {
    const starts = shown.map((line) => /(train|launch|submit|mpiexec)/.exec(line)?.[1]);
    expect(starts).toEqual(['train', 'launch', 'mpiexec', 'mpiexec', 'submit', 'submit']);
  });

  it.each(shown)('%s', async (line) => {
    const credence = `${process.execPath} ${built}`;
    const command = `${line.replace('npx credence', credence)} --data ${few} --iteration 4 --draws 1`;
    const { code, stdout, stderr } = await endOf(spawned('/bin/sh', ['-c', command], openMpi));
    expect(code, stderr).toBe(0);
    expect(stdout.match(/BNN_conv_flip after 4 steps/g)).toHaveLength(line.includes('1,2') ? 2 : 1);
  });
});

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, ...slurm?.env };
}
