import { spawn } from 'node:child_process';
import { type Host, isLocal } from './hosts.ts';

/** Whether a host can be reached; null where that cannot be known. */
export type Probe = (host: Host) => Promise<boolean | null>;

/** Batch systems reach their hosts by ways of their own. */
const batchVariables = ['SLURM_JOB_ID', 'PBS_JOBID', 'LSB_JOBID', 'COBALT_JOBID', 'FLUX_JOB_ID'];

export function isBatchJob(env: Readonly<Record<string, string | undefined>>): boolean {
  return batchVariables.some((name) => env[name] !== undefined);
}

/** By ssh, as mpiexec will: without a question, with 10 seconds to answer. */
export function probeBySsh(host: Host): Promise<boolean | null> {
  if (isLocal(host) || isBatchJob(process.env)) return Promise.resolve(null);
  const words = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10', '--', host.name, 'true'];
  return new Promise((resolve) => {
    const child = spawn('ssh', words, { stdio: 'ignore', timeout: 20_000 });
    child.on('error', () => resolve(null));
    child.on('close', (code) => resolve(code === 0));
  });
}

/** The hosts that answer, and the names of those that do not. */
export async function reachable(
  hosts: readonly Host[],
  probe: Probe,
): Promise<{ readonly there: Host[]; readonly lost: string[] }> {
  const answers = await Promise.all(hosts.map(probe));
  return {
    there: hosts.filter((_, i) => answers[i] !== false),
    lost: hosts.filter((_, i) => answers[i] === false).map(({ name }) => name),
  };
}
