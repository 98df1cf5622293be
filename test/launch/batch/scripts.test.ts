import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { clockOf, minutesOf } from '../../../src/launch/batch/duration.ts';
import { quote } from '../../../src/errors/index.ts';
import {
  type BatchJob,
  findProgram,
  parseDuration,
  renderBalsam,
  renderScript,
  schedulers,
} from '../../../src/launch/index.ts';

const scratch = mkdtempSync(join(tmpdir(), 'credence-scripts-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** The original's job on Theta: 2 nodes, a rank on each, 128 threads, two of a core. */
const job: BatchJob = {
  name: 'mnist',
  layout: { nodes: 2, ranksPerNode: 1, threadsPerRank: 128, threadsPerCore: 2 },
  queue: 'debug-flat-quad',
  account: 'datascience',
  seconds: 3600,
  directives: [],
  setup: ['module load nodejs'],
  launcher: 'own',
  launcherOptions: [],
  cwd: '/home/me/work',
  program: ['node', '/opt/credence/main.js'],
  command: ['train', 'mnist', '--replicas', '2', '--out', '/home/me/work/runs/mnist'],
  run: '/home/me/work/runs/mnist',
  log: '/home/me/work/runs/mnist.log',
};

/** What bash says of a script that it only reads. */
function complaintsOf(script: string): string {
  return spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' }).stderr;
}

describe('the script of a job', () => {
  it('of Slurm', () => {
    const text = renderScript(schedulers.slurm, { ...job, launcherOptions: ['--mpi=pmi2'] });
    expect(text).toMatchInlineSnapshot(`
      "#!/bin/bash -e
      #SBATCH --job-name=mnist
      #SBATCH --nodes=2
      #SBATCH --ntasks-per-node=1
      #SBATCH --cpus-per-task=128
      #SBATCH --time=01:00:00
      #SBATCH --partition=debug-flat-quad
      #SBATCH --account=datascience
      #SBATCH --output=/home/me/work/runs/mnist.log
      #SBATCH --open-mode=append
      #SBATCH --signal=TERM@60

      cd /home/me/work
      module load nodejs
      export OMP_NUM_THREADS=128
      # Submitted again, it goes on from the last checkpoint.
      if [ -e /home/me/work/runs/mnist/config.yaml ]; then
        exec srun -n 2 -N 2 --ntasks-per-node=1 --cpus-per-task=128 --kill-on-bad-exit=1 --mpi=pmi2 node /opt/credence/main.js train --resume /home/me/work/runs/mnist
      fi
      exec srun -n 2 -N 2 --ntasks-per-node=1 --cpus-per-task=128 --kill-on-bad-exit=1 --mpi=pmi2 node /opt/credence/main.js train mnist --replicas 2 --out /home/me/work/runs/mnist
      "
    `);
  });

  it('of Slurm, with the mpiexec of the MPI at hand, which gets the signal in the place of the script', () => {
    const text = renderScript(schedulers.slurm, { ...job, launcher: 'mpiexec', run: null });
    expect(text).toMatchInlineSnapshot(`
      "#!/bin/bash -e
      #SBATCH --job-name=mnist
      #SBATCH --nodes=2
      #SBATCH --ntasks-per-node=1
      #SBATCH --cpus-per-task=128
      #SBATCH --time=01:00:00
      #SBATCH --partition=debug-flat-quad
      #SBATCH --account=datascience
      #SBATCH --output=/home/me/work/runs/mnist.log
      #SBATCH --open-mode=append
      #SBATCH --signal=B:TERM@60

      cd /home/me/work
      module load nodejs
      export OMP_NUM_THREADS=128
      exec node /opt/credence/main.js launch -n 2 --launcher mpiexec train mnist --replicas 2 --out /home/me/work/runs/mnist
      "
    `);
  });

  it('of PBS', () => {
    expect(renderScript(schedulers.pbs, { ...job, directives: ['-l filesystems=home'] })).toMatchInlineSnapshot(`
      "#!/bin/bash -e
      #PBS -N mnist
      #PBS -l select=2:ncpus=128:mpiprocs=1
      #PBS -l place=scatter
      #PBS -l walltime=01:00:00
      #PBS -q debug-flat-quad
      #PBS -A datascience
      #PBS -j oe
      #PBS -o /home/me/work/runs/mnist.log
      #PBS -l filesystems=home

      cd /home/me/work
      module load nodejs
      export OMP_NUM_THREADS=128
      # Submitted again, it goes on from the last checkpoint.
      if [ -e /home/me/work/runs/mnist/config.yaml ]; then
        exec mpiexec -n 2 --ppn 1 --depth=128 --cpu-bind depth node /opt/credence/main.js train --resume /home/me/work/runs/mnist
      fi
      exec mpiexec -n 2 --ppn 1 --depth=128 --cpu-bind depth node /opt/credence/main.js train mnist --replicas 2 --out /home/me/work/runs/mnist
      "
    `);
  });

  it('of Cobalt, with the line that the original had', () => {
    expect(renderScript(schedulers.cobalt, { ...job, launcherOptions: ['-b'] })).toMatchInlineSnapshot(`
      "#!/bin/bash -e
      #COBALT --jobname mnist
      #COBALT -n 2
      #COBALT -t 01:00:00
      #COBALT -q debug-flat-quad
      #COBALT -A datascience
      #COBALT -o /home/me/work/runs/mnist.log
      #COBALT -e /home/me/work/runs/mnist.log.err

      cd /home/me/work
      module load nodejs
      export OMP_NUM_THREADS=128
      # Submitted again, it goes on from the last checkpoint.
      if [ -e /home/me/work/runs/mnist/config.yaml ]; then
        exec aprun -n 2 -N 1 -cc depth -d 128 -j 2 -e OMP_NUM_THREADS=128 -b node /opt/credence/main.js train --resume /home/me/work/runs/mnist
      fi
      exec aprun -n 2 -N 1 -cc depth -d 128 -j 2 -e OMP_NUM_THREADS=128 -b node /opt/credence/main.js train mnist --replicas 2 --out /home/me/work/runs/mnist
      "
    `);
  });

  it('of Flux', () => {
    expect(renderScript(schedulers.flux, job)).toMatchInlineSnapshot(`
      "#!/bin/bash -e
      #flux: --job-name=mnist
      #flux: --nodes=2
      #flux: --nslots=2
      #flux: --cores-per-slot=64
      #flux: --time-limit=3600s
      #flux: --queue=debug-flat-quad
      #flux: --bank=datascience
      #flux: --output=/home/me/work/runs/mnist.log

      cd /home/me/work
      module load nodejs
      export OMP_NUM_THREADS=128
      # Submitted again, it goes on from the last checkpoint.
      if [ -e /home/me/work/runs/mnist/config.yaml ]; then
        exec flux run -n 2 -N 2 -c 64 node /opt/credence/main.js train --resume /home/me/work/runs/mnist
      fi
      exec flux run -n 2 -N 2 -c 64 node /opt/credence/main.js train mnist --replicas 2 --out /home/me/work/runs/mnist
      "
    `);
  });

  it('of LSF', () => {
    expect(renderScript(schedulers.lsf, job)).toMatchInlineSnapshot(`
      "#!/bin/bash -e
      #BSUB -J mnist
      #BSUB -nnodes 2
      #BSUB -W 1:00
      #BSUB -q debug-flat-quad
      #BSUB -P datascience
      #BSUB -o /home/me/work/runs/mnist.log

      cd /home/me/work
      module load nodejs
      export OMP_NUM_THREADS=128
      # Submitted again, it goes on from the last checkpoint.
      if [ -e /home/me/work/runs/mnist/config.yaml ]; then
        exec jsrun --nrs 2 --tasks_per_rs 1 --cpu_per_rs 64 --rs_per_host 1 --bind packed:64 node /opt/credence/main.js train --resume /home/me/work/runs/mnist
      fi
      exec jsrun --nrs 2 --tasks_per_rs 1 --cpu_per_rs 64 --rs_per_host 1 --bind packed:64 node /opt/credence/main.js train mnist --replicas 2 --out /home/me/work/runs/mnist
      "
    `);
  });

  it('leaves away what was not asked for, and a rank that is alone takes one thread', () => {
    const bare = { ...job, queue: null, account: null, setup: [], run: null, seconds: 120 };
    const layout = { nodes: 1, ranksPerNode: 1, threadsPerRank: 1, threadsPerCore: 1 };
    expect(renderScript(schedulers.slurm, { ...bare, layout })).toMatchInlineSnapshot(`
      "#!/bin/bash -e
      #SBATCH --job-name=mnist
      #SBATCH --nodes=1
      #SBATCH --ntasks-per-node=1
      #SBATCH --cpus-per-task=1
      #SBATCH --time=00:02:00
      #SBATCH --output=/home/me/work/runs/mnist.log
      #SBATCH --open-mode=append

      cd /home/me/work
      export OMP_NUM_THREADS=1
      exec srun -n 1 -N 1 --ntasks-per-node=1 --cpus-per-task=1 --kill-on-bad-exit=1 node /opt/credence/main.js train mnist --replicas 2 --out /home/me/work/runs/mnist --ranks 1
      "
    `);
  });

  it.each(Object.entries(schedulers))('is bash, whatever stands in its paths: %s', (_, scheduler) => {
    for (const launcher of ['own', 'mpiexec'] as const) {
      const odd = join(scratch, `it's "$HOME" 100% \`id\` ; #`);
      const command = ['train', 'mnist', '--data', odd, '--out', `${odd}/run`];
      const text = renderScript(scheduler, { ...job, launcher, cwd: scratch, command, run: odd, log: `${odd}.log` });
      expect(complaintsOf(text)).toBe('');
      // Run with a launcher that prints its words, it shows them as they went in.
      const last = text.split('\n').findLast((line) => line.startsWith('exec '))!;
      const words = spawnSync('bash', ['-c', last.replace(/^exec /, "printf '%s\\0' ")], { encoding: 'utf8' }).stdout;
      expect(words.split('\0').slice(-command.length - 1, -1)).toEqual(command);
    }
  });
});

describe('the jobs of Balsam', () => {
  const two = [1, 2].map((nodes) => ({ ...job, name: `mnist-${nodes}`, layout: { ...job.layout, nodes } }));
  const text = renderBalsam({ site: 'theta', tag: 'sweep', jobs: two });

  it('are made by its API', () => {
    expect(text).toMatchInlineSnapshot(`
      "from balsam.api import ApplicationDefinition


      class Credence(ApplicationDefinition):
          """Bayesian neural networks by variational inference."""

          site = "theta"
          command_template = "/bin/sh -c {{ line }}"

          def shell_preamble(self):
              return [
                  "module load nodejs",
              ]

          def handle_timeout(self):
              import os

              if os.path.exists(self.job.data["run"] + "/config.yaml"):
                  self.job.set_parameters({"line": self.job.data["again"]})
              self.job.state = "RESTART_READY"


      Credence.sync()
      Credence.submit(
          workdir="sweep/mnist-1",
          tags={"sweep": "sweep"},
          num_nodes=1,
          ranks_per_node=1,
          threads_per_rank=128,
          threads_per_core=2,
          launch_params={"cpu_affinity": "depth", "cpu_bind": "depth"},
          wall_time_min=60,
          line="cd /home/me/work && exec node /opt/credence/main.js train mnist --replicas 2 --out /home/me/work/runs/mnist --ranks 1",
          data={"run": "/home/me/work/runs/mnist", "again": "cd /home/me/work && exec node /opt/credence/main.js train --resume /home/me/work/runs/mnist --ranks 1"},
      )
      Credence.submit(
          workdir="sweep/mnist-2",
          tags={"sweep": "sweep"},
          num_nodes=2,
          ranks_per_node=1,
          threads_per_rank=128,
          threads_per_core=2,
          launch_params={"cpu_affinity": "depth", "cpu_bind": "depth"},
          wall_time_min=60,
          line="cd /home/me/work && exec node /opt/credence/main.js train mnist --replicas 2 --out /home/me/work/runs/mnist",
          data={"run": "/home/me/work/runs/mnist", "again": "cd /home/me/work && exec node /opt/credence/main.js train --resume /home/me/work/runs/mnist"},
      )
      print("Run them, in the folder of the site, by:")
      print("balsam queue submit -n 2 -t 60 -q debug-flat-quad -A datascience -j mpi -tag sweep=sweep")
      "
    `);
  });

  const isSkipped = findProgram('python3') === null && !process.env['CI'];
  const skipped = isSkipped ? ': skipped, apt-get install python3' : '';

  it.skipIf(isSkipped)(`are those that its API is told${skipped}`, () => {
    // Of Balsam what the program calls, and no more: what comes in is printed.
    const api = `
import json
class ApplicationDefinition:
    @classmethod
    def sync(cls):
        print(json.dumps({"site": cls.site, "template": cls.command_template, "preamble": cls().shell_preamble()}))
    @classmethod
    def submit(cls, **words):
        print(json.dumps(words))
`;
    mkdirSync(join(scratch, 'balsam'));
    writeFileSync(join(scratch, 'balsam/__init__.py'), '');
    writeFileSync(join(scratch, 'balsam/api.py'), api);
    const odd = two.map((each) => ({ ...each, command: [...each.command, '--data', `it's "here" {{ x }} \\ ü`] }));
    writeFileSync(join(scratch, 'jobs.py'), renderBalsam({ site: 'theta', tag: 'sweep', jobs: odd }));
    const { stdout, stderr } = spawnSync('python3', [join(scratch, 'jobs.py')], { encoding: 'utf8' });
    expect(stderr).toBe('');
    const [app, ...jobs] = stdout
      .split('\n')
      .slice(0, 3)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(app).toEqual({
      site: 'theta',
      template: '/bin/sh -c {{ line }}',
      preamble: ['module load nodejs'],
    });
    expect(jobs.map((each) => [each['num_nodes'], each['threads_per_rank'], each['threads_per_core']])).toEqual([
      [1, 128, 2],
      [2, 128, 2],
    ]);
    expect(stdout.split('\n')[4]).toBe(
      'balsam queue submit -n 2 -t 60 -q debug-flat-quad -A datascience -j mpi -tag sweep=sweep',
    );
    // The shell of a rank reads the words as they were given.
    const line = String(jobs[1]['line']).replace(/^cd \S+ && exec node \S+/, "printf '%s\\0'");
    const read = spawnSync('/bin/sh', ['-c', line], { encoding: 'utf8' }).stdout.split('\0').slice(0, -1);
    expect(read).toEqual(odd[1].command);
  });
});

describe('words and times', () => {
  it('quotes what a shell would take apart, and nothing else', () => {
    expect(['--out=a/b.c', '', 'a b', "it's", '$x', '{ranks}'].map(quote)).toEqual([
      '--out=a/b.c',
      "''",
      "'a b'",
      "'it'\\''s'",
      "'$x'",
      "'{ranks}'",
    ]);
  });

  it('reads a time limit in the ways of the batch systems, but none that two of them read differently', () => {
    const texts = ['1:30:00', '2-00:00:00', '90', '1h30m', '1d', '45m', '0:00:01'];
    expect(texts.map(parseDuration)).toEqual([5400, 172_800, 5400, 5400, 86_400, 2700, 1]);
    for (const text of ['', '0', '1:30', '1:60:00', 'soon', '-5', '1.5h', '9999999', '0:00:00', '400d']) {
      expect(parseDuration(text)).toBe(null);
    }
    expect([clockOf(5400), clockOf(172_801), minutesOf(61)]).toEqual(['01:30:00', '48:00:01', 2]);
  });
});
