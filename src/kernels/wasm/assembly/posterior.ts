/** A posterior's standard deviation from its untransformed scale, and the KL divergence of normals. */
import { exp4, exponentOf, log1p4, log4, logNormal4, one, splatAt } from './functions';
import { addWide, choose, loadUpTo4, storeUpTo4, totalWide } from './lanes';

const signBit = memory.data<u32>([0x80000000]);

/**
 * scale = offset + ln(1 + e^x) and its derivative 1 / (1 + e^-x), which share u = e^-|x|; the derivative is 1 / (1 + u)
 * for x >= 0 and u / (1 + u) below.
 */
export function softplusScale(scale: usize, derivative: usize, x: usize, n: i32, offset: f32): void {
  const shift = f32x4.splat(offset);
  const zero = f32x4.splat(0);
  for (; n > 0; n -= 4, scale += 16, derivative += 16, x += 16) {
    const v = loadUpTo4(x, n);
    const u = exp4(v128.or(v, splatAt(signBit, 0)));
    const inverse = f32x4.div(one(), f32x4.add(u, one()));
    storeUpTo4(scale, f32x4.add(f32x4.add(f32x4.pmax(v, zero), log1p4(u)), shift), n);
    storeUpTo4(derivative, f32x4.mul(inverse, choose(u, one(), f32x4.lt(v, zero))), n);
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
