/** Where a checkpoint lies: `checkpoints/step-N/` in the run folder. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { CheckpointError, describeFailure } from '../../errors/index.ts';
import type { NamedTensor } from '../../train/index.ts';
import type { FileSystem } from '../files/file-system.ts';
import { bytesOf, byName } from '../safetensors/index.ts';

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
  let names: string[];
  try {
    names = files.readdirSync(folder);
  } catch (error) {
    throw new CheckpointError(`cannot look for checkpoints in ${folder}`, describeFailure(error));
  }
  return names
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
