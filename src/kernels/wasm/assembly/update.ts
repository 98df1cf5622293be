/** What a training step does to whole regions of memory, in place. */
import { loadUpTo4, storeUpTo4 } from './lanes';

// Whole vectors first, the rest behind them: with the number of lanes known, no load or store asks for it.

// @ts-ignore: decorator
@inline
function accumulateVector(total: usize, part: usize, n: i32): void {
  storeUpTo4(total, f32x4.add(loadUpTo4(total, n), loadUpTo4(part, n)), n);
}

export function accumulate(total: usize, part: usize, n: i32): void {
  for (; n >= 8; n -= 8, total += 32, part += 32) {
    accumulateVector(total, part, 4);
    accumulateVector(total + 16, part + 16, 4);
  }
  for (; n > 0; n -= 4, total += 16, part += 16) accumulateVector(total, part, n);
}

/** NaN and infinity are what has all bits of the exponent set. */
export function countNonFinite(out: usize, x: usize, n: i32): void {
  const magnitude = i32x4.splat(0x7fffffff);
  const largest = i32x4.splat(0x7f7fffff);
  let count = i32x4.splat(0);
  for (; n >= 8; n -= 8, x += 32) {
    count = i32x4.sub(count, i32x4.gt_s(v128.and(v128.load(x), magnitude), largest));
    count = i32x4.sub(count, i32x4.gt_s(v128.and(v128.load(x, 16), magnitude), largest));
  }
  for (; n > 0; n -= 4, x += 16) {
    count = i32x4.sub(count, i32x4.gt_s(v128.and(loadUpTo4(x, n), magnitude), largest));
  }
  const total =
    i32x4.extract_lane(count, 0) + i32x4.extract_lane(count, 1) + i32x4.extract_lane(count, 2) + i32x4.extract_lane(count, 3);
  store<f32>(out, <f32>total);
}

// The control block's words (kernels/kernels.ts), in bytes.
const stepSize: usize = 32;
const likelihoodScale: usize = 36;
const divergenceScale: usize = 40;

// @ts-ignore: decorator
@inline
function adamVector(
  parameters: usize,
  m: usize,
  v: usize,
  likelihood: usize,
  divergence: usize,
  n: i32,
  step: v128,
  a: v128,
  b: v128,
  rate1: v128,
  rate2: v128,
  floor: v128,
): void {
  const g = f32x4.add(f32x4.mul(loadUpTo4(likelihood, n), a), f32x4.mul(loadUpTo4(divergence, n), b));
  const m0 = loadUpTo4(m, n);
  const v0 = loadUpTo4(v, n);
  // loaded before anything is stored: a load may wait for a store to an address that looks alike in its low bits
  const p0 = loadUpTo4(parameters, n);
  const m1 = f32x4.add(m0, f32x4.mul(rate1, f32x4.sub(g, m0)));
  const v1 = f32x4.add(v0, f32x4.mul(rate2, f32x4.sub(f32x4.mul(g, g), v0)));
  const change = f32x4.div(f32x4.mul(step, m1), f32x4.add(f32x4.sqrt(v1), floor));
  storeUpTo4(m, m1, n);
  storeUpTo4(v, v1, n);
  storeUpTo4(parameters, f32x4.sub(p0, change), n);
}

/** Kingma and Ba 2015, algorithm 1, in TensorFlow's form: the bias corrections stand in the step size. */
export function adam(
  parameters: usize,
  m: usize,
  v: usize,
  likelihood: usize,
  divergence: usize,
  n: i32,
  control: usize,
  oneMinusBeta1: f32,
  oneMinusBeta2: f32,
  epsilon: f32,
): void {
  const step = v128.load32_splat(control + stepSize);
  const a = v128.load32_splat(control + likelihoodScale);
  const b = v128.load32_splat(control + divergenceScale);
  const rate1 = f32x4.splat(oneMinusBeta1);
  const rate2 = f32x4.splat(oneMinusBeta2);
  const floor = f32x4.splat(epsilon);
  let i: usize = 0;
  for (; n >= 4; n -= 4, i += 16) {
    adamVector(parameters + i, m + i, v + i, likelihood + i, divergence + i, 4, step, a, b, rate1, rate2, floor);
  }
  if (n > 0) {
    adamVector(parameters + i, m + i, v + i, likelihood + i, divergence + i, n, step, a, b, rate1, rate2, floor);
  }
}
