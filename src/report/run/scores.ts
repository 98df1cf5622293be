/**
 * `evaluations/ood-DATA-step-N.json` of a run folder: how scores of the run's own test set and of other data are distributed.
 * Of several evaluations on the same data after the same step it holds the last.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { readPicture, recordPicture } from './picture-file.ts';

const counts = z.array(z.int().nonnegative());

const scores = z.object({
  step: z.int().nonnegative(),
  /** as in the line of evaluations.jsonl */
  at: z.string(),
  /** as in that line, too */
  data: z.string(),
  scores: z
    .array(
      z.object({
        name: z.string(),
        /** ends of the range that is cut into bins of equal width */
        from: z.number(),
        to: z.number(),
        /** examples in each bin, of the run's own data and of the other */
        inside: counts,
        outside: counts,
      }),
    )
    .readonly(),
});
export type ScoresPicture = z.infer<typeof scores>;

const bins = 40;

/** Of one score, over the range of both. */
export function scoreHistogram(
  name: string,
  inside: ArrayLike<number>,
  outside: ArrayLike<number>,
): ScoresPicture['scores'][number] {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const values of [inside, outside]) {
    for (let i = 0; i < values.length; i++) {
      from = Math.min(from, values[i]!);
      to = Math.max(to, values[i]!);
    }
  }
  // all alike: one bin has them all
  if (to === from) to = from + 1;
  const counted = (values: ArrayLike<number>) => {
    const all = new Array<number>(bins).fill(0);
    for (let i = 0; i < values.length; i++) {
      all[Math.min(bins - 1, Math.floor(((values[i]! - from) / (to - from)) * bins))]!++;
    }
    return all;
  };
  return { name, from, to, inside: counted(inside), outside: counted(outside) };
}

/** A name that a file may have, another for each data. */
function kindOf(data: string): string {
  const readable = data
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(-30);
  return `ood-${readable}-${createHash('sha256').update(data).digest('hex').slice(0, 8)}-step-`;
}

/** @throws RunFolderError if the file cannot be written */
export function recordScores(folder: string, record: ScoresPicture): void {
  recordPicture(folder, kindOf(record.data), record);
}

/** As `readPicture`. */
export function readScores(
  folder: string,
  evaluation: Pick<ScoresPicture, 'step' | 'at' | 'data'>,
): ScoresPicture | null {
  return readPicture(folder, kindOf(evaluation.data), scores, evaluation);
}
