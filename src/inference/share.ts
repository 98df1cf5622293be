import { sharedBuffer } from '../kernels/index.ts';

/** The ranks that share a prediction. */
export interface PredictionRanks {
  readonly rank: number;
  readonly size: number;
  /** Each element, in shared memory, becomes its sum over all ranks; all ranks call it in the same order. */
  sum(values: Float64Array, name: string): void;
}

export const oneRank: PredictionRanks = { rank: 0, size: 1, sum() {} };

/** Draws `from` up to `to` of a batch of images. */
export interface Part {
  readonly batch: number;
  readonly from: number;
  readonly to: number;
}

export interface Share {
  /** what this rank computes */
  readonly parts: readonly Part[];
  /** batches whose draws stand on several ranks, with the first of them */
  readonly split: readonly { readonly batch: number; readonly owner: number }[];
  /** runs of batches on this rank */
  readonly total: number;
  /**
   * To be told how many draws are done: now and then all ranks wait for the slowest, so that none waits for long at the
   * end, where a deadline would take a slow rank for a lost one.
   */
  keepPace(done: number): void;
}

/** How often the ranks wait for each other. */
const meetings = 32;

/**
 * Lays the draws of all batches end to end, batch by batch, and cuts the line into one equal piece per rank: whole batches
 * as far as there are enough, so that what is computed once per batch is computed on one rank; else the draws of a batch.
 */
export function shareOf(batches: number, draws: number, ranks: PredictionRanks): Share {
  const line = batches * draws;
  const cut = (rank: number) => Math.floor((line * rank) / ranks.size);
  const [begin, end] = [cut(ranks.rank), cut(ranks.rank + 1)];
  const parts: Part[] = [];
  for (let batch = Math.floor(begin / draws); batch * draws < end; batch++) {
    const from = Math.max(0, begin - batch * draws);
    const to = Math.min(draws, end - batch * draws);
    if (from < to) parts.push({ batch, from, to });
  }
  const split = new Map<number, number>();
  for (let rank = 1; rank < ranks.size; rank++) {
    const batch = Math.floor(cut(rank) / draws);
    const owner = rank - 1;
    if (cut(rank) % draws !== 0 && !split.has(batch)) split.set(batch, owner);
  }
  const total = end - begin;
  const beat = new Float64Array(sharedBuffer(8));
  let met = 0;
  return {
    parts,
    split: [...split].map(([batch, owner]) => ({ batch, owner })),
    total,
    keepPace(done) {
      if (ranks.size === 1) return;
      while (met < meetings && done >= (total * (met + 1)) / meetings) ranks.sum(beat, `meeting ${++met}`);
    },
  };
}
