/**
 * Matrix products: B packed into panels of eight columns, A read where it lies, tiles of 4 x 8 held in registers. A file of
 * some length: tiles are written out by hand, since AssemblyScript keeps no array of vectors in registers.
 */
import { loadUpTo4, multiplyAdd, storeUpTo4 } from './lanes';
import { activateInPlace, relu, relu4 } from './activations';
import { matrixVector, outerProduct, transposedVector } from './slim';

/** Depth of a block: 512 rows of a panel are 16 KiB, half of the smallest first-level cache. */
const depth: i32 = 512;

/**
 * Rows of a block of A where A is stored transposed, or the product is shallow: whole cache lines, tiles of four and of
 * three, and about 36 KiB.
 */
// @ts-ignore: decorator
@inline
function rowsOfBlock(deep: i32): i32 {
  return max(9216 / max(deep, 1) / 48, 1) * 48;
}

/** Up to this depth all panels of B are applied to a few rows at a time, so that the rows of C are written in one go. */
const shallow: i32 = 64;

// @ts-ignore: decorator
@inline
function panelBytes(k: i32, n: i32): i32 {
  return ((n + 7) >> 3) * k * 32;
}

/** Bytes of scratch: the panels of B [k, n], and a block of A. */
export function matmulScratch(k: i32, n: i32): i32 {
  return panelBytes(k, n) + min(k, depth) * rowsOfBlock(min(k, depth)) * 4;
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
  if (valid >= 8) {
    v128.store(out, low);
    v128.store(out, high, 16);
    return;
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

// @ts-ignore: decorator
@inline
function startOf(out: usize, valid: i32, first: bool, bias: v128): v128 {
  return first ? bias : f32x4.add(bias, loadUpTo4(out, valid));
}

/** As `panel`, for the last nine to twelve columns: tiles of 3 x 12, over one panel and the first half of the next. */
function widePanel(
  out: usize,
  outStride: usize,
  a: usize,
  rowStride: usize,
  step: usize,
  b: usize,
  panelBytes: usize,
  m: i32,
  k: i32,
  valid: i32,
  first: bool,
  bias: usize,
  rectify: bool,
): void {
  const zero = f32x4.splat(0);
  const bias0 = bias ? v128.load(bias) : zero;
  const bias1 = bias ? v128.load(bias, 16) : zero;
  const bias2 = bias ? loadUpTo4(bias + 32, valid - 8) : zero;
  const end = b + (<usize>k << 5);
  for (; m > 0; m -= 3, a += rowStride * 3, out += outStride * 3) {
    // rows that are missing repeat the last one, and are not stored
    let p0 = a;
    let p1 = m > 1 ? p0 + rowStride : p0;
    let p2 = m > 2 ? p1 + rowStride : p1;
    const q1 = m > 1 ? out + outStride : out;
    const q2 = m > 2 ? q1 + outStride : q1;
    let c00 = startOf(out, 4, first, bias0);
    let c01 = startOf(out + 16, 4, first, bias1);
    let c02 = startOf(out + 32, valid - 8, first, bias2);
    let c10 = startOf(q1, 4, first, bias0);
    let c11 = startOf(q1 + 16, 4, first, bias1);
    let c12 = startOf(q1 + 32, valid - 8, first, bias2);
    let c20 = startOf(q2, 4, first, bias0);
    let c21 = startOf(q2 + 16, 4, first, bias1);
    let c22 = startOf(q2 + 32, valid - 8, first, bias2);
    let half = b + panelBytes;
    for (let w = b; w < end; w += 32, half += 32, p0 += step, p1 += step, p2 += step) {
      const w0 = v128.load(w);
      const w1 = v128.load(w, 16);
      const w2 = v128.load(half);
      const x0 = v128.load32_splat(p0);
      c00 = multiplyAdd(x0, w0, c00);
      c01 = multiplyAdd(x0, w1, c01);
      c02 = multiplyAdd(x0, w2, c02);
      const x1 = v128.load32_splat(p1);
      c10 = multiplyAdd(x1, w0, c10);
      c11 = multiplyAdd(x1, w1, c11);
      c12 = multiplyAdd(x1, w2, c12);
      const x2 = v128.load32_splat(p2);
      c20 = multiplyAdd(x2, w0, c20);
      c21 = multiplyAdd(x2, w1, c21);
      c22 = multiplyAdd(x2, w2, c22);
    }
    if (m > 2) {
      finish(q2, c20, c21, 8, rectify);
      storeUpTo4(q2 + 32, rectify ? relu4(c22) : c22, valid - 8);
    }
    if (m > 1) {
      finish(q1, c10, c11, 8, rectify);
      storeUpTo4(q1 + 32, rectify ? relu4(c12) : c12, valid - 8);
    }
    finish(out, c00, c01, 8, rectify);
    storeUpTo4(out + 32, rectify ? relu4(c02) : c02, valid - 8);
  }
}

/** The columns [k, rows] of a transposed A, side by side. */
function packBlock(target: usize, targetStride: usize, a: usize, stride: usize, k: i32, rows: i32): void {
  const bytes: usize = <usize>rows << 2;
  for (; k > 0; k--, a += stride, target += targetStride) {
    let i: usize = 0;
    for (; i + 16 <= bytes; i += 16) v128.store(target + i, v128.load(a + i));
    for (; i < bytes; i += 4) store<f32>(target + i, load<f32>(a + i));
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
  if (k == 1 || (n == 1 && k <= depth)) {
    if (k == 1) outerProduct(out, a, b, m, n, bias, activation);
    else if (transposeA) transposedVector(out, a, b, m, k, bias, activation);
    else matrixVector(out, a, b, m, k, bias, activation);
    if (activation > relu) activateInPlace(activation, out, m * n);
    return;
  }
  if (transposeB) packColumns(scratch, b, <usize>k << 2, k, n, <usize>k << 5);
  else packRows(scratch, b, <usize>n << 2, k, n);
  const blockOfA = scratch + panelBytes(k, n);
  const rowStride: usize = <usize>k << 2;
  const columnStride: usize = <usize>m << 2;
  const outStride: usize = <usize>n << 2;
  const whole = rowsOfBlock(min(k, depth));
  const rowsAtOnce = transposeA || k <= shallow ? whole : m;
  const stride: usize = transposeA ? 4 : rowStride;
  const step: usize = transposeA ? <usize>whole << 2 : 4;
  for (let block = 0; block < k; block += depth) {
    const deep = min(depth, k - block);
    const last = block + deep == k;
    const rectify = last && activation == relu;
    for (let row = 0; row < m; row += rowsAtOnce) {
      const rows = min(rowsAtOnce, m - row);
      let from = a + rowStride * row + (<usize>block << 2);
      if (transposeA) {
        packBlock(blockOfA, step, a + columnStride * block + (<usize>row << 2), columnStride, deep, rows);
        from = blockOfA;
      }
      let p = scratch + (<usize>block << 5);
      let target = out + outStride * row;
      const apart: usize = <usize>k << 5;
      let left = n;
      while (left > 0) {
        const offset = last && bias ? bias + (<usize>(n - left) << 2) : 0;
        if (left > 8 && left <= 12) {
          widePanel(target, outStride, from, stride, step, p, apart, rows, deep, left, block == 0, offset, rectify);
          break;
        }
        panel(target, outStride, from, stride, step, p, rows, deep, left, block == 0, offset, rectify);
        left -= 8;
        p += apart;
        target += 32;
      }
    }
  }
  if (activation > relu) activateInPlace(activation, out, m * n);
}
