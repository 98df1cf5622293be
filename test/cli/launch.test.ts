import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram } from '../../src/launch/index.ts';
import { isInstalled, mpis } from '../comm/launch-mpi.ts';
import { launch, pathWith, rankOf, ranksOf } from './launching.ts';
import { type Ended, type Running, endOf, start, folder, linesIn, writeDigits } from './process.ts';

const data = writeDigits('digits');
const iteration = '300';
const common = ['--data', data, '--draws', '1', '--seed', '7', '--batchSize', '12', '--replicas', '4'];

const noMpi = pathWith('no-mpi', null);
const credence = (...words: string[]): Promise<Ended> => endOf(launch(noMpi, ...words));
const sha256Of = ({ stdout }: Ended): string => (JSON.parse(stdout) as { parametersSha256: string }).parametersSha256;

/** The parameters that an undisturbed run of one thread ends with. */
let undisturbed = '';

beforeAll(async () => {
  const end = await credence('-n', '1', 'train', 'BNN_FC_flip', ...common, '--iteration', iteration, '--json');
  if (end.code !== 0) throw new Error(end.stderr);
  undisturbed = sha256Of(end);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Ranks that go on for long, under way. */
async function underWay(
  path: string,
  run: string,
  ...words: string[]
): Promise<{ child: Running; end: Promise<Ended> }> {
  const flags = [...common, '--checkpointEvery', '20', '--printEvery', '1', '--out', run];
  const child = launch(path, '-n', '2', ...words, 'train', 'BNN_FC_flip', ...flags);
  const end = endOf(child);
  await linesIn(`${run}/metrics.jsonl`, 30, child);
  return { child, end };
}

const launchers = [
  ...mpis.map((mpi) => ({ name: mpi.name, program: mpi.command[0], package: mpi.package, missing: !isInstalled(mpi) })),
  { name: 'threads', program: null, package: '', missing: false },
];

describe.each(launchers)('credence launch by $name', ({ name, program, package: install, missing }) => {
  const isSkipped = missing && !process.env['CI'];
  const path = missing ? noMpi : pathWith(`bin-${name}`, program);
  const skipped = isSkipped ? `: skipped, apt-get install ${install}` : '';
  /** Victims are looked for in /proc. */
  const isBlind = isSkipped || process.platform !== 'linux';
  const blind = skipped || (isBlind ? ': skipped, needs /proc' : '');

  it.skipIf(isSkipped)(`gives the bits of one rank, and one JSON object${skipped}`, async () => {
    const words = ['-n', '2', '-H', 'localhost:2', '--verbose', 'train', 'BNN_FC_flip', ...common];
    const end = await endOf(launch(path, ...words, '--iteration', iteration, '--json', '--out', `json-${name}`));
    expect(end.code, end.stderr).toBe(0);
    expect(sha256Of(end)).toBe(undisturbed);
    expect(end.stderr).toMatch(program === null ? /--ranks 2/ : /\/mpiexec'? /);
  });

  it.skipIf(isSkipped)(`has ranks share files of gravitational waves${skipped}`, async () => {
    const words = ['data', 'gw', '--count', '3', '--test', '2', '--seed', '5', '--json', '--out', `waves-${name}`];
    const { code, stdout, stderr } = await endOf(launch(path, '-n', '2', '-H', 'localhost:2', ...words));
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ folder: `waves-${name}`, count: 3, test: 2 });
    const sums = readFileSync(join(folder, `waves-${name}/manifest.json`), 'utf8');
    expect(sums).toContain('"made": "complete"');
    // the same from whatever ranks: those of the launcher before
    const others = launchers.map((other) => join(folder, `waves-${other.name}/manifest.json`)).filter(existsSync);
    for (const other of others) expect(readFileSync(other, 'utf8')).toBe(sums);
  });

  it.skipIf(isSkipped)(`says which rank speaks${skipped}`, async () => {
    const words = ['-n', '2', 'train', 'BNN_FC_flip', ...common, '--iteration', '4', '--out', `said-${name}`];
    const { code, stdout, stderr } = await endOf(launch(path, ...words));
    expect(code, stderr).toBe(0);
    const tag = (stream: string) => (program === null ? '' : `[0]<${stream}>:`);
    expect(stdout.startsWith(`${tag('stdout')}BNN_FC_flip after 4 steps`)).toBe(true);
    expect(stderr).toContain(`${tag('stderr')}BNN_FC_flip, 4 steps of 48 images`);
  });

  it.skipIf(isBlind)(`starts again after a rank was killed, and ends with the same bits${blind}`, async () => {
    const run = `killed-${name}`;
    const words = ['--restarts', '2', 'train', 'BNN_FC_flip', ...common, '--iteration', iteration];
    const more = ['--checkpointEvery', '50', '--printEvery', '1', '--json', '--out', run];
    const child = launch(path, '-n', '2', ...words, ...more);
    const end = endOf(child);
    // A moment and a victim that the name of the launcher decides.
    const seed = Array.from(name, (letter) => letter.charCodeAt(0)).reduce((sum, code) => sum + code);
    await linesIn(`${run}/metrics.jsonl`, 5 + (seed % 200), child);
    const ranks = ranksOf(run);
    expect(ranks).toHaveLength(program === null ? 1 : 2);
    process.kill(ranks[seed % ranks.length], 'SIGKILL');
    const { code, stdout, stderr } = await end;
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/credence launch: the ranks ended with exit code \d+: restart 1 of 2/);
    expect((JSON.parse(stdout) as { parametersSha256: string }).parametersSha256).toBe(undisturbed);
  });

  it.skipIf(isSkipped)(`asked to stop, checkpoints and starts nothing again${skipped}`, async () => {
    const { child, end } = await underWay(path, `stopped-${name}`, '--restarts', '3');
    child.kill('SIGINT');
    const { code, stderr } = await end;
    expect(code, stderr).toBe(1);
    expect(stderr).toContain('credence launch: SIGINT: asking the ranks for a checkpoint and the end');
    expect(stderr).toMatch(/stopped by .+ after step \d+, checkpointed/);
    expect(stderr).not.toContain('restart');
  });

  // No signal stops one thread of a process.
  if (program !== null) {
    it.skipIf(isBlind)(`names a rank that is stopped, and saves the last step${blind}`, async () => {
      const run = `halted-${name}`;
      const flags = [...common, '--iteration', '60000', '--checkpointEvery', '0', '--printEvery', '1'];
      const child = launch(path, '-n', '2', 'train', 'BNN_FC_flip', ...flags, '--deadline', '2', '--out', run);
      const end = endOf(child);
      await linesIn(`${run}/metrics.jsonl`, 30, child);
      const [first, second] = ranksOf(run);
      // Which of the two is the first rank only its output tells: the second is told by its environment.
      const victim = rankOf(first!) === 1 ? first! : second!;
      process.kill(victim, 'SIGSTOP');
      const { code, stderr } = await end;
      expect(code, stderr).not.toBe(0);
      const said = /rank 0 on \S+ waited ([\d.]+) s in .+ at step (\d+): missing rank 1 on /.exec(stderr);
      expect(Number(said?.[1]), stderr).toBeLessThan(2 + 2);
      const last = Number(said?.[2]) - 1;
      expect(stderr).toContain(`step ${last}, the last that was complete, is checkpointed`);
      await until(() => ranksOf(run).length === 0);
      // The same run from the beginning, on one rank, to where the other one was halted.
      const words = ['train', 'BNN_FC_flip', ...common, '--iteration', `${last}`, '--json', '--out', `whole-${name}`];
      const whole = sha256Of(await credence('-n', '1', ...words));
      const evaluated = await endOf(start('evaluate', run, '--json'));
      expect(JSON.parse(evaluated.stdout)).toMatchObject({ step: last, parametersSha256: whole });
    });
  }

  it.skipIf(isBlind)(`killed itself, leaves no rank behind${blind}`, async () => {
    const run = `orphan-${name}`;
    const { child, end } = await underWay(path, run);
    expect(ranksOf(run).length).toBeGreaterThan(0);
    child.kill('SIGKILL');
    await until(() => ranksOf(run).length === 0);
    expect((await end).signal).toBe('SIGKILL');
  });
});

describe('credence launch', () => {
  const refusal = async (...words: string[]): Promise<string> => {
    const { code, stdout, stderr } = await credence(...words);
    expect(stdout).toBe('');
    return `${code} ${stderr.replaceAll(folder, 'DIR')}`;
  };

  it('refuses what makes no sense', async () => {
    writeFileSync(join(folder, 'hosts'), 'localhost slots=2\nother slots=x\n');
    const refusals = await Promise.all([
      refusal('-n', '2'),
      refusal('train', 'mnist'),
      refusal('-n', '3', '-H', 'localhost:2', 'train', 'mnist'),
      refusal('-n', '2', '--hostfile', 'hosts', 'train', 'mnist'),
      refusal('-n', '2', '-H', 'a', '--hostfile', 'hosts', 'train', 'mnist'),
      refusal('-n', '2', '--launcher', 'horovodrun', 'train', 'mnist'),
      refusal('-n', '2', '--restarts', 'often', 'train', 'mnist'),
      refusal('-n', '2', 'doctor'),
      refusal('-n', '2', 'data', 'list'),
      refusal('-n', '2', 'data', 'gw', '--out', 'x', '--ranks', '2'),
      refusal('-n', '2', 'train', 'mnist', '--ranks', '2'),
      refusal('-n', '2', 'train', 'mnist', '--batchSize', 'x'),
      refusal('-n', '2', '--launcher', 'mpiexec', 'train', 'mnist'),
      refusal('-n', '2', '-H', 'far:2', 'train', 'mnist'),
    ]);
    expect(refusals.join('')).toMatchInlineSnapshot(`
      "2 credence: credence launch: the command is missing: expected credence launch -n COUNT train .... credence launch --help tells more
      2 credence: how many ranks?: expected -n COUNT, or the slots of each host in -H or --hostfile
      2 credence: there are more ranks than slots: got -n 3, expected at most 2, the slots of localhost:2. Give fewer ranks, or more slots in -H or --hostfile
      2 credence: hosts, line 2: got "other slots=x", expected HOST slots=COUNT or HOST:COUNT; of a host the name, which begins with a letter or a digit, or the address
      2 credence: -H and --hostfile exclude each other. Leave one of them away
      2 credence: --launcher horovodrun: expected threads, mpiexec, srun, aprun, jsrun, flux
      2 credence: --restarts often: expected how often to start again, 0 to 9999
      2 credence: ranks have no use for credence doctor: expected credence launch -n COUNT train ...
      2 credence: ranks have no use for credence data list: expected credence launch -n COUNT train ..., or data gw ...
      2 credence: --ranks of credence data gw, under credence launch -n COUNT. Leave it away
      2 credence: --ranks of credence train, under credence launch. Leave it away: credence launch says how many ranks there are
      2 credence: --batchSize: got x, expected an integer from 1 to 1000000. The default is 64
      1 credence: no mpiexec is on the path: expected that of Open MPI or MPICH. Get one: apt-get install openmpi-bin (or mpich), dnf install openmpi, brew install open-mpi, conda install openmpi. On one machine --launcher threads needs none
      1 credence: no mpiexec is on the path: expected that of Open MPI or MPICH. Get one: apt-get install openmpi-bin (or mpich), dnf install openmpi, brew install open-mpi, conda install openmpi. On one machine --launcher threads needs none
      "
    `);
  });

  it.skipIf(findProgram('ssh') === null)('names a host that does not answer (needs ssh)', async () => {
    const hasMpi = findProgram('mpiexec') !== null;
    const path = hasMpi ? pathWith('bin-far', 'mpiexec') : noMpi;
    const { code, stderr } = await endOf(launch(path, '-n', '1', '-H', 'far.invalid:1', 'train', 'mnist'));
    expect(code).toBe(1);
    expect(stderr).toMatch(hasMpi ? /no answer from far\.invalid: expected ssh without/ : /no mpiexec/);
  });

  it('shows its help, and that of the command behind it', async () => {
    const [own, inner] = [await credence('--help'), await credence('-n', '2', 'train', '--help')];
    expect([own.code, inner.code]).toEqual([0, 0]);
    expect(own.stdout).toContain('--check-build');
    expect(inner.stdout).toContain('--batchSize');
  });

  it('lists what is there', async () => {
    const { code, stdout } = await credence('--check-build');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Available engines:\n {4}\[X\] wasm +wasm, 128-bit SIMD/);
    expect(stdout).toMatch(/Available launchers:\n {4}\[X\] threads .*\n {4}\[ \] mpiexec +not found; apt-get install/);
    const { stdout: json } = await credence('--json', '--check-build');
    expect(Object.keys(JSON.parse(json) as object)).toEqual(['engines', 'communicators', 'launchers']);
  });
});

it('leaves nobody behind', () => {
  const { stdout } = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  expect(stdout).not.toContain(folder);
});
