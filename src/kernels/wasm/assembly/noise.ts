/** Philox4x32-10 (Salmon et al. 2011), four counters side by side; which number is which stands in random/keys.ts. */
import { choose, multiplyAdd, storeUpTo4 } from './lanes';
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
  const u = choose(f32x4.sub(one(), distance), distance, upper);
  const exponent = exponentOf(u);
  const direct = v128.and(upper, i32x4.eq(exponent, i32x4.splat(0)));
  const f = choose(f32x4.neg(distance), mantissaMinusOne(u, exponent), direct);
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

/** Turns four words for R and four for A, in place, into R cos(pi A) and R sin(pi A). */
// @ts-ignore: decorator
@inline
function pair(at: usize): void {
  const angleWord = v128.load(at, 16);
  const r = radius(v128.load(at));
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
  v128.store(at, f32x4.mul(r, v128.xor(choose(sine, cosine, odd), cosSign)));
  v128.store(at, f32x4.mul(r, v128.xor(choose(cosine, sine, odd), sinSign)), 16);
}

/** The keys of the ten rounds, each splat over four lanes: 320 bytes, as `sixteen` reads them. */
function scheduleKeys(target: usize, key0: i32, key1: i32): void {
  for (let round = 0; round < 10; round++, target += 32, key0 += weyl0, key1 += weyl1) {
    v128.store(target, i32x4.splat(key0));
    v128.store(target, i32x4.splat(key1), 16);
  }
}

/** Eight counters, lane by lane: the second four are those of d. Two chains side by side, since each waits on itself. */
function rounds(out: usize, c0: v128, c3: v128, d0: v128, d3: v128, keys: usize, word1: i32, word2: i32): void {
  const multiplier0 = splatAt(words, 1);
  const multiplier1 = splatAt(words, 2);
  let c1 = i32x4.splat(word1);
  let c2 = i32x4.splat(word2);
  let d1 = c1;
  let d2 = c2;
  const end = keys + 320;
  do {
    const low0 = i64x2.extmul_low_i32x4_u(c0, multiplier0);
    const high0 = i64x2.extmul_high_i32x4_u(c0, multiplier0);
    const low1 = i64x2.extmul_low_i32x4_u(c2, multiplier1);
    const high1 = i64x2.extmul_high_i32x4_u(c2, multiplier1);
    const low2 = i64x2.extmul_low_i32x4_u(d0, multiplier0);
    const high2 = i64x2.extmul_high_i32x4_u(d0, multiplier0);
    const low3 = i64x2.extmul_low_i32x4_u(d2, multiplier1);
    const high3 = i64x2.extmul_high_i32x4_u(d2, multiplier1);
    const key0 = v128.load(keys);
    const key1 = v128.load(keys, 16);
    c0 = v128.xor(v128.xor(v128.shuffle<i32>(low1, high1, 1, 3, 5, 7), c1), key0);
    c1 = v128.shuffle<i32>(low1, high1, 0, 2, 4, 6);
    c2 = v128.xor(v128.xor(v128.shuffle<i32>(low0, high0, 1, 3, 5, 7), c3), key1);
    c3 = v128.shuffle<i32>(low0, high0, 0, 2, 4, 6);
    d0 = v128.xor(v128.xor(v128.shuffle<i32>(low3, high3, 1, 3, 5, 7), d1), key0);
    d1 = v128.shuffle<i32>(low3, high3, 0, 2, 4, 6);
    d2 = v128.xor(v128.xor(v128.shuffle<i32>(low2, high2, 1, 3, 5, 7), d3), key1);
    d3 = v128.shuffle<i32>(low2, high2, 0, 2, 4, 6);
    keys += 32;
  } while (keys < end);
  v128.store(out, c0);
  v128.store(out, c1, 16);
  v128.store(out, c2, 32);
  v128.store(out, c3, 48);
  v128.store(out, d0, 64);
  v128.store(out, d1, 80);
  v128.store(out, d2, 96);
  v128.store(out, d3, 112);
}

/** The words of the blocks 4 group .. 4 group + 7. */
// @ts-ignore: decorator
@inline
function philox(out: usize, group: i32, keys: usize, word1: i32, word2: i32, word3: i32): void {
  const blocks = i32x4.add(i32x4.splat(group << 2), i32x4(0, 1, 2, 3));
  const last = i32x4.splat(word3);
  rounds(out, blocks, last, i32x4.add(blocks, i32x4.splat(4)), last, keys, word1, word2);
}

/** Bytes of scratch: the rounds' keys, and the numbers of a last pair of groups that the tensor does not fill. */
export const normalNoiseScratch: i32 = 448;

/** Standard normals, n for each of several draws, `stride` steps from one draw to the next. */
export function normalNoise(
  out: usize,
  n: i32,
  draws: i32,
  stride: i32,
  purpose: i32,
  layer: i32,
  control: usize,
  scratch: usize,
): void {
  scheduleKeys(scratch, load<i32>(control + seedLow), load<i32>(control + seedHigh));
  const word2 = (layer << 16) | load<i32>(control + replica);
  let word1 = load<i32>(control + step);
  for (; draws > 0; draws--, out += <usize>n << 2, word1 += stride) normals(out, n, word1, word2, purpose << 24, scratch);
}

/** By Box and Muller 1958: words of a few hundred numbers, then, in place, the numbers. */
function normals(out: usize, n: i32, word1: i32, word2: i32, word3: i32, scratch: usize): void {
  const whole = n & ~31;
  for (let i = 0; i < whole; i += 1024) {
    const start = out + (<usize>i << 2);
    const end = start + (<usize>min(1024, whole - i) << 2);
    let group = i >> 4;
    for (let p = start; p < end; p += 128, group += 2) philox(p, group, scratch, word1, word2, word3);
    for (let p = start; p < end; p += 32) pair(p);
  }
  if (whole == n) return;
  const spare = scratch + 320;
  philox(spare, whole >> 4, scratch, word1, word2, word3);
  for (let p = spare; p < spare + 128; p += 32) pair(p);
  memory.copy(out + (<usize>whole << 2), spare, <usize>(n - whole) << 2);
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

/** Bytes of scratch: the rounds' keys, and the words of eight examples. */
export const signNoiseScratch: i32 = 448;

/** Eight examples at a time: a block has the signs of 128 features. */
export function signNoise(
  out: usize,
  examples: i32,
  features: i32,
  purpose: i32,
  layer: i32,
  control: usize,
  scratch: usize,
): void {
  scheduleKeys(scratch, load<i32>(control + seedLow), load<i32>(control + seedHigh));
  const word1 = load<i32>(control + step);
  const word2 = (layer << 16) | load<i32>(control + replica);
  const first = load<i32>(control + firstExample);
  const drawn = scratch + 320;
  const stride: usize = <usize>features << 2;
  for (let example = 0; example < examples; example += 8) {
    const four = i32x4.add(i32x4.splat((purpose << 24) | (first + example)), i32x4(0, 1, 2, 3));
    const next = i32x4.add(four, i32x4.splat(4));
    const several = min(examples - example, 8);
    for (let f = 0; f < features; f += 128) {
      const block = i32x4.splat(f >> 7);
      rounds(drawn, block, four, block, next, scratch, word1, word2);
      let row = out + (<usize>f << 2);
      for (let i = 0; i < several; i++, row += stride) {
        // four words of four examples, then those of the next four
        let p = drawn + (<usize>(((i >> 2) << 4) + (i & 3)) << 2);
        let target = row;
        for (let left = min(features - f, 128); left > 0; left -= 32, p += 16, target += 128) {
          signsOfWord(target, load<u32>(p), min(left, 32));
        }
      }
    }
    out += stride << 3;
  }
}

/** Bytes of scratch: the rounds' keys, and the words of 32 elements. */
export const maskNoiseScratch: i32 = 448;

/** 1 / keep where a word is at most `bound`, 0 elsewhere: the words as `normalNoise` has them, before they are numbers. */
export function maskNoise(
  out: usize,
  examples: i32,
  features: i32,
  purpose: i32,
  layer: i32,
  bound: u32,
  kept: f32,
  control: usize,
  scratch: usize,
): void {
  scheduleKeys(scratch, load<i32>(control + seedLow), load<i32>(control + seedHigh));
  const word1 = load<i32>(control + step);
  const word2 = (layer << 16) | load<i32>(control + replica);
  const first = load<i32>(control + firstExample);
  const drawn = scratch + 320;
  const limit = i32x4.splat(bound);
  const value = f32x4.splat(kept);
  for (let example = 0; example < examples; example++) {
    const word3 = (purpose << 24) | (first + example);
    for (let f = 0; f < features; f += 32) {
      philox(drawn, f >> 4, scratch, word1, word2, word3);
      let p = drawn;
      for (let left = min(features - f, 32); left > 0; left -= 4, p += 16) {
        storeUpTo4(out, v128.and(value, i32x4.le_u(v128.load(p), limit)), left);
        out += <usize>min(left, 4) << 2;
      }
    }
  }
}
