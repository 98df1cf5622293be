/** Element by element: out[i] = f(x[i]) or f(a[i], b[i]), b repeated over the leading axes. */
import { loadUpTo4, storeUpTo4 } from './lanes';
import { exp4, log4, sigmoid4, softplus4, tanh4 } from './functions';
import { elu4, leakyRelu4, relu4 } from './activations';

export function negate(out: usize, x: usize, n: i32): void {
  for (; n > 0; n -= 4, out += 16, x += 16) storeUpTo4(out, f32x4.neg(loadUpTo4(x, n)), n);
}

export function exp(out: usize, x: usize, n: i32): void {
  for (; n > 0; n -= 4, out += 16, x += 16) storeUpTo4(out, exp4(loadUpTo4(x, n)), n);
}

export function log(out: usize, x: usize, n: i32): void {
  for (; n > 0; n -= 4, out += 16, x += 16) storeUpTo4(out, log4(loadUpTo4(x, n)), n);
}

export function sqrt(out: usize, x: usize, n: i32): void {
  for (; n > 0; n -= 4, out += 16, x += 16) storeUpTo4(out, f32x4.sqrt(loadUpTo4(x, n)), n);
}

export function square(out: usize, x: usize, n: i32): void {
  for (; n > 0; n -= 4, out += 16, x += 16) {
    const v = loadUpTo4(x, n);
    storeUpTo4(out, f32x4.mul(v, v), n);
  }
}

export function relu(out: usize, x: usize, n: i32): void {
  for (; n > 0; n -= 4, out += 16, x += 16) storeUpTo4(out, relu4(loadUpTo4(x, n)), n);
}

export function tanh(out: usize, x: usize, n: i32): void {
  for (; n > 0; n -= 4, out += 16, x += 16) storeUpTo4(out, tanh4(loadUpTo4(x, n)), n);
}

export function softplus(out: usize, x: usize, n: i32): void {
  for (; n > 0; n -= 4, out += 16, x += 16) storeUpTo4(out, softplus4(loadUpTo4(x, n)), n);
}

export function sigmoid(out: usize, x: usize, n: i32): void {
  for (; n > 0; n -= 4, out += 16, x += 16) storeUpTo4(out, sigmoid4(loadUpTo4(x, n)), n);
}

export function elu(out: usize, x: usize, n: i32): void {
  for (; n > 0; n -= 4, out += 16, x += 16) storeUpTo4(out, elu4(loadUpTo4(x, n)), n);
}

export function leakyRelu(out: usize, x: usize, n: i32): void {
  for (; n > 0; n -= 4, out += 16, x += 16) storeUpTo4(out, leakyRelu4(loadUpTo4(x, n)), n);
}

// The factor and the offset are doubles, so that x / 3 or x - 0.1 is rounded once, as it is in the other engines.
// @ts-ignore: decorator
@inline
function joined(low: v128, high: v128): v128 {
  return v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

// @ts-ignore: decorator
@inline
function highHalf(v: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 0));
}

export function scale(out: usize, x: usize, n: i32, factor: f64): void {
  const f = f64x2.splat(factor);
  for (; n > 0; n -= 4, out += 16, x += 16) {
    const v = loadUpTo4(x, n);
    storeUpTo4(out, joined(f64x2.mul(f64x2.promote_low_f32x4(v), f), f64x2.mul(highHalf(v), f)), n);
  }
}

export function shift(out: usize, x: usize, n: i32, offset: f64): void {
  const o = f64x2.splat(offset);
  for (; n > 0; n -= 4, out += 16, x += 16) {
    const v = loadUpTo4(x, n);
    storeUpTo4(out, joined(f64x2.add(f64x2.promote_low_f32x4(v), o), f64x2.add(highHalf(v), o)), n);
  }
}

// @ts-ignore: decorator
@inline
function apply(kind: i32, a: v128, b: v128): v128 {
  if (kind == 0) return f32x4.add(a, b);
  if (kind == 1) return f32x4.sub(a, b);
  if (kind == 2) return f32x4.mul(a, b);
  return f32x4.div(a, b);
}

/** `rows` rows of n elements of a, each with the n elements of b (n of them, or one if `single`). */
// @ts-ignore: decorator
@inline
function binary(kind: i32, out: usize, a: usize, b: usize, rows: i32, n: i32, single: bool): void {
  if (single) {
    const v = v128.load32_splat(b);
    for (; n > 0; n -= 4, out += 16, a += 16) storeUpTo4(out, apply(kind, loadUpTo4(a, n), v), n);
    return;
  }
  const bytes: usize = (<usize>n) << 2;
  for (; rows > 0; rows--, out += bytes, a += bytes) {
    let i: usize = 0;
    let left = n;
    for (; left >= 8; left -= 8, i += 32) {
      v128.store(out + i, apply(kind, v128.load(a + i), v128.load(b + i)));
      v128.store(out + i, apply(kind, v128.load(a + i, 16), v128.load(b + i, 16)), 16);
    }
    for (; left > 0; left -= 4, i += 16) {
      storeUpTo4(out + i, apply(kind, loadUpTo4(a + i, left), loadUpTo4(b + i, left)), left);
    }
  }
}

export function add(out: usize, a: usize, b: usize, rows: i32, n: i32, single: bool): void {
  binary(0, out, a, b, rows, n, single);
}

export function subtract(out: usize, a: usize, b: usize, rows: i32, n: i32, single: bool): void {
  binary(1, out, a, b, rows, n, single);
}

export function multiply(out: usize, a: usize, b: usize, rows: i32, n: i32, single: bool): void {
  binary(2, out, a, b, rows, n, single);
}

export function divide(out: usize, a: usize, b: usize, rows: i32, n: i32, single: bool): void {
  binary(3, out, a, b, rows, n, single);
}

/** x [batch, inner, channels] times signs [batch, channels]. */
export function channelSigns(out: usize, x: usize, signs: usize, batch: i32, inner: i32, channels: i32): void {
  if (inner == 1) {
    // no sign serves twice: short rows cost more than what is in them
    binary(2, out, x, signs, 1, batch * channels, false);
    return;
  }
  const bytes: usize = (<usize>channels) << 2;
  const example: usize = bytes * inner;
  for (; batch > 0; batch--, out += example, x += example, signs += bytes) {
    binary(2, out, x, signs, inner, channels, false);
  }
}

/** bytes [rows, n] * factor - mean [n], or - 0. */
export function fromBytes(out: usize, x: usize, mean: usize, rows: i32, n: i32, factor: f32, centred: bool): void {
  const f = f32x4.splat(factor);
  for (; rows > 0; rows--) {
    let m = mean;
    let left = n;
    for (; left >= 4; left -= 4, x += 4, out += 16, m += 16) {
      const words = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(x)));
      let v = f32x4.mul(f32x4.convert_i32x4_s(words), f);
      if (centred) v = f32x4.sub(v, v128.load(m));
      v128.store(out, v);
    }
    for (; left > 0; left--, x++, out += 4, m += 4) {
      const v = <f32>load<u8>(x) * factor;
      store<f32>(out, centred ? v - load<f32>(m) : v);
    }
  }
}
