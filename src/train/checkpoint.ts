import type { NamedTensor } from './events.ts';

/** What is kept of a run, so that it can go on from there. */
export interface Checkpoint {
  /** the last step that was done */
  readonly step: number;
  readonly model: string;
  readonly parameters: readonly NamedTensor[];
  /** the optimiser's moments; names are the caller's */
  readonly optimizer: readonly NamedTensor[];
  /** whatever else the trainer needs to go on; goes through JSON */
  readonly state: Readonly<Record<string, unknown>>;
  /** by which the best checkpoint is kept: smaller is better; null is never the best */
  readonly score: number | null;
}

/** Where checkpoints go; a run folder's CheckpointStore is one. */
export interface CheckpointSink {
  write(checkpoint: Checkpoint): string;
}
