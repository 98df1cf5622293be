import { basename } from 'node:path';
import { CredenceError } from '../../errors/index.ts';
import { type SlurmJob, codeOf, follow, hasEnded, schedulers } from '../../launch/index.ts';
import type { Terminal } from '../terminal.ts';
import type { SubmittedJob } from './hand-over.ts';

interface Listener {
  readonly isJson: boolean;
  readonly terminal: Terminal;
  tell(text: string): void;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Follows jobs of Slurm to their end; what they write goes to stdout, with --json to stderr, in front of each line the run
 * where there are several.
 * @returns the exit code of the first that failed
 * @throws CredenceError when a signal came: the jobs are left as they are
 */
export async function followJobs(jobs: readonly SubmittedJob[], { isJson, terminal, tell }: Listener): Promise<number> {
  const abort = new AbortController();
  const listener = (): void => abort.abort();
  for (const signal of signals) process.on(signal, listener);
  try {
    const output = isJson ? terminal.stderr : terminal.stdout;
    const ends = await Promise.all(
      jobs.map(({ id, log, logged, run }) => {
        const tag = jobs.length > 1 ? `[${basename(run ?? log)}] ` : '';
        return follow({
          id: id!,
          log,
          from: logged,
          signal: abort.signal,
          write: (line) => void output.write(`${tag}${line}\n`),
          tell: (job) => tell(`job ${id}: ${describe(job)}`),
        });
      }),
    );
    if (abort.signal.aborted) throw left(jobs);
    const codes = ends.map((end) => (end === null ? 1 : codeOf(end)));
    if (isJson) terminal.stdout.write(`${JSON.stringify({ scheduler: 'slurm', jobs: jobs.map(report) })}\n`);
    return codes.find((code) => code !== 0) ?? 0;

    function report({ id, name, layout, run, log, script }: SubmittedJob, i: number) {
      const end = ends[i];
      return { id, name, ...layout, run, log, script, state: end?.state ?? null, exitCode: codes[i] };
    }
  } finally {
    for (const signal of signals) process.off(signal, listener);
  }
}

function describe(job: SlurmJob): string {
  const { state, reason, nodes, exitCode } = job;
  if (state === 'PENDING') return `${state}${reason === 'None' ? '' : ` (${reason})`}`;
  if (!hasEnded(job)) return nodes === '' ? state : `${state} on ${nodes}`;
  return state === 'COMPLETED' ? state : `${state}, exit code ${exitCode}`;
}

function left(jobs: readonly SubmittedJob[]): CredenceError {
  const ids = jobs.map(({ id }) => id).join(' ');
  return new CredenceError('INTERRUPTED', `left to Slurm: ${jobs.length === 1 ? 'job' : 'jobs'} ${ids}`, {
    remedy: `Cancel with: ${schedulers.slurm.cancel} ${ids}; the output goes on in ${jobs.map(({ log }) => log).join(', ')}`,
  });
}
