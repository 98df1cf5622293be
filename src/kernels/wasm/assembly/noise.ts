/** Philox4x32-10 (Salmon et al. 2011), four counters side by side; which number is which stands in random/keys.ts. */
import { multiplyAdd, storeUpTo4 } from './lanes';
import { exponentOf, half, logOf, mantissaMinusOne, one, splatAt } from './functions';

// The control block's words (kernels/kernels.ts), in bytes.
const seedLow: usize = 0;
const seedHigh: usize = 4;
const step: usize = 8;
const replica: usize = 12;
const firstExample: usize = 16;

const weyl0: i32 = 0x9e3779b9;
const weyl1: i32 = 0xbb67ae85;

/** 2^-32, pi 2^-31, -2, sine's and cosine's polynomials from their highest powers on. */
const numbers = memory.data<f32>([
  2.3283064365386963e-10, 1.4629180792671596e-9, -2,
  -1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1,
  2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2,
]);

/** An eighth of a turn, and the multipliers. */
const words = memory.data<u32>([0x20000000, 0xd2511f53, 0xcd9e8d57]);

/** sqrt(-2 ln(w 2^-32 + 2^-33)) */
// @ts-ignore: decorator
@inline
function radius(w: v128): v128 {
  // For w from 2^31 on, 1 - u has more digits than u: both halves use the distance to their own end of (0, 1).
  const upper = i32x4.shr_s(w, 31);
  const near = f32x4.convert_i32x4_s(v128.xor(w, upper));
  const distance = f32x4.mul(f32x4.add(near, half()), splatAt(numbers, 0));
  const u = v128.bitselect(f32x4.sub(one(), distance), distance, upper);
  const exponent = exponentOf(u);
  const direct = v128.and(upper, i32x4.eq(exponent, i32x4.splat(0)));
  const f = v128.bitselect(f32x4.neg(distance), mantissaMinusOne(u, exponent), direct);
  return f32x4.sqrt(f32x4.mul(logOf(f, f32x4.convert_i32x4_s(exponent)), splatAt(numbers, 2)));
}

/** sin x and cos x for |x| <= pi / 4 (Cephes), s = x^2. */
// @ts-ignore: decorator
@inline
function sinNearZero(x: v128, s: v128): v128 {
  let p = multiplyAdd(splatAt(numbers, 3), s, splatAt(numbers, 4));
  p = multiplyAdd(p, s, splatAt(numbers, 5));
  return multiplyAdd(f32x4.mul(p, s), x, x);
}

// @ts-ignore: decorator
@inline
function cosNearZero(s: v128): v128 {
  let p = multiplyAdd(splatAt(numbers, 6), s, splatAt(numbers, 7));
  p = multiplyAdd(p, s, splatAt(numbers, 8));
  return multiplyAdd(f32x4.mul(p, s), s, f32x4.sub(one(), f32x4.mul(s, half())));
}

/** Writes R cos(pi A) to the first four floats at `out` and R sin(pi A) to the next four, for words of R and A. */
// @ts-ignore: decorator
@inline
function pair(out: usize, radiusWord: v128, angleWord: v128): void {
  const r = radius(radiusWord);
  // 2^32 is a full turn: the upper two bits, rounded, are the quadrant, exactly
  const quadrant = i32x4.shr_u(i32x4.add(angleWord, splatAt(words, 0)), 30);
  const rest = i32x4.sub(angleWord, i32x4.shl(quadrant, 30));
  const x = f32x4.mul(f32x4.convert_i32x4_s(rest), splatAt(numbers, 1));
  const s = f32x4.mul(x, x);
  const sine = sinNearZero(x, s);
  const cosine = cosNearZero(s);
  const low = i32x4.shl(quadrant, 31);
  const odd = i32x4.shr_s(low, 31);
  const sinSign = i32x4.shl(i32x4.shr_u(quadrant, 1), 31);
  const cosSign = v128.xor(sinSign, low);
  v128.store(out, f32x4.mul(r, v128.xor(v128.bitselect(sine, cosine, odd), cosSign)));
  v128.store(out, f32x4.mul(r, v128.xor(v128.bitselect(cosine, sine, odd), sinSign)), 16);
}

/** The keys of the ten rounds, each splat over four lanes: 320 bytes, as `sixteen` reads them. */
function scheduleKeys(target: usize, key0: i32, key1: i32): void {
  for (let round = 0; round < 10; round++, target += 32, key0 += weyl0, key1 += weyl1) {
    v128.store(target, i32x4.splat(key0));
    v128.store(target, i32x4.splat(key1), 16);
  }
}

/** Sixteen normals from the four blocks 4 group .. 4 group + 3, lane by lane. */
// @ts-ignore: decorator
@inline
function sixteen(out: usize, group: i32, keys: usize, word1: i32, word2: i32, word3: i32): void {
  const multiplier0 = splatAt(words, 1);
  const multiplier1 = splatAt(words, 2);
  let c0 = i32x4.add(i32x4.splat(group << 2), i32x4(0, 1, 2, 3));
  let c1 = i32x4.splat(word1);
  let c2 = i32x4.splat(word2);
  let c3 = i32x4.splat(word3);
  const end = keys + 320;
  do {
    const a = i64x2.extmul_low_i32x4_u(c0, multiplier0);
    const b = i64x2.extmul_high_i32x4_u(c0, multiplier0);
    const c = i64x2.extmul_low_i32x4_u(c2, multiplier1);
    const d = i64x2.extmul_high_i32x4_u(c2, multiplier1);
    c0 = v128.xor(v128.xor(v128.shuffle<i32>(c, d, 1, 3, 5, 7), c1), v128.load(keys));
    c1 = v128.shuffle<i32>(c, d, 0, 2, 4, 6);
    c2 = v128.xor(v128.xor(v128.shuffle<i32>(a, b, 1, 3, 5, 7), c3), v128.load(keys, 16));
    c3 = v128.shuffle<i32>(a, b, 0, 2, 4, 6);
    keys += 32;
  } while (keys < end);
  pair(out, c0, c1);
  pair(out + 32, c2, c3);
}

/** Bytes of scratch: the rounds' keys, and the sixteen numbers of a group that the tensor does not fill. */
export const normalNoiseScratch: i32 = 384;

/** Standard normals (Box and Muller 1958). */
export function normalNoise(out: usize, n: i32, purpose: i32, layer: i32, control: usize, scratch: usize): void {
  scheduleKeys(scratch, load<i32>(control + seedLow), load<i32>(control + seedHigh));
  const word1 = load<i32>(control + step);
  const word2 = (layer << 16) | load<i32>(control + replica);
  const word3 = purpose << 24;
  const spare = scratch + 320;
  const end = (n + 15) >> 4;
  for (let group = 0; group < end; group++, out += 64, n -= 16) {
    sixteen(n >= 16 ? out : spare, group, scratch, word1, word2, word3);
  }
  // the last group went to scratch; n is now what it lacks of sixteen
  if (n < 0) memory.copy(out - 64, spare, <usize>(16 + n) << 2);
}

// @ts-ignore: decorator
@inline
function spread(word: u32, lanes: v128): v128 {
  const clear = i32x4.eq(v128.and(i32x4.splat(word), lanes), i32x4.splat(0));
  // 1.0 where the bit is clear, -1.0 where it is set
  return v128.or(one(), v128.andnot(i32x4.splat(0x80000000), clear));
}

/** One word's signs, up to 32 of them. */
function signsOfWord(out: usize, word: u32, n: i32): void {
  const lanes = i32x4(1, 2, 4, 8);
  for (; n > 0; n -= 4, out += 16, word >>= 4) storeUpTo4(out, spread(word, lanes), n);
}

export function signNoise(out: usize, examples: i32, features: i32, purpose: i32, layer: i32, control: usize): void {
  const word1 = load<u32>(control + step);
  const word2: u32 = (<u32>layer << 16) | load<u32>(control + replica);
  const first = load<u32>(control + firstExample);
  for (let example = 0; example < examples; example++) {
    const word3: u32 = (<u32>purpose << 24) | (first + example);
    for (let f = 0; f < features; f += 128) {
      let c0: u32 = <u32>(f >> 7);
      let c1 = word1;
      let c2 = word2;
      let c3 = word3;
      let k0 = load<u32>(control + seedLow);
      let k1 = load<u32>(control + seedHigh);
      for (let round = 0; round < 10; round++) {
        const a: u64 = <u64>c0 * 0xd2511f53;
        const b: u64 = <u64>c2 * 0xcd9e8d57;
        c0 = <u32>(b >> 32) ^ c1 ^ k0;
        c1 = <u32>b;
        c2 = <u32>(a >> 32) ^ c3 ^ k1;
        c3 = <u32>a;
        k0 += weyl0;
        k1 += weyl1;
      }
      const left = features - f;
      signsOfWord(out, c0, min(left, 32));
      if (left > 32) signsOfWord(out + 128, c1, min(left - 32, 32));
      if (left > 64) signsOfWord(out + 256, c2, min(left - 64, 32));
      if (left > 96) signsOfWord(out + 384, c3, min(left - 96, 32));
      out += <usize>min(left, 128) << 2;
    }
  }
}
