/** Typed arrays of the same bits are equal: told at once, where `toEqual` takes seconds for millions of numbers. */
import { expect } from 'vitest';

expect.addEqualityTesters([
  (a: unknown, b: unknown): boolean | undefined => {
    if (!ArrayBuffer.isView(a) || !ArrayBuffer.isView(b)) return undefined;
    const isAlike = a.constructor === b.constructor && a.byteLength === b.byteLength;
    // what differs in its bits is looked at as ever: it may be a NaN
    return isAlike && bytesOf(a).equals(bytesOf(b)) ? true : undefined;
  },
]);

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}
