/*
 * Memory that ranks in threads can reach, where there is such: a page has it only where it is isolated from other origins
 * (headers COOP and COEP), and a training that runs on one rank does without.
 */

/** Whether memory can be shared here. */
export function canShare(): boolean {
  return typeof SharedArrayBuffer === 'function';
}

/** Whether other threads can reach the bytes. */
export function isShared(buffer: ArrayBufferLike): boolean {
  // not the other way round: where memory cannot be shared there is no name SharedArrayBuffer
  return !(buffer instanceof ArrayBuffer);
}

/** Zeros, on a SharedArrayBuffer where there is one. */
export function sharedBuffer(bytes: number): ArrayBufferLike {
  return canShare() ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
}
