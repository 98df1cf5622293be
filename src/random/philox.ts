/**
 * Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", section 3.3): a bijection of a
 * 128-bit counter under a 64-bit key, good enough that the outputs of consecutive counters pass every known test.
 */

const multiplier0Low = 0x1f53;
const multiplier0High = 0xd251;
const multiplier1Low = 0x8d57;
const multiplier1High = 0xcd9e;
const weyl0 = 0x9e3779b9 | 0;
const weyl1 = 0xbb67ae85 | 0;
const rounds = 10;

/**
 * The high 32 bits of an unsigned product, from its four products of 16-bit halves. No sum of them leaves 32 bits:
 * (2^16 - 1)^2 + 2^16 - 1 < 2^32.
 */
function multiplyHigh(a: number, bLow: number, bHigh: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const middle = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) | 0;
  const carry = (Math.imul(aLow, bHigh) + (middle & 0xffff)) | 0;
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (carry >>> 16)) | 0;
}

/**
 * Writes the four words of counter [4] under key [2] to out [4]; allocates nothing. `out` may be `counter`.
 */
export function philox4x32(counter: Uint32Array, key: Uint32Array, out: Uint32Array): void {
  let c0 = counter[0] | 0;
  let c1 = counter[1] | 0;
  let c2 = counter[2] | 0;
  let c3 = counter[3] | 0;
  let k0 = key[0] | 0;
  let k1 = key[1] | 0;
  for (let round = 0; round < rounds; round++) {
    const high0 = multiplyHigh(c0, multiplier0Low, multiplier0High);
    const low0 = Math.imul(c0, (multiplier0High << 16) | multiplier0Low);
    const high1 = multiplyHigh(c2, multiplier1Low, multiplier1High);
    const low1 = Math.imul(c2, (multiplier1High << 16) | multiplier1Low);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + weyl0) | 0;
    k1 = (k1 + weyl1) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}
