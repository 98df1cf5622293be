import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { readSweep } from '../../src/launch/index.ts';
import { file, recorder, scratch } from './request.ts';

afterEach(() => vi.unstubAllEnvs());

/** `credence submit WORDS` in this process, where no batch system is but those of `programs`. */
async function submit(words: readonly string[], programs: Readonly<Record<string, string>> = {}) {
  const bin = join(scratch, `bin-${Object.keys(programs).join('-')}`);
  mkdirSync(bin, { recursive: true });
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  vi.stubEnv('PATH', bin);
  const terminal = recorder();
  const code = await run(['submit', ...words], terminal);
  const shorten = (text: string): string => text.replaceAll(scratch, 'DIR').replaceAll(process.cwd(), 'CWD');
  return { code, out: shorten(terminal.out()), err: shorten(terminal.err()) };
}

const refusal = async (...words: string[]): Promise<string> => {
  const { code, out, err } = await submit(words);
  expect(out).toBe('');
  return `${code} ${err}`;
};
const slurm = ['--scheduler', 'slurm', '--dry-run'];
const train = ['train', 'BNN_FC_flip', '--replicas', '4'];

describe('credence submit', () => {
  it('refuses what makes no sense', async () => {
    const broken = file('broken.yaml', 'nodes: 2\nqueues: debug\n');
    const late = file('late.yaml', 'nodes: 2\ntime: "1:30"\n');
    const refusals = [
      await refusal('--nodes', '2'),
      await refusal(...slurm, 'evaluate', 'runs/mnist'),
      await refusal(...slurm, '--nodes', '0', ...train),
      await refusal(...slurm, '--nodes', '2,2', ...train),
      await refusal(...slurm, '--ranksPerNode', '0', ...train),
      await refusal(...slurm, '--nodes', '9', ...train),
      await refusal('--scheduler', 'slrum', ...train),
      await refusal(...slurm, '--time', 'soon', ...train),
      await refusal(...slurm, '--queue', 'two words', ...train),
      await refusal(...slurm, '--name', '$(id)', ...train),
      await refusal(...slurm, '--ranksPerNode', '2', ...train, '--ranks', '2'),
      await refusal(...slurm, ...train, '--batchSize', 'x'),
      await refusal(...slurm, '--file', broken, ...train),
      await refusal(...slurm, '--file', late, ...train),
      await refusal('--scheduler', 'balsam', ...train),
      await refusal('--scheduler', 'pbs', '--mpi', 'pmi2', ...train),
      await refusal(...train),
      await refusal('--scheduler', 'lsf', ...train),
    ];
    expect(refusals.join('')).toMatchInlineSnapshot(`
      "2 credence: credence submit: the command is missing: expected credence submit train .... credence submit --help tells more
      2 credence: ranks have no use for credence evaluate: expected credence submit train ...
      2 credence: --nodes: got 0, expected a number, 1 or more
      2 credence: --nodes: got 2,2, expected numbers of nodes, each once, with commas between several
      2 credence: --ranksPerNode: got 0, expected a number, 1 or more
      2 credence: there are more ranks than there is work to deal out: got 9 ranks, expected at most 8, one for each slice of each replica. Give fewer --ranks, or more --replicas or --slices
      2 credence: --scheduler: got slrum, expected slurm, pbs, cobalt, flux, lsf, balsam
      2 credence: --time: got soon, expected H:MM:SS, D-HH:MM:SS, minutes, or 1h30m; more than nothing and at most a year
      2 credence: --queue: got two words, expected a name of letters, digits and _.@:+/-
      2 credence: --name: got $(id), expected at most 63 letters, digits and _.+-, a letter or a digit first
      2 credence: --ranks of credence train, under credence submit. Leave it away: credence submit says how many ranks there are
      2 credence: --batchSize: got x, expected an integer from 1 to 1000000. The default is 64
      2 credence: DIR/broken.yaml, line 2: queues: unknown key. Did you mean queue?
      2 credence: DIR/late.yaml, line 2: time: got 1:30, expected H:MM:SS, D-HH:MM:SS, minutes, or 1h30m; more than nothing and at most a year
      2 credence: --site is missing: expected the name of a Balsam site. balsam site ls lists them
      2 credence: --mpi pmi2: got --scheduler pbs, expected slurm, whose srun has such plugins
      1 credence: no batch system is here: none of sbatch, qsub, flux, bsub and balsam is on the path. Name the system, for a script that is submitted elsewhere: --scheduler NAME --dry-run (slurm, pbs, cobalt, flux, lsf, balsam)
      1 credence: bsub is not on the path: no job of LSF can be submitted from here. Do this where it is, usually a login node of the cluster; --dry-run prints what would be submitted
      "
    `);
  });

  it('asks which system is meant where there are two that it could be', async () => {
    const { code, err } = await submit(train, { qsub: 'exit 1' });
    expect([code, err]).toMatchInlineSnapshot(`
      [
        2,
        "credence: which batch system?: got here are pbs, cobalt, expected --scheduler NAME
      ",
      ]
    `);
  });

  it('takes its description from a file, and flags win', async () => {
    const description = file(
      'cluster.yaml',
      'scheduler: cobalt\nnodes: [1, 2]\nranksPerNode: 2\ntime: 90\nsetup: |\n  module load a\n  module load b\n' +
        `command: train BNN_FC_flip --replicas {ranks} --out ${scratch}/from-file\n`,
    );
    const { code, out } = await submit(['--file', description, '--time', '2h', '--dry-run', '--json']);
    expect(code).toBe(0);
    const { scripts } = JSON.parse(out) as { scripts: { path: string; text: string }[] };
    expect(scripts.map(({ path }) => path)).toEqual(['DIR/from-file/nodes-1.sh', 'DIR/from-file/nodes-2.sh']);
    expect(scripts[1].text).toContain('#COBALT -t 02:00:00\n');
    expect(scripts[1].text).toContain('\nmodule load a\nmodule load b\n');
    expect(scripts[1].text).toMatch(/aprun -n 4 -N 2 .* --replicas 4 --out DIR\/from-file\/nodes-2\n$/);
  });

  it('hands a job over, and keeps what belongs to a sweep', async () => {
    const out = join(scratch, "a sweep's");
    const words = ['--scheduler', 'pbs', '--nodes', '1,2', ...train, '--out', out];
    const { code, err } = await submit(words, { qsub: 'echo "17.$(/usr/bin/basename "$1")"' });
    expect(code).toBe(0);
    expect(err).toMatchInlineSnapshot(`
      "credence submit: 17.nodes-1.sh: 1 rank on 1 node, output in DIR/a sweep's/nodes-1.log
      credence submit: 17.nodes-2.sh: 2 ranks on 2 nodes, output in DIR/a sweep's/nodes-2.log
      "
    `);
    expect(readSweep(out).runs.map(({ job, folder }) => [job, folder])).toEqual([
      ['17.nodes-1.sh', 'nodes-1'],
      ['17.nodes-2.sh', 'nodes-2'],
    ]);
    const again = await submit(words, { qsub: 'echo 18' });
    expect(again.code).toBe(2);
    expect(again.err).toMatchInlineSnapshot(`
      "credence: DIR/a sweep's already holds a sweep: expected a new folder. Submit its scripts again, or choose another folder with --out
      "
    `);
  });

  it('passes on what a batch system says when it refuses', async () => {
    const out = join(scratch, 'refused');
    const words = ['--scheduler', 'pbs', ...train, '--out', out];
    const { code, err } = await submit(words, { qsub: 'echo "qsub: Unknown queue" >&2; exit 170' });
    expect([code, err]).toMatchInlineSnapshot(`
      [
        1,
        "credence: PBS refuses DIR/refused.sh: got qsub: Unknown queue. The script stays there: correct what was asked for, and submit it again
      ",
      ]
    `);
    expect(readFileSync(`${out}.sh`, 'utf8')).toContain('#PBS -N refused\n');
  });

  it('says which folder cannot be written', async () => {
    file('no-folder', '');
    const words = ['--scheduler', 'pbs', ...train, '--out', join(scratch, 'no-folder/run')];
    const { code, err } = await submit(words, { qsub: 'echo 1' });
    expect(code).toBe(1);
    expect(err).toMatch(/^credence: cannot make run folder DIR\/no-folder: got E/);
  });
});
