/** What Slurm says of itself and of its jobs. */
import { spawnSync } from 'node:child_process';
import { BatchError } from '../../errors/index.ts';

export interface SlurmJob {
  /** PENDING, RUNNING, COMPLETING, and those in which a job ends */
  readonly state: string;
  /** why it waits; `None` */
  readonly reason: string;
  readonly nodes: string;
  /** of the script; 0 unless it has failed by itself */
  readonly exitCode: number;
}

const ends = [
  'BOOT_FAIL',
  'CANCELLED',
  'COMPLETED',
  'DEADLINE',
  'FAILED',
  'NODE_FAIL',
  'OUT_OF_MEMORY',
  'PREEMPTED',
  'REVOKED',
  'TIMEOUT',
];

/** Whether nothing more will come of the job. */
export function hasEnded({ state }: SlurmJob): boolean {
  return ends.includes(state);
}

/** The exit code of credence for a job that has ended: the job's own where it has one. */
export function codeOf({ state, exitCode }: SlurmJob): number {
  if (state === 'COMPLETED') return 0;
  return state === 'FAILED' ? exitCode || 1 : 1;
}

/**
 * The plugin by which ranks of srun find each other unless a job says otherwise; null where there is no Slurm, or none is set.
 */
export function defaultPlugin(): string | null {
  const { status, stdout } = spawnSync('scontrol', ['show', 'config'], { encoding: 'utf8', timeout: 10_000 });
  const plugin = status === 0 ? (/^MpiDefault\s*=\s*(\S+)/m.exec(stdout)?.[1] ?? 'none') : 'none';
  return plugin === 'none' ? null : plugin;
}

/**
 * How a job stands, by the controller, or by the accounts of jobs that the controller has forgotten.
 * @throws BatchError when neither knows it, or neither answers
 */
export function lookAt(id: string): SlurmJob {
  const shown = spawnSync('scontrol', ['show', 'job', '-o', id], { encoding: 'utf8', timeout: 30_000 });
  const job = shown.status === 0 ? parseJob(shown.stdout) : null;
  if (job !== null) return job;
  const words = ['-nXP', '-j', id, '-o', 'State,ExitCode'];
  const told = spawnSync('sacct', words, { encoding: 'utf8', timeout: 30_000 });
  // CANCELLED by 1000|0:0
  const [, state, code] = /^([A-Z_]+)[^|\n]*\|(\d+):/m.exec(told.stdout ?? '') ?? [];
  if (state !== undefined) return { state, reason: 'None', nodes: '', exitCode: Number(code) };
  throw new BatchError(`Slurm does not say how job ${id} stands`, {
    got: (shown.stderr || told.stderr || 'no answer').trim().replaceAll(/\s*\n\s*/g, '; '),
  });
}

/** A line of `scontrol show job -o`. */
export function parseJob(line: string): SlurmJob | null {
  const field = (name: string): string => new RegExp(`(?:^| )${name}=(\\S*)`).exec(line)?.[1] ?? '';
  const state = field('JobState');
  if (state === '') return null;
  return {
    state,
    reason: field('Reason'),
    nodes: field('NodeList'),
    exitCode: Number.parseInt(field('ExitCode'), 10) || 0,
  };
}
