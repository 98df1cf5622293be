/**
 * Convolution, example by example, with bias, activation and non-overlapping pooling in the tile's epilogue. Flipout
 * forms the example's own weights first, which costs |W| beside the convolution's |W| x positions.
 */
import * as g from './geometry';
import { paddedHeight, paddedWidth } from './geometry';
import { laidOut, layOutFrom, take } from './scratch';
import { narrow, roundInPlace } from './bfloat16';
import { activateInPlace, relu } from './activations';
import { packRows } from './matmul';
import { maxPool } from './pooling';
import { convolvePanel, copyIntoPadded, maximum, plain, rectified, segmentOffsets } from './patches';
import { formPanel, padSigns, repeatSigns } from './weights';

let padded: usize = 0;
let positions: usize = 0;
let segments: usize = 0;
let packed: usize = 0;
let packedPerturbation: usize = 0;
let own: usize = 0;
let rowSigns: usize = 0;
let laneSigns: usize = 0;
let map: usize = 0;
/** an example's y in float32, where y is bfloat16 */
let wide: usize = 0;

/** Whether a pooling window is exactly the four positions of a tile. */
function poolsInTile(): bool {
  return (
    g.pooled &&
    g.activation <= relu &&
    g.windowHeight * g.windowWidth == 4 &&
    g.poolStrideHeight == g.windowHeight &&
    g.poolStrideWidth == g.windowWidth &&
    g.poolTop == 0 &&
    g.poolLeft == 0 &&
    g.outHeight * g.windowHeight <= g.mapHeight &&
    g.outWidth * g.windowWidth <= g.mapWidth
  );
}

function layOut(scratch: usize, flipout: bool): void {
  layOutFrom(scratch);
  const k = g.kernelHeight * g.kernelWidth * g.channels;
  const panels = (g.outChannels + 7) >> 3;
  padded = take(paddedHeight() * paddedWidth() * g.channels * 4);
  positions = take((g.mapHeight * g.mapWidth + 4) * 4);
  segments = take(g.kernelHeight * g.kernelWidth * 4);
  packed = take(panels * k * 32);
  if (flipout) {
    packedPerturbation = take(panels * k * 32);
    own = take(k * 32);
    rowSigns = take(k * 4);
    laneSigns = take(panels * 32);
  }
  if (g.narrowY) wide = take(g.outHeight * g.outWidth * g.outChannels * 4);
  if (g.pooled && !poolsInTile()) map = take(g.mapHeight * g.mapWidth * g.outChannels * 4);
}

/** Bytes of scratch of the convolution that is set. */
export function convolutionScratch(flipout: bool): usize {
  layOut(0, flipout);
  return laidOut();
}

/** Byte offsets of the positions' patches, in the order of the map; with pooling in the tile, window by window. */
function listPositions(rowBytes: i32, inTile: bool): i32 {
  const y = g.strideHeight * rowBytes;
  const x = g.strideWidth * g.channels * 4;
  let p = positions;
  if (inTile) {
    for (let oy = 0; oy < g.outHeight; oy++) {
      for (let ox = 0; ox < g.outWidth; ox++) {
        for (let wy = 0; wy < g.windowHeight; wy++) {
          for (let wx = 0; wx < g.windowWidth; wx++, p += 4) {
            store<i32>(p, (oy * g.windowHeight + wy) * y + (ox * g.windowWidth + wx) * x);
          }
        }
      }
    }
    return g.outHeight * g.outWidth * 4;
  }
  for (let oy = 0; oy < g.mapHeight; oy++) {
    for (let ox = 0; ox < g.mapWidth; ox++, p += 4) store<i32>(p, oy * y + ox * x);
  }
  // a tile that is not full reads the first position, and does not store it
  for (let i = 0; i < 3; i++, p += 4) store<i32>(p, 0);
  return g.mapHeight * g.mapWidth;
}

export function convolution(
  y: usize,
  indices: usize,
  x: usize,
  mean: usize,
  perturbation: usize,
  signsIn: usize,
  signsOut: usize,
  bias: usize,
  scratch: usize,
): void {
  const flipout = perturbation != 0;
  layOut(scratch, flipout);
  const inTile = poolsInTile();
  const ci = g.channels;
  const co = g.outChannels;
  const taps = g.kernelHeight * g.kernelWidth;
  const k = taps * ci;
  const rowBytes = paddedWidth() * ci * 4;
  const rows = min(g.height, paddedHeight() - g.top);
  const columns = min(g.width, paddedWidth() - g.left);
  const count = listPositions(rowBytes, inTile);
  const segmentCount = segmentOffsets(
    segments,
    g.kernelHeight,
    g.kernelWidth,
    g.dilationHeight,
    g.dilationWidth,
    rowBytes,
    ci * 4,
  );
  const run = k / segmentCount;
  const rectify = g.activation == relu ? rectified : plain;
  const epilogue = inTile ? rectify | maximum : rectify;
  const outElements = g.outHeight * g.outWidth * co;
  const separate = g.pooled && !inTile;

  memory.fill(padded, 0, rowBytes * paddedHeight());
  packRows(packed, mean, co * 4, k, co);
  if (flipout) packRows(packedPerturbation, perturbation, co * 4, k, co);

  for (let n = 0; n < g.batch; n++) {
    copyIntoPadded(padded + g.top * rowBytes + g.left * ci * 4, rowBytes, x, g.width * ci, columns * ci, rows);
    if (flipout) {
      repeatSigns(rowSigns, signsIn, ci, taps);
      padSigns(laneSigns, signsOut, co);
    }
    const result = g.narrowY ? wide : y;
    const target = separate ? map : result;
    for (let c = 0; c < co; c += 8) {
      const panel: usize = <usize>(c >> 3) * k * 32;
      let weights = packed + panel;
      if (flipout) {
        formPanel(own, weights, packedPerturbation + panel, rowSigns, laneSigns + c * 4, k);
        if (g.narrowX) roundInPlace(own, k * 8);
        weights = own;
      }
      convolvePanel(
        target + c * 4,
        co * 4,
        indices + c,
        co,
        padded,
        positions,
        count,
        segments,
        segmentCount,
        run,
        weights,
        bias ? bias + c * 4 : 0,
        co - c,
        epilogue,
      );
    }
    if (g.activation > relu) activateInPlace(g.activation, target, g.mapHeight * g.mapWidth * co);
    if (separate) {
      maxPool(
        result,
        indices,
        map,
        1,
        g.mapHeight,
        g.mapWidth,
        co,
        g.outHeight,
        g.outWidth,
        g.windowHeight,
        g.windowWidth,
        g.poolStrideHeight,
        g.poolStrideWidth,
        g.poolTop,
        g.poolLeft,
      );
    }
    if (g.narrowY) narrow(y, wide, outElements);
    x += g.height * g.width * ci * (g.narrowX ? 2 : 4);
    y += outElements * (g.narrowY ? 2 : 4);
    indices += outElements;
    signsIn += ci * 4;
    signsOut += co * 4;
  }
}
