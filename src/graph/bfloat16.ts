/** bfloat16: the upper half of a float32, 8 bits of mantissa with the leading one, so that 1 + 2^-7 follows on 1. */

const pattern = new Uint32Array(1);
const real = new Float32Array(pattern.buffer);

/** The float32 with these upper 16 bits. */
export function fromBfloat16(bits: number): number {
  pattern[0] = bits << 16;
  return real[0]!;
}

/** The upper 16 bits of the nearest bfloat16, ties to even; a NaN stays one. */
export function toBfloat16(value: number): number {
  real[0] = value;
  const bits = pattern[0]!;
  if (value !== value) return (bits >>> 16) | 0x40;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

/** A number as bfloat16 holds it. */
export function roundToBfloat16(value: number): number {
  return fromBfloat16(toBfloat16(value));
}
