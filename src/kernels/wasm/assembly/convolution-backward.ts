/** Gradients of a convolution, example by example. */
import * as g from './geometry';
import { paddedHeight, paddedWidth } from './geometry';
import { relu } from './activations';
import { narrow, widen } from './bfloat16';
import { beginInput, inputGradient, layOutInput } from './input-gradient';
import { copyIntoPadded } from './patches';
import { laidOut, layOutFrom, take } from './scratch';
import { clearSpread, layOutSpread, spreadGradient } from './spread-gradient';
import { addDense, beginDense, finishDense, layOutDense } from './weight-gradient-dense';
import { addSparse, beginSparse, finishSparse, layOutSparse, sparseRow } from './weight-gradient-sparse';

let padded: usize = 0;
/** an example's y, dy and dx in float32, where they are bfloat16 */
let wideY: usize = 0;
let wideDy: usize = 0;
let wideDx: usize = 0;

/**
 * Behind a maximum or a relu much of dz is zero, and the weight gradient runs through what is not: where the vectors
 * that this takes (at half of the places behind a relu alone) are clearly fewer than those of the full product.
 */
function isSparse(): bool {
  if (!g.pooled && g.activation != relu) return false;
  const places = g.pooled ? g.outHeight * g.outWidth : (g.mapHeight * g.mapWidth) >> 1;
  const k = g.kernelHeight * g.kernelWidth * g.channels;
  return <f32>places * <f32>sparseRow() < 0.75 * <f32>(g.mapHeight * g.mapWidth) * <f32>k;
}

function layOut(scratch: usize, flipout: bool, withInput: bool): void {
  layOutFrom(scratch);
  // sparse patches are read in pairs of vectors: up to 28 bytes past the last one
  padded = take(paddedHeight() * paddedWidth() * g.channels * 4 + 32);
  const outElements = g.outHeight * g.outWidth * g.outChannels;
  if (g.narrowY) wideY = take(outElements * 4);
  if (g.narrowDy) wideDy = take(outElements * 4);
  if (g.narrowDx) wideDx = take(g.height * g.width * g.channels * 4);
  if (withInput || !isSparse()) layOutSpread();
  if (isSparse()) layOutSparse(flipout);
  else layOutDense(flipout);
  if (withInput) layOutInput(flipout);
}

export function convolutionBackwardScratch(flipout: bool, withInput: bool): usize {
  layOut(0, flipout, withInput);
  return laidOut();
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
  const sparse = isSparse();
  const spreads = dx != 0 || !sparse;
  layOut(scratch, flipout, dx != 0);
  const ci = g.channels;
  const rowBytes = paddedWidth() * ci * 4;
  const rows = min(g.height, paddedHeight() - g.top);
  const columns = min(g.width, paddedWidth() - g.left);
  const xElements = g.height * g.width * ci;
  const outElements = g.outHeight * g.outWidth * g.outChannels;

  memory.fill(padded, 0, rowBytes * paddedHeight() + 32);
  if (spreads) clearSpread();
  if (sparse) beginSparse(flipout, rowBytes);
  else beginDense(flipout, rowBytes);
  if (dx) beginInput(mean, perturbation);

  for (let n = 0; n < g.batch; n++) {
    copyIntoPadded(padded + g.top * rowBytes + g.left * ci * 4, rowBytes, x, g.width * ci, columns * ci, rows);
    if (g.narrowY) widen(wideY, y, outElements);
    if (g.narrowDy) widen(wideDy, dy, outElements);
    const value = g.narrowY ? wideY : y;
    const slope = g.narrowDy ? wideDy : dy;
    if (spreads) {
      // without pooling every place is written anew
      if (g.pooled && n > 0) clearSpread();
      spreadGradient(slope, value, indices);
    }
    if (sparse) addSparse(padded, slope, value, indices, signsIn, signsOut);
    else addDense(padded, rowBytes, signsIn, signsOut);
    if (dx) {
      inputGradient(g.narrowDx ? wideDx : dx, signsIn, signsOut);
      if (g.narrowDx) narrow(dx, wideDx, xElements);
      dx += xElements * (g.narrowDx ? 2 : 4);
    }
    x += xElements * (g.narrowX ? 2 : 4);
    dy += outElements * (g.narrowDy ? 2 : 4);
    y += outElements * (g.narrowY ? 2 : 4);
    indices += outElements;
    if (flipout) {
      signsIn += ci * 4;
      signsOut += g.outChannels * 4;
    }
  }
  if (sparse) finishSparse(dMean, dPerturbation, dBias);
  else finishDense(dMean, dPerturbation, dBias);
}
