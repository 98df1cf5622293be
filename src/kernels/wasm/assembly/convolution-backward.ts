/** Gradients of a convolution, example by example. */
import * as g from './geometry';
import { gradient4 } from './activations';
import { loadUpTo4, multiplyAdd, storeUpTo4 } from './lanes';
import { packColumns } from './matmul';
import { convolvePanel, copyIntoPadded, plain, segmentOffsets } from './patches';
import { formPanel, padSigns, repeatSigns } from './weights';

let padded: usize = 0;
let offsets: usize = 0;
/** dz on the grid of x, dilated by the stride, with room for the rotated kernel around it */
let spread: usize = 0;
let dMeanPacked: usize = 0;
let dPerturbationPacked: usize = 0;
let dBiasSum: usize = 0;
let rowSigns: usize = 0;
let laneSigns: usize = 0;

let positions: usize = 0;
let segments: usize = 0;
let rotated: usize = 0;
let rotatedPerturbation: usize = 0;
let own: usize = 0;
let outerSigns: usize = 0;
let innerSigns: usize = 0;

let next: usize = 0;

// @ts-ignore: decorator
@inline
function take(bytes: i32): usize {
  const at = next;
  next += (<usize>bytes + 63) & ~63;
  return at;
}

// @ts-ignore: decorator
@inline
function paddedHeight(): i32 {
  return (g.mapHeight - 1) * g.strideHeight + (g.kernelHeight - 1) * g.dilationHeight + 1;
}

// @ts-ignore: decorator
@inline
function paddedWidth(): i32 {
  return (g.mapWidth - 1) * g.strideWidth + (g.kernelWidth - 1) * g.dilationWidth + 1;
}

// @ts-ignore: decorator
@inline
function spreadHeight(): i32 {
  const reach = (g.kernelHeight - 1) * g.dilationHeight;
  return max(g.height + g.top, (g.mapHeight - 1) * g.strideHeight + 1) + reach;
}

// @ts-ignore: decorator
@inline
function spreadWidth(): i32 {
  const reach = (g.kernelWidth - 1) * g.dilationWidth;
  return max(g.width + g.left, (g.mapWidth - 1) * g.strideWidth + 1) + reach;
}

function layOut(scratch: usize, flipout: bool, inputGradient: bool): void {
  next = scratch;
  const taps = g.kernelHeight * g.kernelWidth;
  const k = taps * g.channels;
  const k4 = (k + 3) & ~3;
  const panels = (g.outChannels + 7) >> 3;
  padded = take(paddedHeight() * paddedWidth() * g.channels * 4);
  offsets = take(k4 * 4);
  // vectors of eight channels may reach 28 bytes past the last one
  spread = take(spreadHeight() * spreadWidth() * g.outChannels * 4 + 32);
  dMeanPacked = take(panels * k4 * 32);
  dBiasSum = take(panels * 32);
  if (flipout) {
    dPerturbationPacked = take(panels * k4 * 32);
    rowSigns = take(k4 * 4);
    laneSigns = take(panels * 32);
  }
  if (!inputGradient) return;
  const deep = taps * g.outChannels;
  const innerPanels = (g.channels + 7) >> 3;
  positions = take((g.height * g.width + 4) * 4);
  segments = take(taps * 4);
  rotated = take(innerPanels * deep * 32);
  if (flipout) {
    rotatedPerturbation = take(innerPanels * deep * 32);
    own = take(deep * 32);
    outerSigns = take(deep * 4);
    innerSigns = take(innerPanels * 32);
  }
}

export function convolutionBackwardScratch(flipout: bool, inputGradient: bool): usize {
  layOut(0, flipout, inputGradient);
  return next;
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

/** dz = dy through pooling and activation, at the places of `spread` that belong to the map. */
function spreadGradient(first: usize, rowBytes: i32, pixelBytes: i32, dy: usize, y: usize, indices: usize): void {
  const co = g.outChannels;
  const kind = g.activation;
  if (!g.pooled) {
    for (let oy = 0; oy < g.mapHeight; oy++, first += rowBytes) {
      let p = first;
      for (let ox = 0; ox < g.mapWidth; ox++, p += pixelBytes) {
        let t = p;
        for (let c = co; c > 0; c -= 4, t += 16) {
          storeUpTo4(t, gradient4(kind, loadUpTo4(dy, c), loadUpTo4(y, c)), c);
          const bytes: usize = <usize>min(c, 4) << 2;
          dy += bytes;
          y += bytes;
        }
      }
    }
    return;
  }
  for (let oy = 0; oy < g.outHeight; oy++) {
    for (let ox = 0; ox < g.outWidth; ox++) {
      for (let c = 0; c < co; c += 4) {
        const n = min(co - c, 4);
        const v = gradient4(kind, loadUpTo4(dy, n), loadUpTo4(y, n));
        for (let i = 0; i < n; i++) {
          const index = <i32>load<u8>(indices + i);
          const my = oy * g.poolStrideHeight - g.poolTop + index / g.windowWidth;
          const mx = ox * g.poolStrideWidth - g.poolLeft + (index % g.windowWidth);
          const at = first + my * rowBytes + mx * pixelBytes + (c + i) * 4;
          store<f32>(at, load<f32>(at) + laneOf(v, i));
        }
        dy += n * 4;
        y += n * 4;
        indices += n;
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function laneOf(v: v128, i: i32): f32 {
  if (i == 0) return f32x4.extract_lane(v, 0);
  if (i == 1) return f32x4.extract_lane(v, 1);
  if (i == 2) return f32x4.extract_lane(v, 2);
  return f32x4.extract_lane(v, 3);
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

/** The kernel turned by 180 degrees with input and output channels exchanged, in panels of eight input channels. */
function packRotated(target: usize, kernel: usize): void {
  const taps = g.kernelHeight * g.kernelWidth;
  const ci = g.channels;
  const co = g.outChannels;
  for (let tap = 0; tap < taps; tap++) {
    const from = kernel + (taps - 1 - tap) * ci * co * 4;
    packColumns(target + tap * co * 32, from, co * 4, co, ci, taps * co * 32);
  }
}

export function convolutionBackward(
  dMean: usize,
  dPerturbation: usize,
  dBias: usize,
  dx: usize,
  x: usize,
  mean: usize,
  perturbation: usize,
  signsIn: usize,
  signsOut: usize,
  dy: usize,
  y: usize,
  indices: usize,
  scratch: usize,
): void {
  const flipout = perturbation != 0;
  layOut(scratch, flipout, dx != 0);
  const ci = g.channels;
  const co = g.outChannels;
  const taps = g.kernelHeight * g.kernelWidth;
  const k = taps * ci;
  const k4 = (k + 3) & ~3;
  const deep = taps * co;
  const panels = (co + 7) >> 3;
  const rowBytes = paddedWidth() * ci * 4;
  const rows = min(g.height, paddedHeight() - g.top);
  const columns = min(g.width, paddedWidth() - g.left);
  const xRowBytes = g.width * ci * 4;
  const spreadRow = spreadWidth() * co * 4;
  const spreadBytes = spreadHeight() * spreadRow + 32;
  const first =
    spread + (g.kernelHeight - 1) * g.dilationHeight * spreadRow + (g.kernelWidth - 1) * g.dilationWidth * co * 4;
  const zRow = g.strideHeight * spreadRow;
  const zPixel = g.strideWidth * co * 4;

  memory.fill(padded, 0, rowBytes * paddedHeight());
  memory.fill(spread, 0, spreadBytes);
  memory.fill(dMeanPacked, 0, panels * k4 * 32);
  memory.fill(dBiasSum, 0, panels * 32);
  if (flipout) memory.fill(dPerturbationPacked, 0, panels * k4 * 32);
  listOffsets(rowBytes);
  let segmentCount = 0;
  if (dx) {
    let p = positions;
    for (let iy = 0; iy < g.height; iy++) {
      for (let ix = 0; ix < g.width; ix++, p += 4) store<i32>(p, (iy + g.top) * spreadRow + (ix + g.left) * co * 4);
    }
    for (let i = 0; i < 3; i++, p += 4) store<i32>(p, 0);
    segmentCount = segmentOffsets(
      segments,
      g.kernelHeight,
      g.kernelWidth,
      g.dilationHeight,
      g.dilationWidth,
      spreadRow,
      co * 4,
    );
    packRotated(rotated, mean);
    if (flipout) packRotated(rotatedPerturbation, perturbation);
  }

  for (let n = 0; n < g.batch; n++) {
    copyIntoPadded(padded + g.top * rowBytes + g.left * ci * 4, rowBytes, x, xRowBytes, columns * ci * 4, rows);
    // without pooling every place is written anew
    if (g.pooled && n > 0) memory.fill(spread, 0, spreadBytes);
    spreadGradient(first, zRow, zPixel, dy, y, indices);
    if (dBias) addBias(first, zRow, zPixel);
    if (flipout) {
      repeatSigns(rowSigns, signsIn, ci, taps);
      padSigns(laneSigns, signsOut, co);
    }
    for (let c = 0; c < co; c += 8) {
      const panel: usize = <usize>(c >> 3) * k4 * 32;
      for (let i = 0; i < k; i += 4) {
        gradientTile(
          offsets + i * 4,
          first + c * 4,
          zRow,
          zPixel,
          g.strideHeight * rowBytes,
          g.strideWidth * ci * 4,
          dMeanPacked + panel + i * 32,
          dPerturbationPacked + panel + i * 32,
          rowSigns + i * 4,
          flipout ? laneSigns + c * 4 : 0,
        );
      }
    }
    if (dx) {
      if (flipout) {
        repeatSigns(outerSigns, signsOut, co, taps);
        padSigns(innerSigns, signsIn, ci);
      }
      for (let c = 0; c < ci; c += 8) {
        const panel: usize = <usize>(c >> 3) * deep * 32;
        let weights = rotated + panel;
        if (flipout) {
          formPanel(own, weights, rotatedPerturbation + panel, outerSigns, innerSigns + c * 4, deep);
          weights = own;
        }
        convolvePanel(
          dx + c * 4,
          ci * 4,
          0,
          0,
          spread,
          positions,
          g.height * g.width,
          segments,
          segmentCount,
          deep / segmentCount,
          weights,
          0,
          ci - c,
          plain,
        );
      }
      dx += g.height * xRowBytes;
    }
    x += g.height * xRowBytes;
    const outPixels = g.outHeight * g.outWidth * co;
    dy += outPixels * 4;
    y += outPixels * 4;
    indices += outPixels;
    signsIn += ci * 4;
    signsOut += co * 4;
  }
  unpack(dMean, dMeanPacked, k, k4, co);
  if (flipout) unpack(dPerturbation, dPerturbationPacked, k, k4, co);
  if (dBias) memory.copy(dBias, dBiasSum, co * 4);
}
