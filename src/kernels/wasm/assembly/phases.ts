/** Before and behind three short convolutions that stand for a long one (onednn/fast-filter.ts). Blocks are of fours. */

/**
 * Of blocks e0, o0, e1, o1, ..., e(count) the three sequences e(i) - o(i), o(i), e(i + 1) - o(i).
 * @param block bytes
 */
export function splitPhases(a: usize, b: usize, c: usize, x: usize, block: usize, count: i32): void {
  for (; count > 0; count--, x += block) {
    for (const end = x + block; x < end; x += 16, a += 16, b += 16, c += 16) {
      const odd = v128.load(x + block);
      v128.store(a, f32x4.sub(v128.load(x), odd));
      v128.store(b, odd);
      v128.store(c, f32x4.sub(v128.load(x + (block << 1)), odd));
    }
  }
}

/**
 * y = a0 + b0, b0 + c0, a1 + b1, ...: block by block.
 * @param bytes of y, which may end within a block
 */
export function joinPhases(y: usize, a: usize, b: usize, c: usize, block: usize, bytes: usize): void {
  for (const last = y + bytes; y < last; ) {
    const first = b;
    let end = min(y + block, last);
    for (; y < end; y += 16, a += 16, b += 16) v128.store(y, f32x4.add(v128.load(a), v128.load(b)));
    b = first;
    end = min(y + block, last);
    for (; y < end; y += 16, b += 16, c += 16) v128.store(y, f32x4.add(v128.load(b), v128.load(c)));
  }
}

/**
 * Of blocks e0, o0, e1, o1, ... the three sequences e(i), e(i) + o(i), o(i).
 * @param block bytes
 */
export function sumPhases(a: usize, b: usize, c: usize, x: usize, block: usize, count: i32): void {
  for (; count > 0; count--, x += block) {
    for (const end = x + block; x < end; x += 16, a += 16, b += 16, c += 16) {
      const even = v128.load(x);
      const odd = v128.load(x + block);
      v128.store(a, even);
      v128.store(b, f32x4.add(even, odd));
      v128.store(c, odd);
    }
  }
}
