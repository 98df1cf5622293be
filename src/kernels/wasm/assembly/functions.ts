/**
 * Elementary functions of four floats at once, accurate to a few units in the last place. The polynomials are those of
 * the Cephes library (S. L. Moshier, single precision); a NaN comes out where one went in.
 */
import { multiplyAdd } from './lanes';

// @ts-ignore: decorator
@inline
function all(x: f32): v128 {
  return f32x4.splat(x);
}

/** e^x: 0 below, infinity above, denormals rounded as they should be. */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  // pmin(a, b) is b < a ? b : a, so that a NaN in a stays
  const clamped = f32x4.pmax(f32x4.pmin(x, all(89)), all(-104));
  // adding 1.5 * 2^23 rounds to the nearest integer, which then stands in the low bits
  const magic = all(12582912);
  const shifted = f32x4.add(f32x4.mul(clamped, all(1.44269504088896341)), magic);
  const n = f32x4.sub(shifted, magic);
  const exponent = i32x4.sub(shifted, magic);
  const r = multiplyAdd(n, all(2.12194440e-4), multiplyAdd(n, all(-0.693359375), clamped));
  let p = multiplyAdd(all(1.9875691500e-4), r, all(1.3981999507e-3));
  p = multiplyAdd(p, r, all(8.3334519073e-3));
  p = multiplyAdd(p, r, all(4.1665795894e-2));
  p = multiplyAdd(p, r, all(1.6666665459e-1));
  p = multiplyAdd(p, r, all(5.0000001201e-1));
  p = f32x4.add(multiplyAdd(p, f32x4.mul(r, r), r), all(1));
  // 2^n in two factors: n reaches from -150 to 128, beyond what one exponent holds
  const half = i32x4.shr_s(exponent, 1);
  const bias = i32x4.splat(127);
  const first = i32x4.shl(i32x4.add(half, bias), 23);
  const second = i32x4.shl(i32x4.add(i32x4.sub(exponent, half), bias), 23);
  return f32x4.mul(f32x4.mul(p, first), second);
}

/** ln((1 + f) 2^e) for 1 + f in [sqrt(1/2), sqrt(2)], e as floats. */
// @ts-ignore: decorator
@inline
export function logOf(f: v128, e: v128): v128 {
  const square = f32x4.mul(f, f);
  let p = multiplyAdd(all(7.0376836292e-2), f, all(-1.1514610310e-1));
  p = multiplyAdd(p, f, all(1.1676998740e-1));
  p = multiplyAdd(p, f, all(-1.2420140846e-1));
  p = multiplyAdd(p, f, all(1.4249322787e-1));
  p = multiplyAdd(p, f, all(-1.6668057665e-1));
  p = multiplyAdd(p, f, all(2.0000714765e-1));
  p = multiplyAdd(p, f, all(-2.4999993993e-1));
  p = multiplyAdd(p, f, all(3.3333331174e-1));
  p = f32x4.mul(f32x4.mul(p, f), square);
  p = multiplyAdd(e, all(-2.12194440e-4), p);
  p = multiplyAdd(square, all(-0.5), p);
  return multiplyAdd(e, all(0.693359375), f32x4.add(f, p));
}

/** ln x of positive, normal, finite x. */
// @ts-ignore: decorator
@inline
export function logNormal4(x: v128): v128 {
  // the exponent that leaves a mantissa in [sqrt(1/2), sqrt(2)): counted from the bits of sqrt(1/2)
  const offset = i32x4.sub(x, i32x4.splat(0x3f3504f3));
  const exponent = i32x4.shr_s(offset, 23);
  const mantissa = i32x4.sub(x, i32x4.shl(exponent, 23));
  return logOf(f32x4.sub(mantissa, all(1)), f32x4.convert_i32x4_s(exponent));
}

/** ln x: -infinity at 0, NaN below. */
// @ts-ignore: decorator
@inline
export function log4(x: v128): v128 {
  const tiny = f32x4.lt(x, all(1.17549435e-38));
  const scaled = v128.bitselect(f32x4.mul(x, all(8388608)), x, tiny);
  let y = logNormal4(scaled);
  y = f32x4.sub(y, v128.and(tiny, all(15.942385152878742)));
  // infinity and NaN stay what they are
  y = v128.bitselect(y, x, f32x4.lt(x, all(Infinity)));
  y = v128.bitselect(all(-Infinity), y, f32x4.eq(x, all(0)));
  return v128.bitselect(all(NaN), y, f32x4.lt(x, all(0)));
}

/** ln(1 + u) for u in [0, 1], relatively exact for small u. */
// @ts-ignore: decorator
@inline
function log1p4(u: v128): v128 {
  const w = f32x4.add(u, all(1));
  const lost = f32x4.sub(u, f32x4.sub(w, all(1)));
  return f32x4.add(logNormal4(w), f32x4.div(lost, w));
}

// @ts-ignore: decorator
@inline
export function softplus4(x: v128): v128 {
  const u = exp4(v128.or(x, i32x4.splat(0x80000000)));
  const y = f32x4.add(f32x4.pmax(x, all(0)), log1p4(u));
  // the logarithm's bit arithmetic does not know NaN
  return v128.bitselect(y, x, f32x4.eq(x, x));
}

// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  return f32x4.div(all(1), f32x4.add(all(1), exp4(f32x4.neg(x))));
}

// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  const sign = i32x4.splat(0x80000000);
  const a = v128.andnot(x, sign);
  const s = f32x4.mul(x, x);
  let p = multiplyAdd(all(-5.70498872745e-3), s, all(2.06390887954e-2));
  p = multiplyAdd(p, s, all(-5.37397155531e-2));
  p = multiplyAdd(p, s, all(1.33314422036e-1));
  p = multiplyAdd(p, s, all(-3.33332819422e-1));
  const small = multiplyAdd(f32x4.mul(p, s), x, x);
  const e = exp4(f32x4.add(a, a));
  const large = f32x4.sub(all(1), f32x4.div(all(2), f32x4.add(e, all(1))));
  return v128.bitselect(v128.or(large, v128.and(x, sign)), small, f32x4.ge(a, all(0.625)));
}

/** 1 - e^-y for y >= 0: the derivative of softplus written in y = softplus(x). */
// @ts-ignore: decorator
@inline
export function oneMinusExp4(y: v128): v128 {
  let p = multiplyAdd(y, all(-1.0 / 7), all(1));
  p = multiplyAdd(f32x4.mul(p, y), all(-1.0 / 6), all(1));
  p = multiplyAdd(f32x4.mul(p, y), all(-1.0 / 5), all(1));
  p = multiplyAdd(f32x4.mul(p, y), all(-1.0 / 4), all(1));
  p = multiplyAdd(f32x4.mul(p, y), all(-1.0 / 3), all(1));
  p = multiplyAdd(f32x4.mul(p, y), all(-1.0 / 2), all(1));
  const small = f32x4.mul(p, y);
  const large = f32x4.sub(all(1), exp4(f32x4.neg(y)));
  return v128.bitselect(small, large, f32x4.lt(y, all(0.35)));
}
