/** How inputs are encoded is part of a trained network: it goes into its checkpoints. */
import { CheckpointError } from '../errors/index.ts';
import type { InputEncoding } from '../models/index.ts';
import type { Checkpoint } from '../train/index.ts';

/** The mean image for a checkpoint's state: float32, little-endian, as base64. */
export function encodePixelMean({ dtype, shift }: InputEncoding): { readonly pixelMean?: string } {
  if (dtype !== 'u8' || !shift) return {};
  return { pixelMean: Buffer.from(Float32Array.from(shift).buffer).toString('base64') };
}

/**
 * The mean image that a checkpoint's network was trained without.
 * @returns [height, width, channels], in units of 1; null: it was given the images as they are
 */
export function pixelMeanOf({ state }: Pick<Checkpoint, 'state'>): Float32Array | null {
  const { pixelMean } = state;
  if (typeof pixelMean !== 'string') return null;
  const bytes = Uint8Array.from(Buffer.from(pixelMean, 'base64'));
  return new Float32Array(bytes.buffer, 0, Math.floor(bytes.length / 4));
}

/** @throws CheckpointError where a run would go on with another training set */
export function assertSameEncoding(checkpoint: Checkpoint, input: InputEncoding): void {
  if (checkpoint.state['pixelMean'] === encodePixelMean(input).pixelMean) return;
  throw new CheckpointError('the mean image of the training set is not that of the run', {
    expected: 'the training set with which the run began',
    remedy: 'Give its path with --data',
  });
}
