/** Activations by number (the binding's `activationCodes`), and their derivatives written in y = f(x). */
import { choose, loadUpTo4, storeUpTo4 } from './lanes';
import { oneMinusExp4, sigmoid4, softplus4, tanh4 } from './functions';

export const none: i32 = 0;
export const relu: i32 = 1;
export const tanh: i32 = 2;
export const softplus: i32 = 3;
export const sigmoid: i32 = 4;
export const elu: i32 = 5;
export const leakyRelu: i32 = 6;

/** relu(NaN) is NaN, so that the finite check finds it. */
// @ts-ignore: decorator
@inline
export function relu4(x: v128): v128 {
  return f32x4.pmax(x, f32x4.splat(0));
}

/** x above 0, e^x - 1 below. */
// @ts-ignore: decorator
@inline
export function elu4(x: v128): v128 {
  return choose(x, f32x4.neg(oneMinusExp4(f32x4.neg(x))), f32x4.gt(x, f32x4.splat(0)));
}

const slope: f32 = 0.01;

// @ts-ignore: decorator
@inline
export function leakyRelu4(x: v128): v128 {
  return choose(x, f32x4.mul(x, f32x4.splat(slope)), f32x4.gt(x, f32x4.splat(0)));
}

/** In place on n floats. */
export function activateInPlace(kind: i32, pointer: usize, n: i32): void {
  for (; n > 0; n -= 4, pointer += 16) {
    const x = loadUpTo4(pointer, n);
    let y = x;
    if (kind == relu) y = relu4(x);
    else if (kind == tanh) y = tanh4(x);
    else if (kind == softplus) y = softplus4(x);
    else if (kind == sigmoid) y = sigmoid4(x);
    else if (kind == elu) y = elu4(x);
    else if (kind == leakyRelu) y = leakyRelu4(x);
    storeUpTo4(pointer, y, n);
  }
}

export function gradient4(kind: i32, dy: v128, y: v128): v128 {
  const one = f32x4.splat(1);
  if (kind == relu) return v128.and(dy, f32x4.gt(y, f32x4.splat(0)));
  if (kind == tanh) return f32x4.mul(dy, f32x4.sub(one, f32x4.mul(y, y)));
  if (kind == softplus) return f32x4.mul(dy, oneMinusExp4(y));
  if (kind == sigmoid) return f32x4.mul(dy, f32x4.mul(y, f32x4.sub(one, y)));
  const positive = f32x4.gt(y, f32x4.splat(0));
  if (kind == elu) return choose(dy, f32x4.mul(dy, f32x4.add(one, y)), positive);
  if (kind == leakyRelu) return choose(dy, f32x4.mul(dy, f32x4.splat(slope)), positive);
  return dy;
}

export function activationGradient(kind: i32, out: usize, dy: usize, y: usize, n: i32): void {
  // the usual one without a call for every four
  if (kind == relu) {
    for (; n >= 4; n -= 4, out += 16, dy += 16, y += 16) {
      v128.store(out, v128.and(v128.load(dy), f32x4.gt(v128.load(y), f32x4.splat(0))));
    }
  }
  for (; n > 0; n -= 4, out += 16, dy += 16, y += 16) {
    storeUpTo4(out, gradient4(kind, loadUpTo4(dy, n), loadUpTo4(y, n)), n);
  }
}
