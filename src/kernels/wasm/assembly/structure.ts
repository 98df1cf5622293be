/** What moves numbers without computing: rows joined, cut and padded; sums over axes and their reverse. */
import { addWide, copyBytes, loadUpTo4, storeUpTo4, totalWide } from './lanes';

export function copyRows(target: usize, targetStride: usize, source: usize, sourceStride: usize, bytes: usize, rows: i32): void {
  for (; rows > 0; rows--, target += targetStride, source += sourceStride) copyBytes(target, source, bytes);
}

export function clear(target: usize, bytes: usize): void {
  memory.fill(target, 0, bytes);
}

/** x [leading, middle, trailing] -> out [middle]; summed in double, in an order that depends on the shape alone. */
export function sum(out: usize, x: usize, leading: i32, middle: i32, trailing: i32): void {
  const row: usize = <usize>trailing << 2;
  const plane: usize = row * middle;
  if (trailing == 1) {
    for (let m = middle; m > 0; m -= 4, out += 16, x += 16) {
      let low = f64x2.splat(0);
      let high = f64x2.splat(0);
      let p = x;
      for (let l = 0; l < leading; l++, p += plane) {
        const v = loadUpTo4(p, m);
        low = f64x2.add(low, f64x2.promote_low_f32x4(v));
        high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 0)));
      }
      const first = f32x4.demote_f64x2_zero(low);
      const second = f32x4.demote_f64x2_zero(high);
      storeUpTo4(out, v128.shuffle<i64>(first, second, 0, 2), m);
    }
    return;
  }
  for (let m = 0; m < middle; m++, out += 4, x += row) {
    let a = f64x2.splat(0);
    let b = f64x2.splat(0);
    let plain = x;
    for (let l = 0; l < leading; l++, plain += plane) {
      let p = plain;
      let t = trailing;
      for (; t >= 8; t -= 8, p += 32) {
        a = addWide(a, v128.load(p));
        b = addWide(b, v128.load(p, 16));
      }
      for (; t > 0; t -= 4, p += 16) a = addWide(a, loadUpTo4(p, t));
    }
    store<f32>(out, <f32>totalWide(f64x2.add(a, b)));
  }
}

/** x [middle] -> out [leading, middle, trailing] */
export function broadcast(out: usize, x: usize, leading: i32, middle: i32, trailing: i32): void {
  const bytes: usize = <usize>middle << 2;
  for (let l = 0; l < leading; l++) {
    if (trailing == 1) {
      copyBytes(out, x, bytes);
      out += bytes;
      continue;
    }
    for (let m: usize = 0; m < bytes; m += 4) {
      const v = v128.load32_splat(x + m);
      for (let t = trailing; t > 0; t -= 4, out += 16) storeUpTo4(out, v, t);
      out -= <usize>((4 - (trailing & 3)) & 3) << 2;
    }
  }
}

/** x [batch, positions, channels] -> out [batch, channels] */
export function sumPositions(out: usize, x: usize, batch: i32, positions: i32, channels: i32): void {
  const bytes: usize = <usize>channels << 2;
  for (; batch > 0; batch--, out += bytes, x += bytes * positions) {
    if (channels == 1) sum(out, x, 1, 1, positions);
    else sum(out, x, positions, channels, 1);
  }
}

/** x [batch, channels] -> out [batch, positions, channels] */
export function broadcastPositions(out: usize, x: usize, batch: i32, positions: i32, channels: i32): void {
  const bytes: usize = <usize>channels << 2;
  for (; batch > 0; batch--, x += bytes, out += bytes * positions) {
    if (channels == 1) broadcast(out, x, 1, 1, positions);
    else broadcast(out, x, positions, channels, 1);
  }
}
