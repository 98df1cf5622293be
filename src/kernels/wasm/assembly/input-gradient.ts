/** Input gradients: dz, spread on the grid of x, convolved with the rotated kernel, input and output channels exchanged. */
import * as g from './geometry';
import { roundInPlace } from './bfloat16';
import { packColumns } from './matmul';
import { convolvePanel, plain, segmentOffsets } from './patches';
import { take } from './scratch';
import { spreadRowBytes, spreadStart } from './spread-gradient';
import { formPanel, padSigns, repeatSigns } from './weights';

let positions: usize = 0;
let segments: usize = 0;
let segmentCount: i32 = 0;
let rotated: usize = 0;
let rotatedPerturbation: usize = 0;
let own: usize = 0;
let outerSigns: usize = 0;
let innerSigns: usize = 0;

// @ts-ignore: decorator
@inline
function depth(): i32 {
  return g.kernelHeight * g.kernelWidth * g.outChannels;
}

export function layOutInput(flipout: bool): void {
  const innerPanels = (g.channels + 7) >> 3;
  positions = take((g.height * g.width + 4) * 4);
  segments = take(g.kernelHeight * g.kernelWidth * 4);
  rotated = take(innerPanels * depth() * 32);
  if (!flipout) return;
  rotatedPerturbation = take(innerPanels * depth() * 32);
  own = take(depth() * 32);
  outerSigns = take(depth() * 4);
  innerSigns = take(innerPanels * 32);
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

export function beginInput(mean: usize, perturbation: usize): void {
  const rowBytes = spreadRowBytes();
  const pixelBytes = g.outChannels * 4;
  let p = positions;
  for (let iy = 0; iy < g.height; iy++) {
    for (let ix = 0; ix < g.width; ix++, p += 4) store<i32>(p, (iy + g.top) * rowBytes + (ix + g.left) * pixelBytes);
  }
  // a tile that is not full reads the first position, and does not store it
  for (let i = 0; i < 3; i++, p += 4) store<i32>(p, 0);
  segmentCount = segmentOffsets(
    segments,
    g.kernelHeight,
    g.kernelWidth,
    g.dilationHeight,
    g.dilationWidth,
    rowBytes,
    pixelBytes,
  );
  packRotated(rotated, mean);
  if (perturbation) packRotated(rotatedPerturbation, perturbation);
}

/** One example's dx; its dz is spread. */
export function inputGradient(dx: usize, signsIn: usize, signsOut: usize): void {
  const ci = g.channels;
  const deep = depth();
  if (signsIn) {
    repeatSigns(outerSigns, signsOut, g.outChannels, g.kernelHeight * g.kernelWidth);
    padSigns(innerSigns, signsIn, ci);
  }
  for (let c = 0; c < ci; c += 8) {
    const panel: usize = <usize>(c >> 3) * deep * 32;
    let weights = rotated + panel;
    if (signsIn) {
      formPanel(own, weights, rotatedPerturbation + panel, outerSigns, innerSigns + c * 4, deep);
      if (g.narrowX) roundInPlace(own, deep * 8);
      weights = own;
    }
    convolvePanel(
      dx + c * 4,
      ci * 4,
      0,
      0,
      spreadStart(),
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
}
