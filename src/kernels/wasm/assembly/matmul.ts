/** Matrix products: B packed into panels of eight columns, A read where it lies, tiles of 4 x 8 held in registers. */
import { loadUpTo4, multiplyAdd, storeUpTo4 } from './lanes';
import { activateInPlace, relu, relu4 } from './activations';

/** Depth of a block: 512 rows of a panel are 16 KiB, half of the smallest first-level cache. */
const depth: i32 = 512;

/** Bytes of scratch for the panels of B [k, n]. */
export function matmulScratch(k: i32, n: i32): i32 {
  return ((n + 7) >> 3) * k * 32;
}

/** Rows of B are contiguous: eight columns of each, zeros behind the last. */
export function packRows(target: usize, b: usize, stride: usize, k: i32, n: i32): void {
  for (let column = 0; column < n; column += 8) {
    let p = b + (<usize>column << 2);
    const valid = n - column;
    for (let i = 0; i < k; i++, p += stride, target += 32) {
      v128.store(target, loadUpTo4(p, valid));
      v128.store(target, valid > 4 ? loadUpTo4(p + 16, valid - 4) : f32x4.splat(0), 16);
    }
  }
}

/**
 * Columns of B are contiguous: four rows of up to four columns at a time, transposed. The panels stand `panelBytes`
 * apart, at least 32 k.
 */
export function packColumns(target: usize, b: usize, stride: usize, k: i32, n: i32, panelBytes: usize): void {
  const zero = f32x4.splat(0);
  for (let column = 0; column < n; column += 8) {
    for (let half = 0; half < 8; half += 4) {
      const valid = n - column - half;
      const p = b + stride * (column + half);
      let t = target + (<usize>half << 2);
      for (let i = 0; i < k; i += 4, t += 128) {
        const left = k - i;
        const q = p + (<usize>i << 2);
        const r0 = valid > 0 ? loadUpTo4(q, left) : zero;
        const r1 = valid > 1 ? loadUpTo4(q + stride, left) : zero;
        const r2 = valid > 2 ? loadUpTo4(q + stride * 2, left) : zero;
        const r3 = valid > 3 ? loadUpTo4(q + stride * 3, left) : zero;
        const a = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
        const b2 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
        const c = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
        const d = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
        v128.store(t, v128.shuffle<i64>(a, b2, 0, 2));
        if (left > 1) v128.store(t, v128.shuffle<i64>(a, b2, 1, 3), 32);
        if (left > 2) v128.store(t, v128.shuffle<i64>(c, d, 0, 2), 64);
        if (left > 3) v128.store(t, v128.shuffle<i64>(c, d, 1, 3), 96);
      }
    }
    target += panelBytes;
  }
}

// @ts-ignore: decorator
@inline
function finish(out: usize, low: v128, high: v128, valid: i32, rectify: bool): void {
  if (rectify) {
    low = relu4(low);
    high = relu4(high);
  }
  storeUpTo4(out, low, valid);
  if (valid > 4) storeUpTo4(out + 16, high, valid - 4);
}

/**
 * out [m, valid of 8] = or += A [m, k] panel [k, 8] (+ bias); element (i, l) of A stands at a + i * rowStride + l * step.
 */
function panel(
  out: usize,
  outStride: usize,
  a: usize,
  rowStride: usize,
  step: usize,
  b: usize,
  m: i32,
  k: i32,
  valid: i32,
  first: bool,
  bias: usize,
  rectify: bool,
): void {
  let biasLow = f32x4.splat(0);
  let biasHigh = biasLow;
  if (bias) {
    biasLow = loadUpTo4(bias, valid);
    if (valid > 4) biasHigh = loadUpTo4(bias + 16, valid - 4);
  }
  const end = b + (<usize>k << 5);
  for (; m > 0; m -= 4, a += rowStride << 2, out += outStride << 2) {
    // rows that are missing repeat the last one, and are not stored
    let p0 = a;
    let p1 = m > 1 ? p0 + rowStride : p0;
    let p2 = m > 2 ? p1 + rowStride : p1;
    let p3 = m > 3 ? p2 + rowStride : p2;
    const q1 = m > 1 ? out + outStride : out;
    const q2 = m > 2 ? q1 + outStride : q1;
    const q3 = m > 3 ? q2 + outStride : q2;
    let c00 = biasLow;
    let c01 = biasHigh;
    let c10 = biasLow;
    let c11 = biasHigh;
    let c20 = biasLow;
    let c21 = biasHigh;
    let c30 = biasLow;
    let c31 = biasHigh;
    if (!first) {
      c00 = f32x4.add(c00, loadUpTo4(out, valid));
      c10 = f32x4.add(c10, loadUpTo4(q1, valid));
      c20 = f32x4.add(c20, loadUpTo4(q2, valid));
      c30 = f32x4.add(c30, loadUpTo4(q3, valid));
      if (valid > 4) {
        c01 = f32x4.add(c01, loadUpTo4(out + 16, valid - 4));
        c11 = f32x4.add(c11, loadUpTo4(q1 + 16, valid - 4));
        c21 = f32x4.add(c21, loadUpTo4(q2 + 16, valid - 4));
        c31 = f32x4.add(c31, loadUpTo4(q3 + 16, valid - 4));
      }
    }
    for (let w = b; w < end; w += 32, p0 += step, p1 += step, p2 += step, p3 += step) {
      const w0 = v128.load(w);
      const w1 = v128.load(w, 16);
      const x0 = v128.load32_splat(p0);
      c00 = multiplyAdd(x0, w0, c00);
      c01 = multiplyAdd(x0, w1, c01);
      const x1 = v128.load32_splat(p1);
      c10 = multiplyAdd(x1, w0, c10);
      c11 = multiplyAdd(x1, w1, c11);
      const x2 = v128.load32_splat(p2);
      c20 = multiplyAdd(x2, w0, c20);
      c21 = multiplyAdd(x2, w1, c21);
      const x3 = v128.load32_splat(p3);
      c30 = multiplyAdd(x3, w0, c30);
      c31 = multiplyAdd(x3, w1, c31);
    }
    // the last row first: a missing row's place is that of the last one there is
    if (m > 3) finish(q3, c30, c31, valid, rectify);
    if (m > 2) finish(q2, c20, c21, valid, rectify);
    if (m > 1) finish(q1, c10, c11, valid, rectify);
    finish(out, c00, c01, valid, rectify);
  }
}

/** out [m, n] = activation(op(a) op(b) + bias); `bias` 0 for none; scratch as matmulScratch says. */
export function matmul(
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
): void {
  if (transposeB) packColumns(scratch, b, <usize>k << 2, k, n, <usize>k << 5);
  else packRows(scratch, b, <usize>n << 2, k, n);
  const rowStride: usize = transposeA ? 4 : <usize>k << 2;
  const step: usize = transposeA ? <usize>m << 2 : 4;
  const outStride: usize = <usize>n << 2;
  for (let block = 0; block < k; block += depth) {
    const deep = min(depth, k - block);
    const last = block + deep == k;
    let panelStart = scratch + (<usize>block << 5);
    for (let column = 0; column < n; column += 8, panelStart += <usize>k << 5) {
      const offset: usize = <usize>column << 2;
      panel(
        out + offset,
        outStride,
        a + step * block,
        rowStride,
        step,
        panelStart,
        m,
        deep,
        n - column,
        block == 0,
        last && bias ? bias + offset : 0,
        last && activation == relu,
      );
    }
  }
  if (activation > relu) activateInPlace(activation, out, m * n);
}
