/** Monte Carlo prediction: pre-activations from their moments and one draw of noise, class probabilities and their entropy. */
import { activateInPlace, relu } from './activations';
import { exp4, expUsual4, isUsual4, log4, splatAt } from './functions';
import { loadUpTo4, multiplyAdd, storeUpTo4 } from './lanes';

// @ts-ignore: decorator
@inline
function perturbVector(y: usize, mean: usize, scale: usize, noise: usize, n: i32, floor: v128): void {
  const z = multiplyAdd(loadUpTo4(scale, n), loadUpTo4(noise, n), loadUpTo4(mean, n));
  // pmax(a, b) is a < b ? b : a, so that a NaN in a stays
  storeUpTo4(y, f32x4.pmax(z, floor), n);
}

/**
 * activation(mean + scale * noise) of `rows` rows of n: mean and scale are gone through again after `period` rows, and a
 * row of the noise serves `perNoise` rows.
 */
export function perturb(
  out: usize,
  mean: usize,
  scale: usize,
  noise: usize,
  rows: i32,
  n: i32,
  period: i32,
  perNoise: i32,
  activation: i32,
): void {
  // relu is a maximum with 0, everything else one with what nothing is below
  const floor = f32x4.splat(activation == relu ? 0 : -Infinity);
  const bytes: usize = <usize>n << 2;
  const back: usize = <usize>period * bytes;
  let y = out;
  let served = 0;
  let gone = 0;
  for (let row = 0; row < rows; row++, y += bytes, mean += bytes, scale += bytes) {
    if (served == perNoise) {
      noise += bytes;
      served = 0;
    }
    served++;
    if (gone == period) {
      mean -= back;
      scale -= back;
      gone = 0;
    }
    gone++;
    let i: usize = 0;
    let left = n;
    for (; left >= 8; left -= 8, i += 32) {
      perturbVector(y + i, mean + i, scale + i, noise + i, 4, floor);
      perturbVector(y + i + 16, mean + i + 16, scale + i + 16, noise + i + 16, 4, floor);
    }
    for (; left > 0; left -= 4, i += 16) perturbVector(y + i, mean + i, scale + i, noise + i, left, floor);
  }
  if (activation > relu) activateInPlace(activation, out, rows * n);
}

/** e^x of less is 0, and so is its share of the entropy. */
const lowest = memory.data<f32>([-1e4]);

/** Bytes of scratch: a column of four examples per class, and up to three that are not there. */
export function softmaxEntropyScratch(n: i32): i32 {
  return (n + 3) << 4;
}

/**
 * Four examples in four lanes, class by class: nothing is padded and nothing added across lanes. A NaN among a row's
 * logits makes all its results NaN, through the sum.
 */
export function softmaxEntropy(out: usize, entropy: usize, x: usize, rows: i32, n: i32, scratch: usize): void {
  const bytes: usize = <usize>n << 2;
  const floor = splatAt(lowest, 0);
  const end = scratch + (<usize>n << 4);
  for (; rows > 0; rows -= 4, entropy += 16, x += bytes << 2, out += bytes << 2) {
    // rows that are missing repeat the last one, and are not stored
    const step1: usize = rows > 1 ? bytes : 0;
    const step2: usize = rows > 2 ? step1 + bytes : step1;
    const step3: usize = rows > 3 ? step2 + bytes : step2;
    let p = x;
    let t = scratch;
    for (let left = n; left > 0; left -= 4, p += 16, t += 64) {
      const r0 = loadUpTo4(p, left);
      const r1 = loadUpTo4(p + step1, left);
      const r2 = loadUpTo4(p + step2, left);
      const r3 = loadUpTo4(p + step3, left);
      const a = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
      const b = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const c = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const d = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      v128.store(t, v128.shuffle<i64>(a, b, 0, 2));
      v128.store(t, v128.shuffle<i64>(a, b, 1, 3), 16);
      v128.store(t, v128.shuffle<i64>(c, d, 0, 2), 32);
      v128.store(t, v128.shuffle<i64>(c, d, 1, 3), 48);
    }
    let largest = v128.load(scratch);
    for (t = scratch + 16; t < end; t += 16) largest = f32x4.pmax(largest, v128.load(t));
    let usual = i32x4.splat(-1);
    for (t = scratch; t < end; t += 16) {
      const d = f32x4.pmax(f32x4.sub(v128.load(t), largest), floor);
      usual = v128.and(usual, isUsual4(d));
      v128.store(t, d);
    }
    const isUsual = i32x4.bitmask(usual) == 15;
    let total = f32x4.splat(0);
    let weighted = total;
    for (t = scratch; t < end; t += 16) {
      const d = v128.load(t);
      const e = isUsual ? expUsual4(d) : exp4(d);
      total = f32x4.add(total, e);
      weighted = multiplyAdd(e, d, weighted);
      v128.store(t, e);
    }
    const inverse = f32x4.div(f32x4.splat(1), total);
    storeUpTo4(entropy, f32x4.sub(log4(total), f32x4.mul(weighted, inverse)), rows);
    p = out;
    t = scratch;
    for (let left = n; left > 0; left -= 4, p += 16, t += 64) {
      const c0 = f32x4.mul(v128.load(t), inverse);
      const c1 = f32x4.mul(v128.load(t, 16), inverse);
      const c2 = f32x4.mul(v128.load(t, 32), inverse);
      const c3 = f32x4.mul(v128.load(t, 48), inverse);
      const a = v128.shuffle<f32>(c0, c1, 0, 4, 1, 5);
      const b = v128.shuffle<f32>(c2, c3, 0, 4, 1, 5);
      const c = v128.shuffle<f32>(c0, c1, 2, 6, 3, 7);
      const d = v128.shuffle<f32>(c2, c3, 2, 6, 3, 7);
      storeUpTo4(p, v128.shuffle<i64>(a, b, 0, 2), left);
      if (rows > 1) storeUpTo4(p + step1, v128.shuffle<i64>(a, b, 1, 3), left);
      if (rows > 2) storeUpTo4(p + step2, v128.shuffle<i64>(c, d, 0, 2), left);
      if (rows > 3) storeUpTo4(p + step3, v128.shuffle<i64>(c, d, 1, 3), left);
    }
  }
}
