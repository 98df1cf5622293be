/**
 * A sweep: one training on several numbers of nodes, each a run folder of its own under the folder of the sweep.
 *
 *     runs/mnist-sweep/
 *       sweep.json      what the sweep consists of; written before the first job is submitted, and again with its number
 *       nodes-1/        a run folder as `credence train` leaves it: config.yaml, metrics.jsonl, timing.csv, ...
 *       nodes-1.sh      the batch script that made it
 *       nodes-1.log     what the job wrote
 *       nodes-2/        ...
 *
 * A run whose job has not begun, or was refused, has no folder yet.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { DataError } from '../../errors/index.ts';
import { readRegular, writeRunFile } from '../../run/index.ts';

/** Its presence says that a folder is a sweep and no run. */
export const sweepFile = 'sweep.json';

const count = z.int().positive();

const runSchema = z.object({
  /** the run folder, relative to that of the sweep */
  folder: z.string().min(1),
  nodes: count,
  ranksPerNode: count,
  threadsPerRank: count,
  /** nodes x ranksPerNode */
  ranks: count,
  /** the script and the output of the job, relative to the folder of the sweep */
  script: z.string(),
  log: z.string(),
  /** the number that the batch system gave to the job; null where it was not submitted from here */
  job: z.string().nullable(),
});

const sweepSchema = z.object({
  /** slurm, pbs, cobalt, flux, lsf or balsam */
  scheduler: z.string(),
  /** the words behind `credence`; `{nodes}` and `{ranks}` stand for those of each run */
  command: z.array(z.string()),
  /** ISO 8601 */
  created: z.string(),
  /** in the order in which the numbers of nodes were given */
  runs: z.array(runSchema).min(1),
});

export type Sweep = z.infer<typeof sweepSchema>;
export type SweepRun = z.infer<typeof runSchema>;

/** Whether a folder holds a sweep. */
export function isSweep(folder: string): boolean {
  return existsSync(join(folder, sweepFile));
}

/** @throws RunFolderError if it cannot be written */
export function writeSweep(folder: string, sweep: Sweep): void {
  writeRunFile(folder, sweepFile, `${JSON.stringify(sweep, null, 2)}\n`);
}

/** @throws DataError when the file is missing or not what it says */
export function readSweep(folder: string): Sweep {
  const path = join(folder, sweepFile);
  const remedy = 'Give the folder that credence submit --nodes COUNT,COUNT,... has made';
  let value: unknown;
  try {
    value = JSON.parse(readRegular(path).toString('utf8'));
  } catch (cause) {
    throw new DataError(`${path} cannot be read`, { got: (cause as Error).message, remedy, cause });
  }
  const { data, error } = sweepSchema.safeParse(value);
  if (data) return data;
  const [issue] = error.issues;
  throw new DataError(`${path} describes no sweep`, {
    got: `${issue.path.join('.') || 'the whole'}: ${issue.message}`,
    remedy,
  });
}
