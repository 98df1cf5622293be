/** Softmax, the categorical likelihood, and the KL divergence of normals. */
import { addWide, loadUpTo4, storeUpTo4, totalWide } from './lanes';
import { exp4, log4 } from './functions';

/** y = softmax(x) over n elements; returns ln of the sum of e^(x - max), and leaves the maximum in `largest`. */
let largest: f32 = 0;

function softmaxRow(y: usize, x: usize, n: i32): f64 {
  let m: f32 = load<f32>(x);
  for (let i: usize = 4, end: usize = <usize>n << 2; i < end; i += 4) {
    const v = load<f32>(x + i);
    // NaN wins: the row's results are then NaN, where the finite check finds them
    if (v > m || v != v) m = v;
  }
  largest = m;
  const offset = f32x4.splat(m);
  let total: f64 = 0;
  let i: usize = 0;
  for (let left = n; left > 0; left -= 4, i += 16) {
    const e = exp4(f32x4.sub(loadUpTo4(x + i, left), offset));
    storeUpTo4(y + i, e, left);
    total += f32x4.extract_lane(e, 0);
    if (left > 1) total += f32x4.extract_lane(e, 1);
    if (left > 2) total += f32x4.extract_lane(e, 2);
    if (left > 3) total += f32x4.extract_lane(e, 3);
  }
  const inverse = f32x4.splat(<f32>(1 / total));
  i = 0;
  for (let left = n; left > 0; left -= 4, i += 16) {
    storeUpTo4(y + i, f32x4.mul(loadUpTo4(y + i, left), inverse), left);
  }
  return total;
}

export function softmax(y: usize, x: usize, rows: i32, n: i32): void {
  const bytes: usize = <usize>n << 2;
  for (; rows > 0; rows--, y += bytes, x += bytes) softmaxRow(y, x, n);
}

/** dx = y (dy - sum(y dy)) */
export function softmaxBackward(dx: usize, y: usize, dy: usize, rows: i32, n: i32): void {
  const bytes: usize = <usize>n << 2;
  for (; rows > 0; rows--, y += bytes, dx += bytes, dy += bytes) {
    let sum = f64x2.splat(0);
    let i: usize = 0;
    for (let left = n; left > 0; left -= 4, i += 16) {
      sum = addWide(sum, f32x4.mul(loadUpTo4(y + i, left), loadUpTo4(dy + i, left)));
    }
    const mean = f32x4.splat(<f32>totalWide(sum));
    i = 0;
    for (let left = n; left > 0; left -= 4, i += 16) {
      const v = f32x4.mul(loadUpTo4(y + i, left), f32x4.sub(loadUpTo4(dy + i, left), mean));
      storeUpTo4(dx + i, v, left);
    }
  }
}

export function categoricalNll(
  nll: usize,
  probabilities: usize,
  correct: usize,
  logits: usize,
  labels: usize,
  rows: i32,
  n: i32,
): void {
  const bytes: usize = <usize>n << 2;
  for (; rows > 0; rows--, nll += 4, correct += 4, labels += 4, logits += bytes, probabilities += bytes) {
    const total = softmaxRow(probabilities, logits, n);
    const label = load<i32>(labels);
    const own = load<f32>(logits + (<usize>label << 2));
    const log = f32x4.extract_lane(log4(f32x4.splat(<f32>total)), 0);
    store<f32>(nll, <f32>(<f64>log + <f64>largest - <f64>own));
    let first = 0;
    while (first < n - 1 && load<f32>(logits + (<usize>first << 2)) != largest) first++;
    store<f32>(correct, first == label ? 1 : 0);
  }
}

/** dLogits = (probabilities - [label]) dNll */
export function categoricalNllBackward(
  dLogits: usize,
  probabilities: usize,
  labels: usize,
  dNll: usize,
  rows: i32,
  n: i32,
): void {
  const bytes: usize = <usize>n << 2;
  for (; rows > 0; rows--, labels += 4, dNll += 4, dLogits += bytes, probabilities += bytes) {
    const d = v128.load32_splat(dNll);
    let i: usize = 0;
    for (let left = n; left > 0; left -= 4, i += 16) {
      storeUpTo4(dLogits + i, f32x4.mul(loadUpTo4(probabilities + i, left), d), left);
    }
    const at: usize = <usize>load<i32>(labels) << 2;
    store<f32>(dLogits + at, (load<f32>(probabilities + at) - 1) * load<f32>(dNll));
  }
}

/** dMean = dKl (m - priorMean) / p^2, dScale = dKl (s / p^2 - 1 / s) */
export function normalKlBackward(
  dMean: usize,
  dScale: usize,
  mean: usize,
  scale: usize,
  dKl: usize,
  n: i32,
  priorMean: f32,
  priorScale: f32,
): void {
  const d = v128.load32_splat(dKl);
  const centre = f32x4.splat(priorMean);
  const precision = f32x4.splat(1 / (priorScale * priorScale));
  const one = f32x4.splat(1);
  for (; n >= 4; n -= 4, mean += 16, scale += 16, dMean += 16, dScale += 16) {
    const s = v128.load(scale);
    v128.store(dMean, f32x4.mul(d, f32x4.mul(f32x4.sub(v128.load(mean), centre), precision)));
    v128.store(dScale, f32x4.mul(d, f32x4.sub(f32x4.mul(s, precision), f32x4.div(one, s))));
  }
  for (; n > 0; n -= 4, mean += 16, scale += 16, dMean += 16, dScale += 16) {
    const m = f32x4.mul(f32x4.sub(loadUpTo4(mean, n), centre), precision);
    const s = loadUpTo4(scale, n);
    storeUpTo4(dMean, f32x4.mul(d, m), n);
    storeUpTo4(dScale, f32x4.mul(d, f32x4.sub(f32x4.mul(s, precision), f32x4.div(one, s))), n);
  }
}
