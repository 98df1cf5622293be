/*
 * bfloat16 on the wire: the upper halves of float32 bit patterns, read and written as integers, since a conversion by
 * numbers takes three times as long.
 */

/** Rounds to the nearest bfloat16, ties to even; a NaN stays one. */
export function packBfloat16(from: Uint32Array, to: Uint16Array): void {
  for (let i = 0; i < to.length; i++) {
    const bits = from[i];
    const isNaN = (bits & 0x7fffffff) > 0x7f800000;
    to[i] = isNaN ? (bits >>> 16) | 0x40 : (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
  }
}

export function unpackBfloat16(from: Uint16Array, to: Uint32Array): void {
  for (let i = 0; i < from.length; i++) to[i] = from[i] << 16;
}
