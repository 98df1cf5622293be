/** Loads and stores of the first n of four lanes, so that no loop reads or writes past the end of a buffer. */

function loadTail(pointer: usize, n: i32): v128 {
  let v = v128.load32_zero(pointer);
  if (n > 1) v = v128.load32_lane(pointer, v, 1, 4);
  if (n > 2) v = v128.load32_lane(pointer, v, 2, 8);
  return v;
}

function storeTail(pointer: usize, v: v128, n: i32): void {
  v128.store32_lane(pointer, v, 0);
  if (n > 1) v128.store32_lane(pointer, v, 1, 4);
  if (n > 2) v128.store32_lane(pointer, v, 2, 8);
}

/** The first min(n, 4) of four floats, zeros behind them; n >= 1. */
// @ts-ignore: decorator
@inline
export function loadUpTo4(pointer: usize, n: i32): v128 {
  return n >= 4 ? v128.load(pointer) : loadTail(pointer, n);
}

// @ts-ignore: decorator
@inline
export function storeUpTo4(pointer: usize, v: v128, n: i32): void {
  if (n >= 4) v128.store(pointer, v);
  else storeTail(pointer, v, n);
}

/** a * b + c: one rounding in the relaxed build, two in the base build. */
// @ts-ignore: decorator
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  else return f32x4.add(f32x4.mul(a, b), c);
}

/** a where the lane of `mask` is all ones, b where it is zero. */
// @ts-ignore: decorator
@inline
export function choose(a: v128, b: v128, mask: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i32x4.relaxed_laneselect(a, b, mask);
  else return v128.bitselect(a, b, mask);
}

/** Sum of the two lanes of `sum` with the four floats of v added, in double. */
// @ts-ignore: decorator
@inline
export function addWide(sum: v128, v: v128): v128 {
  const high = i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
  return f64x2.add(sum, f64x2.add(f64x2.promote_low_f32x4(v), f64x2.promote_low_f32x4(high)));
}

// @ts-ignore: decorator
@inline
export function totalWide(sum: v128): f64 {
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** Copies bytes without a call for what is short; the regions do not overlap. */
export function copyBytes(target: usize, source: usize, bytes: usize): void {
  if (bytes >= 512) {
    memory.copy(target, source, bytes);
    return;
  }
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) v128.store(target + i, v128.load(source + i));
  for (; i + 4 <= bytes; i += 4) store<u32>(target + i, load<u32>(source + i));
  for (; i < bytes; i++) store<u8>(target + i, load<u8>(source + i));
}
