/**
 * Elementary functions of four floats at once, accurate to a few units in the last place. The polynomials are those of
 * the Cephes library (S. L. Moshier, single precision); a NaN comes out where one went in.
 */
import { choose, multiplyAdd } from './lanes';

// Numbers are loaded, not written as constants: V8 builds a vector constant from three instructions each time that it
// is used, a load with a splat is one.

// @ts-ignore: decorator
@inline
export function splatAt(table: usize, i: usize): v128 {
  return v128.load32_splat(table + (i << 2));
}

const common = memory.data<f32>([1, 2, 0.5, -0.5]);

// @ts-ignore: decorator
@inline
export function one(): v128 {
  return splatAt(common, 0);
}

// @ts-ignore: decorator
@inline
export function half(): v128 {
  return splatAt(common, 2);
}

/** Range, log2(e), 1.5 * 2^23, -ln 2 in two parts, then the polynomial from its highest power on, where `expUsual4` begins. */
const exponential = memory.data<f32>([
  89, -104, 1.44269504088896341, 12582912, -0.693359375, 2.12194440e-4,
  1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
  -86,
]);

const exponentBias = memory.data<i32>([127]);

/** x log2(e) + 1.5 * 2^23, which rounds to the nearest integer: it stands in the low bits. */
// @ts-ignore: decorator
@inline
function roundedPower(x: v128): v128 {
  return f32x4.add(f32x4.mul(x, splatAt(exponential, 2)), splatAt(exponential, 3));
}

/** e^x 2^-n for the n that `shifted` holds. */
// @ts-ignore: decorator
@inline
function expMantissa(x: v128, shifted: v128): v128 {
  const n = f32x4.sub(shifted, splatAt(exponential, 3));
  const r = multiplyAdd(n, splatAt(exponential, 5), multiplyAdd(n, splatAt(exponential, 4), x));
  // in pairs of terms and powers of r^2 (Estrin): half the depth of Horner's scheme
  const square = f32x4.mul(r, r);
  let p = multiplyAdd(splatAt(exponential, 6), r, splatAt(exponential, 7));
  p = multiplyAdd(p, square, multiplyAdd(splatAt(exponential, 8), r, splatAt(exponential, 9)));
  p = multiplyAdd(p, square, multiplyAdd(splatAt(exponential, 10), r, splatAt(exponential, 11)));
  return f32x4.add(multiplyAdd(p, square, r), one());
}

/** e^x: 0 below, infinity above, denormals rounded as they should be. */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  // pmin(a, b) is b < a ? b : a, so that a NaN in a stays
  const clamped = f32x4.pmax(f32x4.pmin(x, splatAt(exponential, 0)), splatAt(exponential, 1));
  const shifted = roundedPower(clamped);
  const p = expMantissa(clamped, shifted);
  // 2^n in two factors: n reaches from -150 to 128, beyond what one exponent holds
  const exponent = i32x4.sub(shifted, splatAt(exponential, 3));
  const lower = i32x4.shr_s(exponent, 1);
  const bias = splatAt(exponentBias, 0);
  const first = i32x4.shl(i32x4.add(lower, bias), 23);
  const second = i32x4.shl(i32x4.add(i32x4.sub(exponent, lower), bias), 23);
  return f32x4.mul(f32x4.mul(p, first), second);
}

/** Of numbers that are not positive, those that `expUsual4` may be asked for, as masks. */
// @ts-ignore: decorator
@inline
export function isUsual4(x: v128): v128 {
  return f32x4.ge(x, splatAt(exponential, 12));
}

/** e^x for x from -86 to 86, where n may be added to the exponent as it stands. */
// @ts-ignore: decorator
@inline
export function expUsual4(x: v128): v128 {
  const shifted = roundedPower(x);
  return i32x4.add(expMantissa(x, shifted), i32x4.shl(shifted, 23));
}

/** The polynomial from its highest power on, then ln 2 in two parts. */
const logarithm = memory.data<f32>([
  7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1, -2.12194440e-4, 0.693359375,
]);

/** ln((1 + f) 2^e) for 1 + f in [sqrt(1/2), sqrt(2)], e as floats. */
// @ts-ignore: decorator
@inline
export function logOf(f: v128, e: v128): v128 {
  const square = f32x4.mul(f, f);
  const high = multiplyAdd(splatAt(logarithm, 0), f, splatAt(logarithm, 1));
  const low = multiplyAdd(splatAt(logarithm, 4), f, splatAt(logarithm, 5));
  let p = multiplyAdd(high, square, multiplyAdd(splatAt(logarithm, 2), f, splatAt(logarithm, 3)));
  const q = multiplyAdd(low, square, multiplyAdd(splatAt(logarithm, 6), f, splatAt(logarithm, 7)));
  p = multiplyAdd(p, f32x4.mul(square, square), q);
  p = multiplyAdd(p, f, splatAt(logarithm, 8));
  p = f32x4.mul(f32x4.mul(p, f), square);
  p = multiplyAdd(e, splatAt(logarithm, 9), p);
  p = multiplyAdd(square, splatAt(common, 3), p);
  return multiplyAdd(e, splatAt(logarithm, 10), f32x4.add(f, p));
}

const rootOfHalf = memory.data<u32>([0x3f3504f3]);

/** The exponent that leaves a mantissa in [sqrt(1/2), sqrt(2)): counted from the bits of sqrt(1/2). */
// @ts-ignore: decorator
@inline
export function exponentOf(x: v128): v128 {
  return i32x4.shr_s(i32x4.sub(x, splatAt(rootOfHalf, 0)), 23);
}

// @ts-ignore: decorator
@inline
export function mantissaMinusOne(x: v128, exponent: v128): v128 {
  return f32x4.sub(i32x4.sub(x, i32x4.shl(exponent, 23)), one());
}

/** ln x of positive, normal, finite x. */
// @ts-ignore: decorator
@inline
export function logNormal4(x: v128): v128 {
  const exponent = exponentOf(x);
  return logOf(mantissaMinusOne(x, exponent), f32x4.convert_i32x4_s(exponent));
}

/** The smallest normal number, 2^23 and its logarithm, the ends. */
const edges = memory.data<f32>([1.17549435e-38, 8388608, 15.942385152878742, Infinity, -Infinity, NaN]);

/** ln x with the ends: 0, denormal, negative, infinite, NaN. */
function logAnywhere(x: v128): v128 {
  const tiny = f32x4.lt(x, splatAt(edges, 0));
  let y = logNormal4(choose(f32x4.mul(x, splatAt(edges, 1)), x, tiny));
  y = f32x4.sub(y, v128.and(tiny, splatAt(edges, 2)));
  // infinity and NaN stay what they are
  y = choose(y, x, f32x4.lt(x, splatAt(edges, 3)));
  const zero = f32x4.splat(0);
  y = choose(splatAt(edges, 4), y, f32x4.eq(x, zero));
  return choose(splatAt(edges, 5), y, f32x4.lt(x, zero));
}

/** The bits of the smallest and of the largest normal number. */
const normalRange = memory.data<i32>([0x00800000, 0x7f7fffff]);

/** ln x: -infinity at 0, NaN below. */
// @ts-ignore: decorator
@inline
export function log4(x: v128): v128 {
  // as signed integers, whose order is that of positive floats, and with which all negative ones come first
  const below = i32x4.gt_s(splatAt(normalRange, 0), x);
  const above = i32x4.gt_s(x, splatAt(normalRange, 1));
  if (i32x4.bitmask(v128.or(below, above)) != 0) return logAnywhere(x);
  return logNormal4(x);
}

const signBit = memory.data<u32>([0x80000000]);

/** sqrt(2) - 1 */
const rootMinusOne = memory.data<f32>([0.41421356]);

/** ln(1 + u) for u in [0, 1]: of 1 + u, or of half of it, where the distance to 1 is known exactly. */
// @ts-ignore: decorator
@inline
export function log1p4(u: v128): v128 {
  const upper = f32x4.gt(u, splatAt(rootMinusOne, 0));
  const f = choose(f32x4.mul(f32x4.sub(u, one()), half()), u, upper);
  return logOf(f, v128.and(upper, one()));
}

// @ts-ignore: decorator
@inline
export function softplus4(x: v128): v128 {
  const u = exp4(v128.or(x, splatAt(signBit, 0)));
  return f32x4.add(f32x4.pmax(x, f32x4.splat(0)), log1p4(u));
}

// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  return f32x4.div(one(), f32x4.add(one(), exp4(f32x4.neg(x))));
}

/** The polynomial from its highest power on, then from where on the exponential takes over. */
const hyperbolic = memory.data<f32>([
  -5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1, 0.625,
]);

// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  const sign = splatAt(signBit, 0);
  const a = v128.andnot(x, sign);
  const s = f32x4.mul(x, x);
  let p = multiplyAdd(splatAt(hyperbolic, 0), s, splatAt(hyperbolic, 1));
  p = multiplyAdd(p, s, splatAt(hyperbolic, 2));
  p = multiplyAdd(p, s, splatAt(hyperbolic, 3));
  p = multiplyAdd(p, s, splatAt(hyperbolic, 4));
  const small = multiplyAdd(f32x4.mul(p, s), x, x);
  const e = exp4(f32x4.add(a, a));
  const large = f32x4.sub(one(), f32x4.div(splatAt(common, 1), f32x4.add(e, one())));
  return choose(v128.or(large, v128.and(x, sign)), small, f32x4.ge(a, splatAt(hyperbolic, 5)));
}

/** -1 / n for n from 7 down to 2, then up to where the series is used. */
const series = memory.data<f32>([-1.0 / 7, -1.0 / 6, -1.0 / 5, -1.0 / 4, -1.0 / 3, -1.0 / 2, 0.35]);

/** 1 - e^-y for y >= 0: the derivative of softplus written in y = softplus(x). */
// @ts-ignore: decorator
@inline
export function oneMinusExp4(y: v128): v128 {
  let p = multiplyAdd(y, splatAt(series, 0), one());
  p = multiplyAdd(f32x4.mul(p, y), splatAt(series, 1), one());
  p = multiplyAdd(f32x4.mul(p, y), splatAt(series, 2), one());
  p = multiplyAdd(f32x4.mul(p, y), splatAt(series, 3), one());
  p = multiplyAdd(f32x4.mul(p, y), splatAt(series, 4), one());
  p = multiplyAdd(f32x4.mul(p, y), splatAt(series, 5), one());
  const small = f32x4.mul(p, y);
  const large = f32x4.sub(one(), exp4(f32x4.neg(y)));
  return choose(small, large, f32x4.lt(y, splatAt(series, 6)));
}
