/**
 * What a run folder keeps beside its metrics, for those who read it later: `starts.jsonl`, a line for each time that the
 * run began or went on, and `evaluations.jsonl`, one for each evaluation of a checkpoint.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { appendRecord } from '../../run/index.ts';

export const startRecord = z.object({
  /** from which it went on; 0: it began */
  step: z.int().nonnegative(),
  /** ISO 8601 */
  at: z.string(),
  ranks: z.int().positive(),
  /** how the ranks are connected, for people */
  communicator: z.string(),
  /** which engine, for people */
  engine: z.string(),
  host: z.string(),
  cpu: z.string(),
  /** of the training set */
  examples: z.int().positive(),
  totalSteps: z.int().positive(),
});
export type StartRecord = z.infer<typeof startRecord>;

const share = z.number().min(0).max(1);

export const evaluationRecord = z.object({
  /** of the checkpoint */
  step: z.int().nonnegative(),
  at: z.string(),
  /** where the examples came from, for people */
  data: z.string(),
  images: z.int().positive(),
  draws: z.int().positive(),
  accuracy: share,
  /** nats per example */
  nll: z.number(),
  brier: z.number(),
  /** expected calibration error */
  ece: share,
  /** accuracy against confidence, by confidence in bins of equal width */
  reliability: z.array(z.object({ count: z.int().nonnegative(), confidence: share, accuracy: share })),
});
export type EvaluationRecord = z.infer<typeof evaluationRecord>;

export const startsFile = 'starts.jsonl';
export const evaluationsFile = 'evaluations.jsonl';

/** @throws RunFolderError if the file cannot be written */
export function recordStart(folder: string, start: StartRecord): void {
  appendRecord(join(folder, startsFile), start);
}

/** @throws RunFolderError if the file cannot be written */
export function recordEvaluation(folder: string, evaluation: EvaluationRecord): void {
  appendRecord(join(folder, evaluationsFile), evaluation);
}
