/** Whether inputs are streamed: read from their file when a batch asks for them, instead of once into memory. */
import { totalmem } from 'node:os';
import { sizeOf } from '../../../graph/index.ts';
import type { ArrayPlace } from './place.ts';

/** auto: where they are large */
export type Streaming = 'auto' | boolean;

/** Inputs that would take more bytes of memory are large, on a machine with four times as much. */
const large = 2 ** 30;

export function isStreamed(streaming: Streaming, { shape, type }: Pick<ArrayPlace, 'shape' | 'type'>): boolean {
  if (streaming !== 'auto') return streaming;
  // as float32, or pixels
  const bytes = sizeOf(shape) * (type === 'u1' ? 1 : 4);
  // What a container may take, where it is told: 0 or more than there is where not.
  const allowed = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return bytes > Math.min(large, Math.min(totalmem(), allowed) / 4);
}
