/** Writes scripts, and hands them to the batch system. */
import { chmodSync, statSync } from 'node:fs';
import { basename, dirname, relative } from 'node:path';
import {
  type BatchJob,
  type SchedulerName,
  type Sweep,
  ranksOf,
  submitScript,
  writeSweep,
} from '../../launch/index.ts';
import { makeFolder, writeRunFile } from '../../run/index.ts';
import type { Batch } from './plan.ts';

/** A job that a batch system has taken, or a description of one that it would be given. */
export interface SubmittedJob extends BatchJob {
  readonly script: string;
  /** bytes in the log before it was submitted */
  readonly logged: number;
  /** what the system calls it; null before it was submitted */
  readonly id: string | null;
}

/**
 * What was submitted before the system refused one stays submitted, and the file of the sweep says so.
 * @throws RunFolderError, BatchError
 */
export function handOver(
  { scheduler, sweep, scripts, jobs }: Batch,
  words: readonly string[],
  tell: (text: string) => void,
) {
  const created = new Date().toISOString();
  for (const { path, text } of scripts) {
    makeFolder(dirname(path));
    writeRunFile(dirname(path), basename(path), text);
    chmodSync(path, 0o755);
  }
  const submitted: SubmittedJob[] = jobs.map((job, i) => ({
    ...job,
    script: (scripts[i] ?? scripts[0]).path,
    logged: statSync(job.log, { throwIfNoEntry: false })?.size ?? 0,
    id: null,
  }));
  const record = (): void => {
    if (sweep !== null) writeSweep(sweep, sweepOf(scheduler, sweep, words, created, submitted));
  };
  record();
  for (const [i, { path }] of scripts.entries()) {
    const answer = submitScript(scheduler, path);
    if (scheduler === 'balsam') {
      tell(`${answer}`);
      break;
    }
    // sbatch --parsable: NUMBER;CLUSTER where there are several
    const id = scheduler === 'slurm' ? answer.split(';')[0] : (answer.split('\n').at(-1) ?? '');
    submitted[i] = { ...submitted[i], id };
    record();
    const { layout, log } = submitted[i];
    const called = scheduler === 'slurm' ? `job ${id}` : id;
    tell(`${called}: ${some(ranksOf(layout), 'rank')} on ${some(layout.nodes, 'node')}, output in ${log}`);
  }
  return submitted;
}

function some(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function sweepOf(
  scheduler: SchedulerName,
  folder: string,
  command: readonly string[],
  created: string,
  jobs: readonly SubmittedJob[],
): Sweep {
  const runs = jobs.map(({ run, layout, script, log, id }) => {
    const { nodes, ranksPerNode, threadsPerRank } = layout;
    const within = (path: string): string => relative(folder, path);
    return {
      folder: within(run ?? folder),
      nodes,
      ranksPerNode,
      threadsPerRank,
      ranks: ranksOf(layout),
      script: within(script),
      log: within(log),
      job: id,
    };
  });
  return { scheduler, command: [...command], created, runs };
}
