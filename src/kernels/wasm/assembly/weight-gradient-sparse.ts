/**
 * Weight gradients where much of dz is zero: for each output channel a list of (patch address, value) of what is not,
 * then six vectors of the patch at a time, held in registers, along the list. Behind a 2 x 2 maximum that is at most
 * a quarter of the dense work, behind a relu about half of that again. A file of some length: six accumulators are written out by
 * hand, since AssemblyScript keeps no array of vectors in registers.
 */
import * as g from './geometry';
import { gradient4, relu } from './activations';
import { loadUpTo4, multiplyAdd, storeUpTo4 } from './lanes';
import { take } from './scratch';

/**
 * Vectors at the front of a segment that go six by six; the rest goes in pairs. A gradient's row of one channel
 * holds each segment's vectors, padded to whole pairs.
 */
let run: i32 = 0;
let segmentCount: i32 = 0;
let pairsPerSegment: i32 = 0;
let sixesPerSegment: i32 = 0;

let windowPlaces: usize = 0;
/** bytes from one row of a window to the next */
let windowRow: i32 = 0;
let segmentPlaces: usize = 0;
/** for each pair that is left: its offset in the patch and its offset in the gradient's row */
let pairs: usize = 0;
let pairCount: i32 = 0;
let lists: usize = 0;
let ends: usize = 0;
let dMeanRows: usize = 0;
let dPerturbationRows: usize = 0;
let dBiasSum: usize = 0;
/** the example's share of dBias: sums of sums lose less than one long sum */
let dBiasPart: usize = 0;
let rowSigns: usize = 0;

// @ts-ignore: decorator
@inline
function rowBytesOf(): i32 {
  return segmentCount * pairsPerSegment * 32;
}

// @ts-ignore: decorator
@inline
function listBytes(): i32 {
  // one entry more than there can be: every entry is written before it is known to count
  return (g.outHeight * g.outWidth + 1) * 8;
}

/** Elements of a channel's row, padding included: what each entry of a list costs. */
export function sparseRow(): i32 {
  const perRow = g.dilationWidth == 1 ? 1 : g.kernelWidth;
  segmentCount = g.kernelHeight * perRow;
  run = (g.kernelWidth / perRow) * g.channels;
  pairsPerSegment = (run + 7) >> 3;
  sixesPerSegment = pairsPerSegment / 3;
  return segmentCount * pairsPerSegment * 8;
}

export function layOutSparse(flipout: bool): void {
  sparseRow();
  const co4 = (g.outChannels + 3) & ~3;
  windowPlaces = take(g.outHeight * g.outWidth * 4);
  segmentPlaces = take(segmentCount * 4);
  pairs = take((segmentCount * (pairsPerSegment - 3 * sixesPerSegment) + 6) * 8);
  lists = take(16 * listBytes());
  ends = take(64);
  dMeanRows = take(co4 * rowBytesOf());
  dBiasSum = take(co4 * 4);
  dBiasPart = take(co4 * 4);
  if (!flipout) return;
  dPerturbationRows = take(co4 * rowBytesOf());
  rowSigns = take(rowBytesOf());
}

export function beginSparse(flipout: bool, rowBytes: i32): void {
  const co4 = (g.outChannels + 3) & ~3;
  const y = g.strideHeight * rowBytes;
  const x = g.strideWidth * g.channels * 4;
  let p = windowPlaces;
  for (let oy = 0; oy < g.outHeight; oy++) {
    for (let ox = 0; ox < g.outWidth; ox++, p += 4) {
      store<i32>(p, (oy * g.poolStrideHeight - g.poolTop) * y + (ox * g.poolStrideWidth - g.poolLeft) * x);
    }
  }
  windowRow = y;
  const perRow = segmentCount / g.kernelHeight;
  pairCount = 0;
  p = pairs;
  for (let s = 0; s < segmentCount; s++) {
    const place =
      (s / perRow) * g.dilationHeight * rowBytes + (s % perRow) * g.dilationWidth * g.channels * 4;
    store<i32>(segmentPlaces + s * 4, place);
    for (let i = 3 * sixesPerSegment; i < pairsPerSegment; i++, p += 8, pairCount++) {
      store<i32>(p, place + i * 32);
      store<i32>(p, (s * pairsPerSegment + i) * 32, 4);
    }
  }
  memory.fill(dMeanRows, 0, co4 * rowBytesOf());
  memory.fill(dBiasSum, 0, co4 * 4);
  if (flipout) memory.fill(dPerturbationRows, 0, co4 * rowBytesOf());
}

/** The signs of the input channels, in the order of a gradient's row. */
function spreadSigns(signs: usize): void {
  for (let s = 0; s < segmentCount; s++) {
    const row = rowSigns + s * pairsPerSegment * 32;
    let c = 0;
    for (let i = 0; i < pairsPerSegment * 8; i++) {
      store<f32>(row + i * 4, load<f32>(signs + c * 4));
      if (++c == g.channels) c = 0;
    }
  }
}

/**
 * The lists of up to sixteen channels from c on, a cache line of dy, their ends, and their sums onto dBias. Every entry
 * is written, and the end moves past those that are not zero.
 */
function listChannels(c: i32, padded: usize, dy: usize, y: usize, indices: usize): void {
  const co = g.outChannels;
  const count = min(co - c, 16);
  const kind = g.activation;
  const pooled = g.pooled;
  const bytes = listBytes();
  for (let i = 0; i < 16; i++) store<u32>(ends + i * 4, <u32>(lists + i * bytes));
  const x = g.strideWidth * g.channels * 4;
  // an index is row * windowWidth + column; for indices below 256 the product's upper half is the row
  const perRow = i32x4.splat((65536 + g.windowWidth - 1) / g.windowWidth);
  const columnStep = i32x4.splat(x);
  const rowStep = i32x4.splat(windowRow - g.windowWidth * x);
  const eight = i32x4.splat(8);
  const zero = f32x4.splat(0);
  dy += c * 4;
  y += c * 4;
  indices += c;
  const last = windowPlaces + g.outHeight * g.outWidth * 4;
  for (let p = windowPlaces; p < last; p += 4) {
    const start = i32x4.splat(<i32>(padded + load<u32>(p)));
    for (let i = 0; i < count; i += 4) {
      const n = count - i;
      const at: usize = <usize>i << 2;
      const slope = loadUpTo4(dy + at, n);
      const value = loadUpTo4(y + at, n);
      const v = kind == relu ? v128.and(slope, f32x4.gt(value, zero)) : gradient4(kind, slope, value);
      const sum = dBiasPart + c * 4 + at;
      v128.store(sum, f32x4.add(v128.load(sum), v));
      let places = start;
      if (pooled) {
        const index = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytesUpTo4(indices + i, n)));
        const row = i32x4.shr_u(i32x4.mul(index, perRow), 16);
        places = i32x4.add(places, i32x4.add(i32x4.mul(index, columnStep), i32x4.mul(row, rowStep)));
      }
      const first = v128.shuffle<i32>(places, v, 0, 4, 1, 5);
      const second = v128.shuffle<i32>(places, v, 2, 6, 3, 7);
      const end = v128.load(ends + at);
      v128.store64_lane(<usize>i32x4.extract_lane(end, 0), first, 0);
      v128.store64_lane(<usize>i32x4.extract_lane(end, 1), first, 1);
      v128.store64_lane(<usize>i32x4.extract_lane(end, 2), second, 0);
      v128.store64_lane(<usize>i32x4.extract_lane(end, 3), second, 1);
      v128.store(ends + at, i32x4.add(end, v128.and(f32x4.ne(v, zero), eight)));
    }
    if (pooled) indices += co;
    dy += co * 4;
    y += co * 4;
  }
}

// @ts-ignore: decorator
@inline
function bytesUpTo4(pointer: usize, n: i32): v128 {
  if (n >= 4) return v128.load32_zero(pointer);
  let v = i32x4.splat(<i32>load<u8>(pointer));
  if (n > 1) v = v128.load8_lane(pointer + 1, v, 1);
  if (n > 2) v = v128.load8_lane(pointer + 2, v, 2);
  return v;
}

/** dMean += G, dPerturbation += signsIn signsOut . G, one vector at `column` of a channel's row. */
// @ts-ignore: decorator
@inline
function add(row: usize, column: usize, v: v128, flipout: bool, sign: v128): void {
  const mean = dMeanRows + row + column;
  v128.store(mean, f32x4.add(v128.load(mean), v));
  if (!flipout) return;
  const own = f32x4.mul(f32x4.mul(sign, v128.load(rowSigns + column)), v);
  const perturbation = dPerturbationRows + row + column;
  v128.store(perturbation, f32x4.add(v128.load(perturbation), own));
}

// Six sums at a time: V8 loads all that an iteration reads before it computes, so that sums and loads must fit the
// fifteen registers together; with twelve sums, half of them went through the stack.

/** Six vectors in a row, from `offset` of the patch on. */
function six(list: usize, end: usize, offset: usize, row: usize, column: usize, flipout: bool, sign: v128): void {
  let g0 = f32x4.splat(0);
  let g1 = g0;
  let g2 = g0;
  let g3 = g0;
  let g4 = g0;
  let g5 = g0;
  do {
    const p: usize = <usize>load<u32>(list) + offset;
    const v = v128.load32_splat(list, 4);
    g0 = multiplyAdd(v, v128.load(p), g0);
    g1 = multiplyAdd(v, v128.load(p, 16), g1);
    g2 = multiplyAdd(v, v128.load(p, 32), g2);
    g3 = multiplyAdd(v, v128.load(p, 48), g3);
    g4 = multiplyAdd(v, v128.load(p, 64), g4);
    g5 = multiplyAdd(v, v128.load(p, 80), g5);
    list += 8;
  } while (list < end);
  add(row, column, g0, flipout, sign);
  add(row, column + 16, g1, flipout, sign);
  add(row, column + 32, g2, flipout, sign);
  add(row, column + 48, g3, flipout, sign);
  add(row, column + 64, g4, flipout, sign);
  add(row, column + 80, g5, flipout, sign);
}

/** Three pairs of vectors at places of their own. */
function threePairs(list: usize, end: usize, pair: usize, row: usize, flipout: bool, sign: v128): void {
  const o0: usize = load<u32>(pair);
  const o1: usize = load<u32>(pair, 8);
  const o2: usize = load<u32>(pair, 16);
  let g0 = f32x4.splat(0);
  let g1 = g0;
  let g2 = g0;
  let g3 = g0;
  let g4 = g0;
  let g5 = g0;
  do {
    const p: usize = load<u32>(list);
    const v = v128.load32_splat(list, 4);
    g0 = multiplyAdd(v, v128.load(p + o0), g0);
    g1 = multiplyAdd(v, v128.load(p + o0, 16), g1);
    g2 = multiplyAdd(v, v128.load(p + o1), g2);
    g3 = multiplyAdd(v, v128.load(p + o1, 16), g3);
    g4 = multiplyAdd(v, v128.load(p + o2), g4);
    g5 = multiplyAdd(v, v128.load(p + o2, 16), g5);
    list += 8;
  } while (list < end);
  const c0: usize = load<u32>(pair, 4);
  add(row, c0, g0, flipout, sign);
  add(row, c0 + 16, g1, flipout, sign);
  const c1: usize = load<u32>(pair, 12);
  add(row, c1, g2, flipout, sign);
  add(row, c1 + 16, g3, flipout, sign);
  const c2: usize = load<u32>(pair, 20);
  add(row, c2, g4, flipout, sign);
  add(row, c2 + 16, g5, flipout, sign);
}

/** Two pairs at places of their own. */
function twoPairs(list: usize, end: usize, pair: usize, row: usize, flipout: bool, sign: v128): void {
  const o0: usize = load<u32>(pair);
  const o1: usize = load<u32>(pair, 8);
  let g0 = f32x4.splat(0);
  let g1 = g0;
  let g2 = g0;
  let g3 = g0;
  do {
    const p: usize = load<u32>(list);
    const v = v128.load32_splat(list, 4);
    g0 = multiplyAdd(v, v128.load(p + o0), g0);
    g1 = multiplyAdd(v, v128.load(p + o0, 16), g1);
    g2 = multiplyAdd(v, v128.load(p + o1), g2);
    g3 = multiplyAdd(v, v128.load(p + o1, 16), g3);
    list += 8;
  } while (list < end);
  const c0: usize = load<u32>(pair, 4);
  add(row, c0, g0, flipout, sign);
  add(row, c0 + 16, g1, flipout, sign);
  const c1: usize = load<u32>(pair, 12);
  add(row, c1, g2, flipout, sign);
  add(row, c1 + 16, g3, flipout, sign);
}

/** One pair at places of its own. */
function onePair(list: usize, end: usize, pair: usize, row: usize, flipout: bool, sign: v128): void {
  const o0: usize = load<u32>(pair);
  let g0 = f32x4.splat(0);
  let g1 = g0;
  do {
    const p: usize = load<u32>(list);
    const v = v128.load32_splat(list, 4);
    g0 = multiplyAdd(v, v128.load(p + o0), g0);
    g1 = multiplyAdd(v, v128.load(p + o0, 16), g1);
    list += 8;
  } while (list < end);
  const c0: usize = load<u32>(pair, 4);
  add(row, c0, g0, flipout, sign);
  add(row, c0 + 16, g1, flipout, sign);
}

/** One channel's gradient along its list. */
function addChannel(list: usize, end: usize, row: usize, flipout: bool, sign: v128): void {
  for (let s = 0; s < segmentCount; s++) {
    const place: usize = load<u32>(segmentPlaces + s * 4);
    const column: usize = s * pairsPerSegment * 32;
    for (let i: usize = 0; i < <usize>sixesPerSegment; i++) {
      six(list, end, place + i * 96, row, column + i * 96, flipout, sign);
    }
  }
  let pair = pairs;
  let left = pairCount;
  for (; left == 3 || left > 4; left -= 3, pair += 24) threePairs(list, end, pair, row, flipout, sign);
  for (; left >= 2; left -= 2, pair += 16) twoPairs(list, end, pair, row, flipout, sign);
  if (left > 0) onePair(list, end, pair, row, flipout, sign);
}

/** Adds one example's gradients; its x is padded. */
export function addSparse(padded: usize, dy: usize, y: usize, indices: usize, signsIn: usize, signsOut: usize): void {
  const flipout = signsIn != 0;
  if (flipout) spreadSigns(signsIn);
  const co = g.outChannels;
  const bytes = listBytes();
  const biasBytes: usize = ((co + 3) & ~3) * 4;
  memory.fill(dBiasPart, 0, biasBytes);
  for (let c = 0; c < co; c += 16) {
    listChannels(c, padded, dy, y, indices);
    for (let i = 0; i < min(co - c, 16); i++) {
      const list = lists + i * bytes;
      const end: usize = load<u32>(ends + i * 4);
      if (list == end) continue;
      const sign = flipout ? v128.load32_splat(signsOut + (c + i) * 4) : f32x4.splat(0);
      addChannel(list, end, (c + i) * rowBytesOf(), flipout, sign);
    }
  }
  for (let i: usize = 0; i < biasBytes; i += 16) {
    v128.store(dBiasSum + i, f32x4.add(v128.load(dBiasSum + i), v128.load(dBiasPart + i)));
  }
}

/** Rows [channel][segment][padded run] into the kernel's order [segment, run][channel]. */
function gather(target: usize, rows: usize): void {
  const co = g.outChannels;
  for (let c = 0; c < co; c++) {
    let t = target + c * 4;
    for (let s = 0; s < segmentCount; s++) {
      let p = rows + c * rowBytesOf() + s * pairsPerSegment * 32;
      for (let i = 0; i < run; i++, p += 4, t += co * 4) store<f32>(t, load<f32>(p));
    }
  }
}

export function finishSparse(dMean: usize, dPerturbation: usize, dBias: usize): void {
  gather(dMean, dMeanRows);
  if (dPerturbation) gather(dPerturbation, dPerturbationRows);
  if (dBias) memory.copy(dBias, dBiasSum, g.outChannels * 4);
}
