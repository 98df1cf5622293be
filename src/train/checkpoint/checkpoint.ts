/** What a checkpoint holds, and where it lies: `checkpoints/step-N/` in the run folder. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { NamedTensor } from '../events.ts';
import type { FileSystem } from '../files/file-system.ts';
import { bytesOf, byName } from '../safetensors/index.ts';

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

export function checkpointsFolder(runFolder: string): string {
  return join(runFolder, 'checkpoints');
}

export function checkpointFolder(runFolder: string, step: number): string {
  return join(checkpointsFolder(runFolder), `step-${step}`);
}

/** The steps of all checkpoints in a run folder, broken ones too, ascending. */
export function checkpointSteps(runFolder: string, files: FileSystem): number[] {
  const folder = checkpointsFolder(runFolder);
  if (!files.existsSync(folder)) return [];
  return files
    .readdirSync(folder)
    .map((name) => /^step-(0|[1-9]\d{0,14})$/.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .toSorted((a, b) => a - b);
}

/**
 * sha256, in hexadecimal, over the float32 little-endian bytes of all tensors in the order of their names (UTF-16 code
 * units), and nothing else: two runs that give the same figure have the same parameters, bit for bit.
 */
export function parametersSha256(tensors: readonly NamedTensor[]): string {
  const hash = createHash('sha256');
  for (const tensor of tensors.toSorted(byName)) hash.update(bytesOf(tensor));
  return hash.digest('hex');
}
