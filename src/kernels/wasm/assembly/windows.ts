/**
 * What lies behind one example's convolution, while its map is in cache: pooling windows of four places that lie side by side
 * (2 x 2 in images, 1 x 4 in signals) and the way back through them, and through a relu alone. Channels in fours.
 */
import { relu4 } from './activations';
import { maximumOf, placeOf } from './patches';

/**
 * y, indices = maxPool(relu(map) or map); windows are whole.
 * @param b of a window's second place, bytes behind the first; `c`, `d` of the others
 * @param step from one window to the next, and from one row of them to the next
 */
export function poolWindows(
  y: usize,
  indices: usize,
  map: usize,
  outHeight: i32,
  outWidth: i32,
  channels: i32,
  b: usize,
  c: usize,
  d: usize,
  step: usize,
  rowStep: usize,
  rectify: bool,
): void {
  const pixel: usize = <usize>channels << 2;
  const zero = f32x4.splat(0);
  for (let oy = 0; oy < outHeight; oy++, map += rowStep) {
    let p = map;
    for (let ox = 0; ox < outWidth; ox++, p += step - pixel) {
      for (const end = p + pixel; p < end; p += 16, y += 16, indices += 4) {
        const first = v128.load(p);
        const second = v128.load(p + b);
        const third = v128.load(p + c);
        const fourth = v128.load(p + d);
        let best = maximumOf(first, second, third, fourth);
        let place = placeOf(first, second, third, fourth);
        if (rectify) {
          // where all four were cut off, the first of them is the first maximum
          place = v128.and(place, f32x4.gt(best, zero));
          best = relu4(best);
        }
        v128.store(y, best);
        const words = i16x8.narrow_i32x4_u(place, place);
        v128.store32_lane(indices, i8x16.narrow_i16x8_u(words, words), 0);
      }
    }
  }
}

/**
 * dz = dy where the window's maximum was and the relu let it through, zero elsewhere in the windows, each written once;
 * `part` [channels] += its sums over the positions. Offsets and steps as in `poolWindows`.
 */
export function unpoolWindows(
  dz: usize,
  dy: usize,
  y: usize,
  indices: usize,
  outHeight: i32,
  outWidth: i32,
  channels: i32,
  b: usize,
  c: usize,
  d: usize,
  step: usize,
  rowStep: usize,
  rectify: bool,
  part: usize,
): void {
  const pixel: usize = <usize>channels << 2;
  const zero = f32x4.splat(0);
  const first = i32x4.splat(1);
  const second = i32x4.splat(2);
  const third = i32x4.splat(3);
  for (let oy = 0; oy < outHeight; oy++, dz += rowStep) {
    let p = dz;
    for (let ox = 0; ox < outWidth; ox++, p += step - pixel) {
      let sums = part;
      for (const end = p + pixel; p < end; p += 16, dy += 16, y += 16, indices += 4, sums += 16) {
        let v = v128.load(dy);
        if (rectify) v = v128.and(v, f32x4.gt(v128.load(y), zero));
        const place = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(indices)));
        v128.store(sums, f32x4.add(v128.load(sums), v));
        v128.store(p, v128.and(v, i32x4.eq(place, zero)));
        v128.store(p + b, v128.and(v, i32x4.eq(place, first)));
        v128.store(p + c, v128.and(v, i32x4.eq(place, second)));
        v128.store(p + d, v128.and(v, i32x4.eq(place, third)));
      }
    }
  }
}

/** dz = dy where the relu let y through; `part` [channels] += its sums over the positions. */
export function rectifyGradient(dz: usize, dy: usize, y: usize, positions: i32, channels: i32, part: usize): void {
  const zero = f32x4.splat(0);
  const bytes: usize = <usize>channels << 2;
  for (; positions > 0; positions--, dz += bytes, dy += bytes, y += bytes) {
    for (let i: usize = 0; i < bytes; i += 16) {
      const v = v128.and(v128.load(dy + i), f32x4.gt(v128.load(y + i), zero));
      v128.store(dz + i, v);
      v128.store(part + i, f32x4.add(v128.load(part + i), v));
    }
  }
}
