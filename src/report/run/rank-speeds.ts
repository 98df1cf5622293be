/** `ranks.jsonl` of a run folder: how fast each rank was, at the steps of metrics.jsonl; of runs of several ranks. */
import { join } from 'node:path';
import { z } from 'zod';
import { RecordFile } from '../../run/index.ts';
import type { TrainingObserver } from '../../train/index.ts';

export const ranksFile = 'ranks.jsonl';

export const rankRecord = z.object({
  step: z.int().positive(),
  /** by rank: of its own examples, while it computes */
  samplesPerSecond: z.array(z.number()),
  /** by rank: the share of a step in which it computes */
  busy: z.array(z.number().min(0).max(1)),
});
export type RankRecord = z.infer<typeof rankRecord>;

/**
 * @param resumedFrom the step of the checkpoint from which the run goes on; 0 for a new run
 * @throws RunFolderError, as the run goes on, if the file cannot be written
 */
export function rankSpeedsObserver(folder: string, resumedFrom = 0): TrainingObserver {
  let file: RecordFile | null = null;
  const open = () => (file ??= new RecordFile(join(folder, ranksFile), resumedFrom));
  const rounded = (values: readonly number[]) => values.map((value) => Number(value.toPrecision(4)));
  return {
    onRanks(step, { samplesPerSecond, busy }) {
      open().append({ step }, { samplesPerSecond: rounded(samplesPerSecond), busy: rounded(busy) });
    },
    onEnd: () => file?.close(),
  };
}
