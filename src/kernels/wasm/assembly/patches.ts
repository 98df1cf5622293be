/**
 * A convolution as a product of patches and weights. A patch is a list of segments, contiguous runs of floats, at
 * fixed distances from the place of its position; so strides, dilations and padding cost the inner loop nothing.
 */
import * as g from './geometry';
import { widenRows } from './bfloat16';
import { copyBytes, loadUpTo4, multiplyAdd, storeUpTo4 } from './lanes';
import { relu4 } from './activations';
import { storeBytes } from './pooling';

/** Writes the segments' offsets in bytes; returns how many there are. The run is kw * channels, or channels if dilated. */
export function segmentOffsets(
  table: usize,
  kernelHeight: i32,
  kernelWidth: i32,
  dilationHeight: i32,
  dilationWidth: i32,
  rowBytes: i32,
  pixelBytes: i32,
): i32 {
  const perRow = dilationWidth == 1 ? 1 : kernelWidth;
  for (let ky = 0; ky < kernelHeight; ky++) {
    for (let kx = 0; kx < perRow; kx++, table += 4) {
      store<i32>(table, ky * dilationHeight * rowBytes + kx * dilationWidth * pixelBytes);
    }
  }
  return kernelHeight * perRow;
}

/** Copies an example, rows of `width` elements, into the middle of its padded map, whose borders are zero already. */
export function copyIntoPadded(target: usize, rowBytes: usize, x: usize, width: i32, columns: i32, rows: i32): void {
  if (g.narrowX) {
    widenRows(target, rowBytes, x, <usize>width << 1, columns, rows);
    return;
  }
  const bytes: usize = <usize>columns << 2;
  for (; rows > 0; rows--, target += rowBytes, x += <usize>width << 2) copyBytes(target, x, bytes);
}

/** Epilogues of a tile: what becomes of four positions. */
export const plain: i32 = 0;
export const rectified: i32 = 1;
export const maximum: i32 = 2;
export const rectifiedMaximum: i32 = 3;

// @ts-ignore: decorator
@inline
function put(out: usize, low: v128, high: v128, valid: i32): void {
  if (valid >= 8) {
    v128.store(out, low);
    v128.store(out, high, 16);
    return;
  }
  storeUpTo4(out, low, valid);
  if (valid > 4) storeUpTo4(out + 16, high, valid - 4);
}

/** The largest of four; a NaN among them, or infinities of both signs, make it NaN. */
// @ts-ignore: decorator
@inline
export function maximumOf(a: v128, b: v128, c: v128, d: v128): v128 {
  const sum = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
  // pmax(x, y) is x < y ? y : x, one instruction where max is seven; NaN is found through the sum
  const best = f32x4.pmax(f32x4.pmax(f32x4.pmax(a, b), c), d);
  return v128.or(best, f32x4.ne(sum, sum));
}

/** The place of the first largest of four. */
// @ts-ignore: decorator
@inline
export function placeOf(a: v128, b: v128, c: v128, d: v128): v128 {
  const two = f32x4.pmax(a, b);
  const three = f32x4.pmax(two, c);
  const second = v128.and(f32x4.gt(b, a), i32x4.splat(1));
  const third = v128.and(f32x4.gt(c, two), i32x4.splat(2));
  const fourth = v128.and(f32x4.gt(d, three), i32x4.splat(3));
  return i32x4.max_s(i32x4.max_s(second, third), fourth);
}

/**
 * One panel of eight output channels at all positions: out [count, valid of 8] = f(patch weights + bias). With a
 * maximum epilogue the four positions of a tile are one pooling window, and a row of `out` is a window's result.
 */
export function convolvePanel(
  out: usize,
  outStride: usize,
  indices: usize,
  indexStride: usize,
  x: usize,
  positions: usize,
  count: i32,
  segments: usize,
  segmentCount: i32,
  run: i32,
  weights: usize,
  bias: usize,
  valid: i32,
  epilogue: i32,
): void {
  let biasLow = f32x4.splat(0);
  let biasHigh = biasLow;
  if (bias) {
    biasLow = loadUpTo4(bias, valid);
    if (valid > 4) biasHigh = loadUpTo4(bias + 16, valid - 4);
  }
  const segmentsEnd = segments + (<usize>segmentCount << 2);
  const runBytes: usize = <usize>run << 5;
  for (; count > 0; count -= 4, positions += 16) {
    const base0 = x + load<u32>(positions);
    const base1 = x + load<u32>(positions, 4);
    const base2 = x + load<u32>(positions, 8);
    const base3 = x + load<u32>(positions, 12);
    let c00 = biasLow;
    let c01 = biasHigh;
    let c10 = biasLow;
    let c11 = biasHigh;
    let c20 = biasLow;
    let c21 = biasHigh;
    let c30 = biasLow;
    let c31 = biasHigh;
    let w = weights;
    for (let segment = segments; segment < segmentsEnd; segment += 4) {
      const offset: usize = load<u32>(segment);
      let p0 = base0 + offset;
      let p1 = base1 + offset;
      let p2 = base2 + offset;
      let p3 = base3 + offset;
      for (const end = w + runBytes; w < end; w += 32, p0 += 4, p1 += 4, p2 += 4, p3 += 4) {
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
    }
    if (epilogue & maximum) {
      let best = maximumOf(c00, c10, c20, c30);
      let place = placeOf(c00, c10, c20, c30);
      let bestHigh = maximumOf(c01, c11, c21, c31);
      let placeHigh = placeOf(c01, c11, c21, c31);
      if (epilogue & rectified) {
        // where all four were cut off, the first of them is the first maximum
        place = v128.and(place, f32x4.gt(best, f32x4.splat(0)));
        placeHigh = v128.and(placeHigh, f32x4.gt(bestHigh, f32x4.splat(0)));
        best = relu4(best);
        bestHigh = relu4(bestHigh);
      }
      put(out, best, bestHigh, valid);
      if (valid >= 8) {
        const words = i16x8.narrow_i32x4_u(place, placeHigh);
        v128.store64_lane(indices, i8x16.narrow_i16x8_u(words, words), 0);
      } else {
        storeBytes(indices, place, valid);
        if (valid > 4) storeBytes(indices + 4, placeHigh, valid - 4);
      }
      out += outStride;
      indices += indexStride;
    } else {
      if (epilogue & rectified) {
        c00 = relu4(c00);
        c01 = relu4(c01);
        c10 = relu4(c10);
        c11 = relu4(c11);
        c20 = relu4(c20);
        c21 = relu4(c21);
        c30 = relu4(c30);
        c31 = relu4(c31);
      }
      put(out, c00, c01, valid);
      if (count > 1) put(out + outStride, c10, c11, valid);
      if (count > 2) put(out + outStride * 2, c20, c21, valid);
      if (count > 3) put(out + outStride * 3, c30, c31, valid);
      out += outStride << 2;
    }
  }
}
