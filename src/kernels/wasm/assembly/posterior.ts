/** A posterior's standard deviation from its untransformed scale, and the KL divergence of normals. */
import { exp4, expUsual4, exponentOf, isUsual4, log4, logNormal4, one, splatAt } from './functions';
import { addWide, choose, loadUpTo4, multiplyAdd, storeUpTo4, totalWide } from './lanes';

const signBit = memory.data<u32>([0x80000000]);

/**
 * 1, 2, then from the highest power on the P of ln(1 + u) = 2 atanh(s) = 2 s + s^3 P(s^2), for s = u / (2 + u) up to
 * 1/3: interpolated at the Chebyshev nodes, to within 1.6e-8 of the logarithm.
 */
const terms = memory.data<f32>([1, 2, 0.26851498, 0.2823662, 0.40007561, 0.6666664]);

/** Scale and derivative of x, from u = e^-|x| where the derivative will be. */
// @ts-ignore: decorator
@inline
function scaleVector(scale: usize, derivative: usize, x: usize, n: i32, shift: v128): void {
  const zero = f32x4.splat(0);
  const v = loadUpTo4(x, n);
  const u = loadUpTo4(derivative, n);
  const onePlus = f32x4.add(u, splatAt(terms, 0));
  const twoPlus = f32x4.add(u, splatAt(terms, 1));
  // one division for both: 1 / ((1 + u) (2 + u))
  const shared = f32x4.div(splatAt(terms, 0), f32x4.mul(onePlus, twoPlus));
  const inverse = f32x4.mul(twoPlus, shared);
  const s = f32x4.mul(f32x4.mul(u, onePlus), shared);
  const z = f32x4.mul(s, s);
  const square = f32x4.mul(z, z);
  const low = multiplyAdd(splatAt(terms, 4), z, splatAt(terms, 5));
  const p = multiplyAdd(multiplyAdd(splatAt(terms, 2), z, splatAt(terms, 3)), square, low);
  const logarithm = multiplyAdd(f32x4.mul(p, z), s, f32x4.add(s, s));
  storeUpTo4(scale, f32x4.add(f32x4.add(f32x4.pmax(v, zero), logarithm), shift), n);
  storeUpTo4(derivative, f32x4.mul(inverse, choose(u, one(), f32x4.lt(v, zero))), n);
}

/** out = e^-|x|. */
function decays(out: usize, x: usize, n: i32): void {
  for (; n >= 4; n -= 4, out += 16, x += 16) {
    const v = v128.or(v128.load(x), splatAt(signBit, 0));
    const isUsual = i32x4.bitmask(isUsual4(v)) == 15;
    v128.store(out, isUsual ? expUsual4(v) : exp4(v));
  }
  if (n > 0) storeUpTo4(out, exp4(v128.or(loadUpTo4(x, n), splatAt(signBit, 0))), n);
}

/** Elements at a time: what the first loop leaves behind is in the nearest cache for the second. */
const stride = 1024;

/**
 * scale = offset + ln(1 + e^x) and its derivative 1 / (1 + e^-x), which share u = e^-|x|; the derivative is 1 / (1 + u)
 * for x >= 0 and u / (1 + u) below. In two loops: a chain of half the length lets the processor have more vectors on
 * their way at once.
 */
export function softplusScale(scale: usize, derivative: usize, x: usize, n: i32, offset: f32): void {
  const shift = f32x4.splat(offset);
  for (; n > 0; n -= stride) {
    let left = min(n, stride);
    decays(derivative, x, left);
    for (; left >= 4; left -= 4, scale += 16, derivative += 16, x += 16) scaleVector(scale, derivative, x, 4, shift);
    if (left > 0) scaleVector(scale, derivative, x, left, shift);
  }
}

/** Smallest normal number, infinity. */
const edges = memory.data<f32>([1.17549435e-38, Infinity]);

/** How many mantissas in [sqrt(1/2), sqrt(2)] may be multiplied before the product is taken apart again. */
const stretch = 32;

/**
 * Sum of ln(p / s) + (s^2 + (m - c)^2) / (2 p^2) - 1/2. A sum of logarithms is the logarithm of a product: exponents are
 * added as integers, mantissas multiplied, and one logarithm is taken for every 32 of them.
 */
export function normalKl(out: usize, mean: usize, scale: usize, n: i32, priorMean: f32, priorScale: f32): void {
  const centre = f32x4.splat(priorMean);
  const inverse = f32x4.splat(1 / priorScale);
  const smallest = splatAt(edges, 0);
  const infinity = splatAt(edges, 1);
  let squares = f64x2.splat(0);
  let logarithms = f64x2.splat(0);
  let exponents = i64x2.splat(0);
  while (n > 0) {
    let product = one();
    let exponentSum = i32x4.splat(0);
    for (let i = 0; i < stretch && n > 0; i++, n -= 4, mean += 16, scale += 16) {
      let ratio = f32x4.mul(loadUpTo4(scale, n), inverse);
      const distance = f32x4.mul(f32x4.sub(loadUpTo4(mean, n), centre), inverse);
      let square = f32x4.sub(f32x4.add(f32x4.mul(ratio, ratio), f32x4.mul(distance, distance)), one());
      if (n < 4) {
        // the missing lanes read as zero: no term, and a logarithm of 1
        const there = i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(n));
        square = v128.and(square, there);
        ratio = choose(ratio, one(), there);
      }
      squares = addWide(squares, square);
      const usual = v128.and(f32x4.ge(ratio, smallest), f32x4.lt(ratio, infinity));
      if (!i32x4.all_true(usual)) {
        // zero, denormal, infinite, NaN: by the logarithm that knows them
        logarithms = addWide(logarithms, v128.andnot(log4(ratio), usual));
        ratio = choose(ratio, one(), usual);
      }
      const exponent = exponentOf(ratio);
      product = f32x4.mul(product, i32x4.sub(ratio, i32x4.shl(exponent, 23)));
      exponentSum = i32x4.add(exponentSum, exponent);
    }
    logarithms = addWide(logarithms, logNormal4(product));
    exponents = i64x2.add(exponents, i64x2.extend_low_i32x4_s(exponentSum));
    exponents = i64x2.add(exponents, i64x2.extend_high_i32x4_s(exponentSum));
  }
  const exponent = <f64>(i64x2.extract_lane(exponents, 0) + i64x2.extract_lane(exponents, 1));
  store<f32>(out, <f32>(0.5 * totalWide(squares) - totalWide(logarithms) - 0.6931471805599453 * exponent));
}
