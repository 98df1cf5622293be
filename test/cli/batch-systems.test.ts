/**
 * Jobs of the batch systems that no package of Debian brings: what stands in for them runs the script that it is given, takes
 * the launcher's words as the real one does and refuses others, and starts the ranks by a real MPI, with the variables that
 * the real launcher sets.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isInstalled, mpis } from '../comm/launch-mpi.ts';
import { built, endOf, folder, start, writeDigits } from './process.ts';

const isMissing = !mpis.every(isInstalled);
const isSkipped = isMissing && !process.env['CI'];
const skipped = isSkipped ? ': skipped, npm run setup -- openmpi mpich' : '';

/** Runs what it is given, or reads, as a batch system would at its time; answers with a number. */
const queue = (script: string): string => `/bin/bash ${script} >"$JOB_OUTPUT" 2>&1 && echo 4711`;

/** Takes these options with a value, and those that have theirs behind `=`; `$ranks` is how many to start. */
const takes = (valued: string, count: string, more = ''): string => `
while :; do case "$1" in
  ${count}) ranks=$2; shift 2 ;;
  ${valued}) shift 2 ;;
  ${more}
  -*) echo "unknown option $1" >&2; exit 9 ;;
  *) break ;;
esac; done`;

const mpich = (variables: string): string =>
  `exec mpiexec.mpich -n $ranks /bin/sh -c '${variables}; exec "$@"' rank "$@"`;
const openMpi = (variables: string): string =>
  `exec mpiexec.openmpi -q --allow-run-as-root --oversubscribe -n $ranks /bin/sh -c '${variables}; exec "$@"' rank "$@"`;

const systems: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  pbs: {
    qsub: queue('"$1"'),
    mpiexec: takes('--ppn|--cpu-bind', '-n', '--depth=*) shift ;;') + `\n${mpich('export PALS_RANKID=$PMI_RANK')}`,
  },
  cobalt: {
    qsub: queue('"$1"'),
    aprun: takes('-N|-cc|-d|-j', '-n', '-e) export "$2"; shift 2 ;;') + `\n${mpich('export ALPS_APP_PE=$PMI_RANK')}`,
  },
  flux: {
    flux: `case "$1" in batch) ${queue('"$2"')} ;; run) shift; ${takes('-N|-c', '-n')}
      ${mpich('export FLUX_TASK_RANK=$PMI_RANK FLUX_JOB_SIZE=$PMI_SIZE')} ;; esac`,
  },
  lsf: {
    bsub: queue('/dev/stdin'),
    jsrun: `${takes('--tasks_per_rs|--cpu_per_rs|--rs_per_host|--bind', '--nrs')}
      ${openMpi(
        'export JSM_NAMESPACE_RANK=$OMPI_COMM_WORLD_RANK JSM_NAMESPACE_SIZE=$OMPI_COMM_WORLD_SIZE; ' +
          'unset OMPI_COMM_WORLD_RANK OMPI_COMM_WORLD_SIZE',
      )}`,
  },
};

const data = writeDigits('digits');
const train = ['train', 'BNN_FC_flip', '--data', data, '--draws', '1', '--seed', '7', '--batchSize', '12'];
const words = [...train, '--replicas', '2', '--iteration', '10', '--json'];
const sha256In = (text: string): string => /"parametersSha256":"(\w+)"/.exec(text)?.[1] ?? `none in ${text}`;

/** Of one process. */
let alone = '';

beforeAll(async () => {
  const { code, stdout, stderr } = await endOf(start(...words, '--ranks', '1', '--out', 'alone'));
  if (code !== 0) throw new Error(stderr);
  alone = sha256In(stdout);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('credence submit, to what stands in for a batch system', () => {
  it.skipIf(isSkipped).each(Object.entries(systems))(
    `%s: two ranks, the bits of one${skipped}`,
    async (name, programs) => {
      const bin = join(folder, `bin-${name}`);
      mkdirSync(bin);
      for (const [program, text] of Object.entries(programs)) {
        writeFileSync(join(bin, program), `#!/bin/bash\n${text}\n`, { mode: 0o755 });
      }
      const output = join(folder, `${name}.out`);
      const options = ['--scheduler', name, '--nodes', '2', '--setup', 'export SEEN="it\'s set"'];
      const child = spawn(process.execPath, [built, 'submit', ...options, ...words, '--out', `${name} run`], {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          ...process.env,
          PATH: `${bin}:${process.env['PATH']}`,
          JOB_OUTPUT: output,
          NODE_OPTIONS: '',
          CREDENCE_MPI: '',
        },
      });
      const { code, stderr } = await endOf(child);
      const said = readFileSync(output, 'utf8');
      expect(code, stderr + said).toBe(0);
      expect(stderr).toContain('credence submit: 4711: 2 ranks on 2 nodes, output in');
      expect(sha256In(said)).toBe(alone);
    },
  );
});
