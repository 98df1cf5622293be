/** The mean image that is subtracted from every image is part of a trained network: it goes into its checkpoints. */
import { CheckpointError } from '../errors/index.ts';
import type { Checkpoint } from './checkpoint.ts';

/** For the checkpoint's state: float32, little-endian, as base64. */
export function encodePixelMean(mean: Float32Array | null | undefined): { readonly pixelMean?: string } {
  if (!mean) return {};
  const bytes = new Uint8Array(mean.buffer, mean.byteOffset, mean.byteLength);
  return { pixelMean: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')) };
}

/**
 * The mean image that a checkpoint's network was trained without.
 * @returns [height, width, channels], in units of 1; null: it was given the images as they are
 */
export function pixelMeanOf({ state }: Pick<Checkpoint, 'state'>): Float32Array | null {
  const { pixelMean } = state;
  if (typeof pixelMean !== 'string') return null;
  const bytes = Uint8Array.from(atob(pixelMean), (character) => character.charCodeAt(0));
  return new Float32Array(bytes.buffer, 0, Math.floor(bytes.length / 4));
}

/** @throws CheckpointError where a run would go on with another training set */
export function assertSameMean(checkpoint: Checkpoint, mean: Float32Array | null | undefined): void {
  if (checkpoint.state['pixelMean'] === encodePixelMean(mean).pixelMean) return;
  throw new CheckpointError('the mean image of the training set is not that of the run', {
    expected: 'the training set with which the run began',
    remedy: 'Give its path with --data',
  });
}
