import { describe, expect, it } from 'vitest';
import { fromBfloat16, roundToBfloat16, toBfloat16 } from '../../src/graph/index.ts';

describe('bfloat16', () => {
  it('holds every pattern of 16 bits as it is, NaNs as NaNs', () => {
    for (let bits = 0; bits < 65_536; bits++) {
      const value = fromBfloat16(bits);
      if (Number.isNaN(value)) expect(toBfloat16(value) & 0x7fff).toBeGreaterThan(0x7f80);
      else expect(toBfloat16(value)).toBe(bits);
    }
  });

  it('rounds to the nearest, ties to even', () => {
    const [one, next, afterNext] = [1, 1 + 2 ** -7, 1 + 2 ** -6];
    expect(roundToBfloat16(one + 2 ** -8)).toBe(one);
    expect(roundToBfloat16(next + 2 ** -8)).toBe(afterNext);
    expect(roundToBfloat16(one + 2 ** -8 + 2 ** -23)).toBe(next);
    expect(roundToBfloat16(-next - 2 ** -8 + 2 ** -23)).toBe(-next);
  });

  it('keeps signs, infinities and the smallest numbers; what lies beyond the largest is infinite', () => {
    expect(Object.is(roundToBfloat16(-0), -0)).toBe(true);
    expect(roundToBfloat16(Number.NEGATIVE_INFINITY)).toBe(Number.NEGATIVE_INFINITY);
    expect(roundToBfloat16(2 ** -133)).toBe(2 ** -133);
    expect(roundToBfloat16(2 ** -134)).toBe(0);
    expect(roundToBfloat16(3.4028234663852886e38)).toBe(Number.POSITIVE_INFINITY);
    expect(roundToBfloat16(Number.NaN)).toBeNaN();
  });
});
