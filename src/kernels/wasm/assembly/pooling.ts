/** Max pooling of [height, width, channels] maps; the index is the place of the first maximum in its window. */
import { choose, loadUpTo4, storeUpTo4 } from './lanes';

/** v is taken over m where it is larger, or NaN: a NaN stays visible. */
// @ts-ignore: decorator
@inline
export function wins(v: v128, m: v128): v128 {
  return v128.or(f32x4.gt(v, m), f32x4.ne(v, v));
}

/** The low bytes of four 32-bit lanes, up to n of them. */
// @ts-ignore: decorator
@inline
export function storeBytes(pointer: usize, lanes: v128, n: i32): void {
  const words = i16x8.narrow_i32x4_u(lanes, lanes);
  const bytes = i8x16.narrow_i16x8_u(words, words);
  if (n >= 4) {
    v128.store32_lane(pointer, bytes, 0);
    return;
  }
  v128.store8_lane(pointer, bytes, 0);
  if (n > 1) v128.store8_lane(pointer, bytes, 1, 1);
  if (n > 2) v128.store8_lane(pointer, bytes, 2, 2);
}

export function maxPool(
  y: usize,
  indices: usize,
  x: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  windowHeight: i32,
  windowWidth: i32,
  strideHeight: i32,
  strideWidth: i32,
  top: i32,
  left: i32,
): void {
  const pixel: usize = <usize>channels << 2;
  const row: usize = pixel * width;
  for (; batch > 0; batch--, x += row * height) {
    for (let oy = 0; oy < outHeight; oy++) {
      const y0 = oy * strideHeight - top;
      const ky0 = max(0, -y0);
      const ky1 = min(windowHeight, height - y0);
      for (let ox = 0; ox < outWidth; ox++) {
        const x0 = ox * strideWidth - left;
        const kx0 = max(0, -x0);
        const kx1 = min(windowWidth, width - x0);
        for (let c = 0; c < channels; c += 4) {
          const n = channels - c;
          const base = x + row * (y0 + ky0) + pixel * (x0 + kx0) + (<usize>c << 2);
          let best = loadUpTo4(base, n);
          let index = i32x4.splat(ky0 * windowWidth + kx0);
          for (let ky = ky0; ky < ky1; ky++) {
            let p = base + row * (ky - ky0);
            for (let kx = kx0; kx < kx1; kx++, p += pixel) {
              const v = loadUpTo4(p, n);
              const better = wins(v, best);
              best = choose(v, best, better);
              index = choose(i32x4.splat(ky * windowWidth + kx), index, better);
            }
          }
          storeUpTo4(y + (<usize>c << 2), best, n);
          storeBytes(indices + c, index, n);
        }
        y += pixel;
        indices += channels;
      }
    }
  }
}

/** Adds each dy to the place in dx that its index names; dx is cleared first. */
export function maxPoolBackward(
  dx: usize,
  dy: usize,
  indices: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  windowWidth: i32,
  strideHeight: i32,
  strideWidth: i32,
  top: i32,
  left: i32,
): void {
  const pixel: usize = <usize>channels << 2;
  const row: usize = pixel * width;
  memory.fill(dx, 0, row * height * batch);
  for (; batch > 0; batch--, dx += row * height) {
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ox = 0; ox < outWidth; ox++) {
        for (let c = 0; c < channels; c++, dy += 4, indices++) {
          const index = <i32>load<u8>(indices);
          const iy = oy * strideHeight - top + index / windowWidth;
          const ix = ox * strideWidth - left + (index % windowWidth);
          const target = dx + row * iy + pixel * ix + (<usize>c << 2);
          store<f32>(target, load<f32>(target) + load<f32>(dy));
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function upperHalf(v: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 0));
}

/** The mean of what lies in each window, summed in double. */
export function averagePool(
  y: usize,
  x: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  windowHeight: i32,
  windowWidth: i32,
  strideHeight: i32,
  strideWidth: i32,
  top: i32,
  left: i32,
): void {
  const pixel: usize = <usize>channels << 2;
  const row: usize = pixel * width;
  for (; batch > 0; batch--, x += row * height) {
    for (let oy = 0; oy < outHeight; oy++) {
      const y0 = oy * strideHeight - top;
      const begin = max(0, y0);
      const rows = min(height, y0 + windowHeight) - begin;
      for (let ox = 0; ox < outWidth; ox++, y += pixel) {
        const x0 = ox * strideWidth - left;
        const start = max(0, x0);
        const columns = min(width, x0 + windowWidth) - start;
        const count = f64x2.splat(<f64>(rows * columns));
        for (let c = 0; c < channels; c += 4) {
          const n = channels - c;
          const base = x + row * begin + pixel * start + (<usize>c << 2);
          let low = f64x2.splat(0);
          let high = f64x2.splat(0);
          for (let i = 0; i < rows; i++) {
            let p = base + row * i;
            for (let j = 0; j < columns; j++, p += pixel) {
              const v = loadUpTo4(p, n);
              low = f64x2.add(low, f64x2.promote_low_f32x4(v));
              high = f64x2.add(high, upperHalf(v));
            }
          }
          const first = f32x4.demote_f64x2_zero(f64x2.div(low, count));
          const second = f32x4.demote_f64x2_zero(f64x2.div(high, count));
          storeUpTo4(y + (<usize>c << 2), v128.shuffle<i64>(first, second, 0, 2), n);
        }
      }
    }
  }
}

/** Adds each dy, in equal parts, to what its window averaged; dx is cleared first. */
export function averagePoolBackward(
  dx: usize,
  dy: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  windowHeight: i32,
  windowWidth: i32,
  strideHeight: i32,
  strideWidth: i32,
  top: i32,
  left: i32,
): void {
  const pixel: usize = <usize>channels << 2;
  const row: usize = pixel * width;
  memory.fill(dx, 0, row * height * batch);
  for (; batch > 0; batch--, dx += row * height) {
    for (let oy = 0; oy < outHeight; oy++) {
      const y0 = oy * strideHeight - top;
      const begin = max(0, y0);
      const rows = min(height, y0 + windowHeight) - begin;
      for (let ox = 0; ox < outWidth; ox++, dy += pixel) {
        const x0 = ox * strideWidth - left;
        const start = max(0, x0);
        const columns = min(width, x0 + windowWidth) - start;
        const count = f32x4.splat(<f32>(rows * columns));
        for (let c = 0; c < channels; c += 4) {
          const n = channels - c;
          const part = f32x4.div(loadUpTo4(dy + (<usize>c << 2), n), count);
          const base = dx + row * begin + pixel * start + (<usize>c << 2);
          for (let i = 0; i < rows; i++) {
            let p = base + row * i;
            for (let j = 0; j < columns; j++, p += pixel) {
              storeUpTo4(p, f32x4.add(loadUpTo4(p, n), part), n);
            }
          }
        }
      }
    }
  }
}
