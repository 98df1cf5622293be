import { CommunicationError } from '../errors/index.ts';
import { canShare, isShared, sharedBuffer } from '../kernels/index.ts';

/** What ranks exchange, over shared memory; bfloat16 as the upper halves of float32 bit patterns. */
export type Elements = Float32Array | Float64Array | Uint16Array | Int32Array | BigInt64Array;

export const elementTypes = ['float32', 'float64', 'bfloat16', 'int32', 'int64'] as const;
export type ElementType = (typeof elementTypes)[number];

/** What `max` and `min` give where an element is NaN is not defined. */
export type Reduction = 'sum' | 'max' | 'min';

export function typeOf(values: Elements): ElementType {
  if (values instanceof Float32Array) return 'float32';
  if (values instanceof Float64Array) return 'float64';
  if (values instanceof Uint16Array) return 'bfloat16';
  return values instanceof Int32Array ? 'int32' : 'int64';
}

/** @throws CommunicationError where other ranks could not reach the elements */
export function assertShared(values: Elements, name: string): void {
  // where nothing can be shared there are no other ranks
  if (isShared(values.buffer) || !canShare()) return;
  throw new CommunicationError(`${name} cannot be exchanged`, {
    got: `a ${values.constructor.name} of its own memory`,
    expected: 'one over a SharedArrayBuffer or a shared WebAssembly.Memory',
  });
}

/** New elements in shared memory. */
export function sharedFloats(count: number): Float32Array {
  return new Float32Array(sharedBuffer(4 * count));
}

export function sharedDoubles(count: number): Float64Array {
  return new Float64Array(sharedBuffer(8 * count));
}

/** Where the share of `rank` begins when `count` elements are dealt to `size` ranks; whole cache lines of float32. */
export function shareBegin(count: number, rank: number, size: number): number {
  if (rank >= size) return count;
  return Math.min(count, 16 * Math.floor((Math.ceil(count / 16) * rank) / size));
}
