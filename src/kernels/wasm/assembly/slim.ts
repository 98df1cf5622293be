/**
 * Products with one column, or of depth one: the last layer of a regression, and its gradients. A panel of eight columns
 * would be zeros but for one of them. Every element is summed over the depth in the order in which `matmul` does it, so
 * that they are the same to the last bit.
 */
import { relu, relu4 } from './activations';
import { loadUpTo4, multiplyAdd, storeUpTo4 } from './lanes';

// @ts-ignore: decorator
@inline
function finish(out: usize, v: v128, valid: i32, rectify: bool): void {
  storeUpTo4(out, rectify ? relu4(v) : v, valid);
}

/**
 * out [m] = A [m, k] b [k] + bias. Four rows at a time, of which four columns are turned over, so that a lane is a row.
 * @param bias 0 for none, else where the one number is
 */
export function matrixVector(out: usize, a: usize, b: usize, m: i32, k: i32, bias: usize, activation: i32): void {
  const rectify = activation == relu;
  const rowStride: usize = <usize>k << 2;
  const start = bias ? v128.load32_splat(bias) : f32x4.splat(0);
  for (; m > 0; m -= 4, a += rowStride << 2, out += 16) {
    // rows that are missing repeat the last one, and are not stored
    let p0 = a;
    let p1 = m > 1 ? p0 + rowStride : p0;
    let p2 = m > 2 ? p1 + rowStride : p1;
    let p3 = m > 3 ? p2 + rowStride : p2;
    let sum = start;
    let w = b;
    let left = k;
    for (; left >= 4; left -= 4, w += 16, p0 += 16, p1 += 16, p2 += 16, p3 += 16) {
      const r0 = v128.load(p0);
      const r1 = v128.load(p1);
      const r2 = v128.load(p2);
      const r3 = v128.load(p3);
      const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
      const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      sum = multiplyAdd(v128.shuffle<i64>(low01, low23, 0, 2), v128.load32_splat(w), sum);
      sum = multiplyAdd(v128.shuffle<i64>(low01, low23, 1, 3), v128.load32_splat(w, 4), sum);
      sum = multiplyAdd(v128.shuffle<i64>(high01, high23, 0, 2), v128.load32_splat(w, 8), sum);
      sum = multiplyAdd(v128.shuffle<i64>(high01, high23, 1, 3), v128.load32_splat(w, 12), sum);
    }
    for (; left > 0; left--, w += 4, p0 += 4, p1 += 4, p2 += 4, p3 += 4) {
      let column = v128.load32_zero(p0);
      column = v128.load32_lane(p1, column, 1);
      column = v128.load32_lane(p2, column, 2);
      column = v128.load32_lane(p3, column, 3);
      sum = multiplyAdd(column, v128.load32_splat(w), sum);
    }
    finish(out, sum, m, rectify);
  }
}

/** out [m] = transposed A [k, m] b [k] + bias, sixteen rows of the result at a time, then four. */
export function transposedVector(out: usize, a: usize, b: usize, m: i32, k: i32, bias: usize, activation: i32): void {
  const rectify = activation == relu;
  const stride: usize = <usize>m << 2;
  const start = bias ? v128.load32_splat(bias) : f32x4.splat(0);
  const end = b + (<usize>k << 2);
  for (; m >= 16; m -= 16, a += 64, out += 64) {
    let c0 = start;
    let c1 = start;
    let c2 = start;
    let c3 = start;
    for (let w = b, p = a; w < end; w += 4, p += stride) {
      const x = v128.load32_splat(w);
      c0 = multiplyAdd(v128.load(p), x, c0);
      c1 = multiplyAdd(v128.load(p, 16), x, c1);
      c2 = multiplyAdd(v128.load(p, 32), x, c2);
      c3 = multiplyAdd(v128.load(p, 48), x, c3);
    }
    finish(out, c0, 4, rectify);
    finish(out + 16, c1, 4, rectify);
    finish(out + 32, c2, 4, rectify);
    finish(out + 48, c3, 4, rectify);
  }
  for (; m > 0; m -= 4, a += 16, out += 16) {
    let c = start;
    for (let w = b, p = a; w < end; w += 4, p += stride) {
      c = multiplyAdd(loadUpTo4(p, m), v128.load32_splat(w), c);
    }
    finish(out, c, m, rectify);
  }
}

/** out [m, n] = a [m] b [n] + bias [n], sixteen columns at a time, then four. */
export function outerProduct(
  out: usize,
  a: usize,
  b: usize,
  m: i32,
  n: i32,
  bias: usize,
  activation: i32,
): void {
  const rectify = activation == relu;
  const zero = f32x4.splat(0);
  const stride: usize = <usize>n << 2;
  const end = a + (<usize>m << 2);
  const step: usize = bias ? 16 : 0;
  for (; n >= 16; n -= 16, b += 64, out += 64) {
    const w0 = v128.load(b);
    const w1 = v128.load(b, 16);
    const w2 = v128.load(b, 32);
    const w3 = v128.load(b, 48);
    const s0 = bias ? v128.load(bias) : zero;
    const s1 = bias ? v128.load(bias, 16) : zero;
    const s2 = bias ? v128.load(bias, 32) : zero;
    const s3 = bias ? v128.load(bias, 48) : zero;
    for (let p = a, q = out; p < end; p += 4, q += stride) {
      const x = v128.load32_splat(p);
      finish(q, multiplyAdd(x, w0, s0), 4, rectify);
      finish(q + 16, multiplyAdd(x, w1, s1), 4, rectify);
      finish(q + 32, multiplyAdd(x, w2, s2), 4, rectify);
      finish(q + 48, multiplyAdd(x, w3, s3), 4, rectify);
    }
    bias += step << 2;
  }
  for (; n > 0; n -= 4, b += 16, out += 16, bias += step) {
    const w = loadUpTo4(b, n);
    const start = bias ? loadUpTo4(bias, n) : zero;
    for (let p = a, q = out; p < end; p += 4, q += stride) {
      finish(q, multiplyAdd(v128.load32_splat(p), w, start), n, rectify);
    }
  }
}
