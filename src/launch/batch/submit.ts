import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { BatchError, UnavailableError } from '../../errors/index.ts';
import { findProgram } from '../find.ts';
import { type SchedulerName, schedulerNames, schedulers } from './schedulers.ts';

type Environment = Readonly<Record<string, string | undefined>>;

interface Submission {
  readonly program: string;
  readonly words: readonly string[];
  readonly isPiped?: boolean;
}

/** Whose Python knows Balsam, it does not say; what is on the path does. */
const balsam: Submission = { program: 'python3', words: [] };

function submissionOf(name: SchedulerName): Submission {
  return name === 'balsam' ? balsam : schedulers[name].submit;
}

/** The batch systems whose own command for submitting is on the path; qsub may be that of PBS or of Cobalt. */
export function findSchedulers(env: Environment = process.env): SchedulerName[] {
  return schedulerNames.filter(
    (name) => findProgram(name === 'balsam' ? 'balsam' : schedulers[name].submit.program, env) !== null,
  );
}

/** @throws UnavailableError that names what is missing for submitting jobs from here */
export function assertSubmits(name: SchedulerName, env: Environment = process.env): void {
  const { program } = submissionOf(name);
  if (findProgram(program, env) !== null) return;
  throw new UnavailableError(`${program} is not on the path: no job of ${titleOf(name)} can be submitted from here`, {
    remedy: 'Do this where it is, usually a login node of the cluster; --dry-run prints what would be submitted',
  });
}

function titleOf(name: SchedulerName): string {
  return name === 'balsam' ? 'Balsam' : schedulers[name].title;
}

/**
 * Hands a script to its batch system.
 * @returns what the system answers: the number of the job, or a line that tells it
 * @throws BatchError with the system's own words when it refuses the job
 */
export function submitScript(name: SchedulerName, path: string): string {
  const { program, words, isPiped = false } = submissionOf(name);
  const input = isPiped ? openSync(path, 'r') : ('ignore' as const);
  try {
    const all = isPiped ? words : [...words, path];
    const { status, stdout, stderr, error } = spawnSync(program, all, {
      encoding: 'utf8',
      stdio: [input, 'pipe', 'pipe'],
    });
    if (error === undefined && status === 0) return stdout.trim();
    throw new BatchError(`${titleOf(name)} refuses ${path}`, {
      got:
        error?.message ??
        (`${stderr}\n${stdout}`.trim().replaceAll(/\s*\n\s*/g, '; ') || `exit code ${status} of ${program}`),
      remedy: 'The script stays there: correct what was asked for, and submit it again',
    });
  } finally {
    if (typeof input === 'number') closeSync(input);
  }
}
