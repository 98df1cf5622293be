/** Monte Carlo prediction: pre-activations from their moments and one draw of noise, class probabilities and their entropy. */
import { activateInPlace, relu, relu4 } from './activations';
import { exp4, log4 } from './functions';
import { loadUpTo4, multiplyAdd, storeUpTo4 } from './lanes';

/** activation(mean + scale * noise) of `rows` rows of n, the noise the same for each. */
export function perturb(out: usize, mean: usize, scale: usize, noise: usize, rows: i32, n: i32, activation: i32): void {
  const bytes: usize = <usize>n << 2;
  const rectify = activation == relu;
  let y = out;
  for (let row = 0; row < rows; row++, y += bytes, mean += bytes, scale += bytes) {
    let i: usize = 0;
    for (let left = n; left > 0; left -= 4, i += 16) {
      const z = multiplyAdd(loadUpTo4(scale + i, left), loadUpTo4(noise + i, left), loadUpTo4(mean + i, left));
      storeUpTo4(y + i, rectify ? relu4(z) : z, left);
    }
  }
  if (activation > relu) activateInPlace(activation, out, rows * n);
}

/** e^x of less is 0, and so is its share of the entropy. */
const lowest = memory.data<f32>([-1e4]);

// @ts-ignore: decorator
@inline
function column(p0: usize, p1: usize, p2: usize, p3: usize): v128 {
  let v = v128.load32_zero(p0);
  v = v128.load32_lane(p1, v, 1);
  v = v128.load32_lane(p2, v, 2);
  return v128.load32_lane(p3, v, 3);
}

// @ts-ignore: decorator
@inline
function storeColumn(p0: usize, p1: usize, p2: usize, p3: usize, v: v128): void {
  v128.store32_lane(p0, v, 0);
  v128.store32_lane(p1, v, 1);
  v128.store32_lane(p2, v, 2);
  v128.store32_lane(p3, v, 3);
}

/**
 * Four examples in four lanes, class by class: nothing is padded and nothing added across lanes. A NaN among a row's
 * logits makes all its results NaN, through the sum.
 */
export function softmaxEntropy(out: usize, entropy: usize, x: usize, rows: i32, n: i32): void {
  const bytes: usize = <usize>n << 2;
  const floor = v128.load32_splat(lowest);
  for (; rows > 0; rows -= 4, entropy += 16, x += bytes << 2, out += bytes << 2) {
    // rows that are missing repeat the last one
    const step1: usize = rows > 1 ? bytes : 0;
    const step2: usize = rows > 2 ? step1 + bytes : step1;
    const step3: usize = rows > 3 ? step2 + bytes : step2;
    const end = x + bytes;
    let largest = column(x, x + step1, x + step2, x + step3);
    for (let p = x + 4; p < end; p += 4) largest = f32x4.pmax(largest, column(p, p + step1, p + step2, p + step3));
    let total = f32x4.splat(0);
    let weighted = total;
    let q = out;
    for (let p = x; p < end; p += 4, q += 4) {
      const d = f32x4.pmax(f32x4.sub(column(p, p + step1, p + step2, p + step3), largest), floor);
      const e = exp4(d);
      total = f32x4.add(total, e);
      weighted = multiplyAdd(e, d, weighted);
      storeColumn(q, q + step1, q + step2, q + step3, e);
    }
    const inverse = f32x4.div(f32x4.splat(1), total);
    storeUpTo4(entropy, f32x4.sub(log4(total), f32x4.mul(weighted, inverse)), rows);
    for (let p = out; p < out + bytes; p += 4) {
      const e = column(p, p + step1, p + step2, p + step3);
      storeColumn(p, p + step1, p + step2, p + step3, f32x4.mul(e, inverse));
    }
  }
}
