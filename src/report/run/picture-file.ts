/**
 * Files of `evaluations/` in a run folder: what a report draws of an evaluation beside its figures in evaluations.jsonl. Of
 * several evaluations after the same step such a file holds the last.
 */
import { join } from 'node:path';
import type { z } from 'zod';
import { readRegular, writeRunFile } from '../../run/index.ts';

/** By which evaluation's line a picture is found. */
interface Moment {
  readonly step: number;
  /** as in the line of evaluations.jsonl */
  readonly at: string;
}

function nameOf(kind: string, step: number): string {
  return join('evaluations', `${kind}${step}.json`);
}

/**
 * @param kind what its name begins with: `step-`
 * @throws RunFolderError if the file cannot be written
 */
export function recordPicture(folder: string, kind: string, record: Moment): void {
  writeRunFile(folder, nameOf(kind, record.step), `${JSON.stringify(record)}\n`);
}

/**
 * The picture of an evaluation; null where it has none, or another one was made after the same step since.
 * @throws ZodError or SyntaxError where the file is broken
 */
export function readPicture<T extends Moment>(
  folder: string,
  kind: string,
  schema: z.ZodType<T>,
  { step, at }: Moment,
): T | null {
  let text: string;
  try {
    text = readRegular(join(folder, nameOf(kind, step))).toString('utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  const record = schema.parse(JSON.parse(text));
  return record.at === at ? record : null;
}
