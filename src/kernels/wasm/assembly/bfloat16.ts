/** bfloat16, the upper half of a float32: widened by a shift, narrowed to the nearest, ties to even. */
import { matmul, matmulScratch } from './matmul';
import { copyRows } from './structure';
import { laidOut, layOutFrom, take } from './scratch';

/** A NaN keeps its upper bits and is made quiet, so that rounding does not turn it into an infinity. */
// @ts-ignore: decorator
@inline
export function narrow4(v: v128): v128 {
  const upper = i32x4.shr_u(v, 16);
  const odd = v128.and(upper, i32x4.splat(1));
  const nearest = i32x4.shr_u(i32x4.add(v, i32x4.add(odd, i32x4.splat(0x7fff))), 16);
  return v128.bitselect(v128.or(upper, i32x4.splat(0x40)), nearest, f32x4.ne(v, v));
}

export function narrow(out: usize, x: usize, n: i32): void {
  for (; n >= 8; n -= 8, out += 16, x += 32) {
    v128.store(out, i16x8.narrow_i32x4_u(narrow4(v128.load(x)), narrow4(v128.load(x, 16))));
  }
  for (; n > 0; n--, out += 2, x += 4) {
    store<u16>(out, <u16>i32x4.extract_lane(narrow4(v128.load32_zero(x)), 0));
  }
}

export function widen(out: usize, x: usize, n: i32): void {
  for (; n >= 8; n -= 8, out += 32, x += 16) {
    const v = v128.load(x);
    v128.store(out, i32x4.shl(i32x4.extend_low_i16x8_u(v), 16));
    v128.store(out, i32x4.shl(i32x4.extend_high_i16x8_u(v), 16), 16);
  }
  for (; n > 0; n--, out += 4, x += 2) store<u32>(out, <u32>load<u16>(x) << 16);
}

/** n float32 as bfloat16 holds them. */
export function roundInPlace(x: usize, n: i32): void {
  for (; n >= 4; n -= 4, x += 16) v128.store(x, i32x4.shl(narrow4(v128.load(x)), 16));
  for (; n > 0; n--, x += 4) {
    store<u32>(x, i32x4.extract_lane(i32x4.shl(narrow4(v128.load32_zero(x)), 16), 0));
  }
}

export function widenRows(out: usize, outStride: usize, x: usize, stride: usize, n: i32, rows: i32): void {
  for (; rows > 0; rows--, out += outStride, x += stride) widen(out, x, n);
}

let wideB: usize = 0;
let blockOfA: usize = 0;
let blockOfC: usize = 0;
let product: usize = 0;

/** Rows of the result that are computed at a time: some 256 KiB of each operand in float32. */
// @ts-ignore: decorator
@inline
function rowsOf(m: i32, n: i32, k: i32): i32 {
  return min(m, max(16, (65536 / max(max(n, k), 1)) & ~3));
}

function layOut(scratch: usize, m: i32, n: i32, k: i32, narrowB: bool): void {
  layOutFrom(scratch);
  const rows = rowsOf(m, n, k);
  if (narrowB) wideB = take(k * n * 4);
  blockOfA = take(rows * k * 4);
  blockOfC = take(rows * n * 4);
  product = take(matmulScratch(k, n));
}

export function mixedMatmulScratch(m: i32, n: i32, k: i32, narrowB: bool): usize {
  layOut(0, m, n, k, narrowB);
  return laidOut();
}

/** As matmul, of operands any of which may be bfloat16; a block of rows at a time is widened, multiplied and narrowed. */
export function mixedMatmul(
  out: usize,
  a: usize,
  b: usize,
  m: i32,
  n: i32,
  k: i32,
  transposeA: bool,
  transposeB: bool,
  bias: usize,
  activation: i32,
  scratch: usize,
  narrowA: bool,
  narrowB: bool,
  narrowC: bool,
): void {
  layOut(scratch, m, n, k, narrowB);
  if (narrowB) {
    widen(wideB, b, k * n);
    b = wideB;
  }
  const whole = rowsOf(m, n, k);
  const elementA: usize = narrowA ? 2 : 4;
  const elementC: usize = narrowC ? 2 : 4;
  for (let row = 0; row < m; row += whole) {
    const rows = min(whole, m - row);
    let left = a + elementA * row * (transposeA ? 1 : k);
    if (transposeA) {
      const bytes: usize = <usize>rows << 2;
      if (narrowA) widenRows(blockOfA, bytes, left, <usize>m << 1, rows, k);
      else copyRows(blockOfA, bytes, left, <usize>m << 2, bytes, k);
      left = blockOfA;
    } else if (narrowA) {
      widen(blockOfA, left, rows * k);
      left = blockOfA;
    }
    const at = out + elementC * row * n;
    const target = narrowC ? blockOfC : at;
    matmul(target, left, b, rows, n, k, transposeA, transposeB, bias, activation, product);
    if (narrowC) narrow(at, target, rows * n);
  }
}
