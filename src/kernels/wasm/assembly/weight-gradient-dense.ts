/** Weight gradients where dz is full: tiles of four patch elements x eight channels, held over all positions. */
import * as g from './geometry';
import { multiplyAdd, storeUpTo4 } from './lanes';
import { take } from './scratch';
import { spreadFirst, spreadRowBytes } from './spread-gradient';
import { padSigns, repeatSigns } from './weights';

let offsets: usize = 0;
let dMeanPacked: usize = 0;
let dPerturbationPacked: usize = 0;
let dBiasSum: usize = 0;
let rowSigns: usize = 0;
let laneSigns: usize = 0;

// @ts-ignore: decorator
@inline
function depth(): i32 {
  return g.kernelHeight * g.kernelWidth * g.channels;
}

// @ts-ignore: decorator
@inline
function depth4(): i32 {
  return (depth() + 3) & ~3;
}

// @ts-ignore: decorator
@inline
function panels(): i32 {
  return (g.outChannels + 7) >> 3;
}

export function layOutDense(flipout: bool): void {
  const k4 = depth4();
  offsets = take(k4 * 4);
  dMeanPacked = take(panels() * k4 * 32);
  dBiasSum = take(panels() * 32);
  if (!flipout) return;
  dPerturbationPacked = take(panels() * k4 * 32);
  rowSigns = take(k4 * 4);
  laneSigns = take(panels() * 32);
}

export function beginDense(flipout: bool, rowBytes: i32): void {
  const bytes = panels() * depth4() * 32;
  memory.fill(dMeanPacked, 0, bytes);
  memory.fill(dBiasSum, 0, panels() * 32);
  if (flipout) memory.fill(dPerturbationPacked, 0, bytes);
  listOffsets(rowBytes);
}

/** Byte offsets of a patch's elements, filled up to a multiple of four. */
function listOffsets(rowBytes: i32): void {
  let p = offsets;
  for (let ky = 0; ky < g.kernelHeight; ky++) {
    for (let kx = 0; kx < g.kernelWidth; kx++) {
      const tap = ky * g.dilationHeight * rowBytes + kx * g.dilationWidth * g.channels * 4;
      for (let c = 0; c < g.channels; c++, p += 4) store<i32>(p, tap + c * 4);
    }
  }
  for (let i = 0; i < 3; i++, p += 4) store<i32>(p, 0);
}

/** Adds one example's gradients; its dz is spread, its x padded. */
export function addDense(padded: usize, rowBytes: i32, signsIn: usize, signsOut: usize): void {
  const co = g.outChannels;
  const k = depth();
  const k4 = depth4();
  const first = spreadFirst();
  const zRow = g.strideHeight * spreadRowBytes();
  const zPixel = g.strideWidth * co * 4;
  addBias(first, zRow, zPixel);
  if (signsIn) {
    repeatSigns(rowSigns, signsIn, g.channels, g.kernelHeight * g.kernelWidth);
    padSigns(laneSigns, signsOut, co);
  }
  for (let c = 0; c < co; c += 8) {
    const panel: usize = <usize>(c >> 3) * k4 * 32;
    for (let i = 0; i < k; i += 4) {
      gradientTile(
        padded,
        offsets + i * 4,
        first + c * 4,
        zRow,
        zPixel,
        g.strideHeight * rowBytes,
        g.strideWidth * g.channels * 4,
        dMeanPacked + panel + i * 32,
        dPerturbationPacked + panel + i * 32,
        rowSigns + i * 4,
        signsIn ? laneSigns + c * 4 : 0,
      );
    }
  }
}

/** dBias += sum of dz over the positions */
function addBias(first: usize, rowBytes: i32, pixelBytes: i32): void {
  for (let c = 0; c < g.outChannels; c += 4) {
    let sum = f32x4.splat(0);
    for (let oy = 0; oy < g.mapHeight; oy++) {
      let p = first + oy * rowBytes + c * 4;
      for (let ox = 0; ox < g.mapWidth; ox++, p += pixelBytes) sum = f32x4.add(sum, v128.load(p));
    }
    const t = dBiasSum + c * 4;
    v128.store(t, f32x4.add(v128.load(t), sum));
  }
}

/** G [4 patch elements, 8 channels] over all positions, added to the packed gradients. */
function gradientTile(
  padded: usize,
  at: usize,
  z: usize,
  zRowBytes: i32,
  zPixelBytes: i32,
  xRowBytes: i32,
  xPixelBytes: i32,
  target: usize,
  perturbationTarget: usize,
  rowSign: usize,
  laneSign: usize,
): void {
  let x0 = padded + load<u32>(at);
  let x1 = padded + load<u32>(at, 4);
  let x2 = padded + load<u32>(at, 8);
  let x3 = padded + load<u32>(at, 12);
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  for (let oy = 0; oy < g.mapHeight; oy++) {
    let p0 = x0;
    let p1 = x1;
    let p2 = x2;
    let p3 = x3;
    for (let d = z, end = z + g.mapWidth * zPixelBytes; d < end; d += zPixelBytes) {
      const w0 = v128.load(d);
      const w1 = v128.load(d, 16);
      const s0 = v128.load32_splat(p0);
      c00 = multiplyAdd(s0, w0, c00);
      c01 = multiplyAdd(s0, w1, c01);
      const s1 = v128.load32_splat(p1);
      c10 = multiplyAdd(s1, w0, c10);
      c11 = multiplyAdd(s1, w1, c11);
      const s2 = v128.load32_splat(p2);
      c20 = multiplyAdd(s2, w0, c20);
      c21 = multiplyAdd(s2, w1, c21);
      const s3 = v128.load32_splat(p3);
      c30 = multiplyAdd(s3, w0, c30);
      c31 = multiplyAdd(s3, w1, c31);
      p0 += xPixelBytes;
      p1 += xPixelBytes;
      p2 += xPixelBytes;
      p3 += xPixelBytes;
    }
    z += zRowBytes;
    x0 += xRowBytes;
    x1 += xRowBytes;
    x2 += xRowBytes;
    x3 += xRowBytes;
  }
  addRow(target, perturbationTarget, c00, c01, rowSign, laneSign);
  addRow(target + 32, perturbationTarget + 32, c10, c11, rowSign + 4, laneSign);
  addRow(target + 64, perturbationTarget + 64, c20, c21, rowSign + 8, laneSign);
  addRow(target + 96, perturbationTarget + 96, c30, c31, rowSign + 12, laneSign);
}

/** dMean += G, dPerturbation += signsIn signsOut . G */
// @ts-ignore: decorator
@inline
function addRow(target: usize, perturbation: usize, low: v128, high: v128, rowSign: usize, laneSign: usize): void {
  v128.store(target, f32x4.add(v128.load(target), low));
  v128.store(target, f32x4.add(v128.load(target, 16), high), 16);
  if (!laneSign) return;
  const sign = v128.load32_splat(rowSign);
  const p0 = f32x4.mul(f32x4.mul(sign, v128.load(laneSign)), low);
  const p1 = f32x4.mul(f32x4.mul(sign, v128.load(laneSign, 16)), high);
  v128.store(perturbation, f32x4.add(v128.load(perturbation), p0));
  v128.store(perturbation, f32x4.add(v128.load(perturbation, 16), p1), 16);
}

/** Panels [k4, 8] back into rows [k, n]. */
function unpack(target: usize, packed: usize, k: i32, k4: i32, n: i32): void {
  for (let c = 0; c < n; c += 8, packed += <usize>k4 << 5) {
    let t = target + (<usize>c << 2);
    let p = packed;
    const valid = n - c;
    for (let i = 0; i < k; i++, p += 32, t += <usize>n << 2) {
      storeUpTo4(t, v128.load(p), valid);
      if (valid > 4) storeUpTo4(t + 16, v128.load(p, 16), valid - 4);
    }
  }
}

export function finishDense(dMean: usize, dPerturbation: usize, dBias: usize): void {
  unpack(dMean, dMeanPacked, depth(), depth4(), g.outChannels);
  if (dPerturbation) unpack(dPerturbation, dPerturbationPacked, depth(), depth4(), g.outChannels);
  if (dBias) memory.copy(dBias, dBiasSum, g.outChannels * 4);
}
