/** Whether inputs are streamed: read from their file when a batch asks for them, instead of once into memory. */
import { totalmem } from 'node:os';
import { DataError } from '../../../errors/index.ts';
import { sizeOf } from '../../../graph/index.ts';
import type { ArrayPlace } from './place.ts';

/** auto: where they are large */
export type Streaming = 'auto' | boolean;

/** Inputs that would take more bytes of memory are large, on a machine with four times as much. */
const large = 2 ** 30;

/** No array in memory may be longer, in bytes. */
const largest = 2 ** 31;

/** @throws DataError for inputs that are to be in memory, and are too large for that */
export function assertHeld(name: string, place: Pick<ArrayPlace, 'shape' | 'type'>): void {
  const bytes = bytesInMemory(place);
  if (bytes <= largest) return;
  throw new DataError(`${name} is too large to be read into memory`, {
    got: `${bytes} bytes`,
    expected: `at most ${largest}`,
    remedy: 'Leave data.stream at auto',
  });
}

/** As float32, or as pixels. */
function bytesInMemory({ shape, type }: Pick<ArrayPlace, 'shape' | 'type'>): number {
  return sizeOf(shape) * (type === 'u1' ? 1 : 4);
}

export function isStreamed(streaming: Streaming, place: Pick<ArrayPlace, 'shape' | 'type'>): boolean {
  if (streaming !== 'auto') return streaming;
  // What a container may take, where it is told: 0 or more than there is where not.
  const allowed = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return bytesInMemory(place) > Math.min(large, Math.min(totalmem(), allowed) / 4);
}
