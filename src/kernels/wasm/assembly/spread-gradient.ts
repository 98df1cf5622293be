/**
 * dz, the gradient of the unpooled map before its activation, on the grid of x: dilated by the stride, with room for the
 * rotated kernel around it. What the input gradient convolves, and the dense weight gradient reads.
 */
import * as g from './geometry';
import { gradient4 } from './activations';
import { loadUpTo4, storeUpTo4 } from './lanes';
import { take } from './scratch';

let map: usize = 0;

// @ts-ignore: decorator
@inline
function heightOf(): i32 {
  const reach = (g.kernelHeight - 1) * g.dilationHeight;
  return max(g.height + g.top, (g.mapHeight - 1) * g.strideHeight + 1) + reach;
}

// @ts-ignore: decorator
@inline
function widthOf(): i32 {
  const reach = (g.kernelWidth - 1) * g.dilationWidth;
  return max(g.width + g.left, (g.mapWidth - 1) * g.strideWidth + 1) + reach;
}

// @ts-ignore: decorator
@inline
function bytesOf(): i32 {
  // vectors of eight channels may reach 28 bytes past the last one
  return heightOf() * widthOf() * g.outChannels * 4 + 32;
}

export function layOutSpread(): void {
  map = take(bytesOf());
}

/** Where the map begins: position (0, 0) of x's padded grid. */
export function spreadStart(): usize {
  return map;
}

export function spreadRowBytes(): i32 {
  return widthOf() * g.outChannels * 4;
}

/** The place of dz at (0, 0). */
export function spreadFirst(): usize {
  return (
    map +
    (g.kernelHeight - 1) * g.dilationHeight * spreadRowBytes() +
    (g.kernelWidth - 1) * g.dilationWidth * g.outChannels * 4
  );
}

export function clearSpread(): void {
  memory.fill(map, 0, bytesOf());
}

/** dz = dy through pooling and activation, for one example; with pooling onto a cleared map. */
export function spreadGradient(dy: usize, y: usize, indices: usize): void {
  let first = spreadFirst();
  const rowBytes = g.strideHeight * spreadRowBytes();
  const pixelBytes = g.strideWidth * g.outChannels * 4;
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

