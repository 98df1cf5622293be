/** Standard normals, uniforms and random signs as keys.ts defines them. Computed in double, rounded once to float32. */
import { UsageError } from '../errors/index.ts';
import { block, useExample, useKey } from './blocks.ts';
import type { NoiseKey } from './keys.ts';

const words = new Uint32Array(4);

/**
 * Fills `out` with independent standard normals (Box and Muller 1958, layout in keys.ts). Element e depends on the key
 * and on e alone, so that a shorter tensor is a prefix of a longer one.
 * @throws UsageError where the key is out of range
 */
export function fillNormal(out: Float32Array, key: NoiseKey): void {
  useKey(key);
  for (let group = 0; group < out.length; group += 16) {
    for (let lane = 0; lane < 4; lane++) {
      const e = group + lane;
      if (e >= out.length) break;
      block((group >>> 2) + lane, words);
      const firstRadius = radius(words[0]);
      const firstAngle = angle(words[1]);
      // A store past the end of a typed array does nothing, which is what the last group needs.
      out[e] = firstRadius * Math.cos(firstAngle);
      out[e + 4] = firstRadius * Math.sin(firstAngle);
      if (e + 8 >= out.length) continue;
      const secondRadius = radius(words[2]);
      const secondAngle = angle(words[3]);
      out[e + 8] = secondRadius * Math.cos(secondAngle);
      out[e + 12] = secondRadius * Math.sin(secondAngle);
    }
  }
}

/**
 * Fills `out` with independent uniforms on (0, 1): the upper 23 bits of a word, each value the middle of its cell,
 * (2 k + 1) 2^-24, which float32 holds exactly; the ends cannot occur.
 * @throws UsageError where the key is out of range
 */
export function fillUniform(out: Float32Array, key: NoiseKey): void {
  useKey(key);
  for (let e = 0; e < out.length; e++) {
    if ((e & 3) === 0) block(e >>> 2, words);
    out[e] = (words[e & 3] >>> 9) * 2 ** -23 + 2 ** -24;
  }
}

/**
 * Fills `out` [examples, features] with +1 and -1; row i is the example key.example + i.
 * @throws UsageError where the key is out of range or `out` does not have examples * features elements
 */
export function fillSigns(out: Float32Array, key: NoiseKey, examples: number, features: number): void {
  checkSize('signs', out, examples, features);
  useKey(key);
  for (let i = 0; i < examples; i++) {
    useExample(key, key.example + i);
    const row = i * features;
    for (let f = 0; f < features; f++) {
      if ((f & 127) === 0) block(f >>> 7, words);
      const bit = (words[(f >>> 5) & 3] >>> (f & 31)) & 1;
      out[row + f] = 1 - 2 * bit;
    }
  }
}

/**
 * Fills `out` [examples, features] with 1 / keep, each element with probability keep, and with 0; row i is the example
 * key.example + i. Element f of a row depends on the key and on f alone.
 * @param keep above 0, at most 1
 * @throws UsageError where the key is out of range or `out` does not have examples * features elements
 */
export function fillMask(out: Float32Array, key: NoiseKey, examples: number, features: number, keep: number): void {
  checkSize('masks', out, examples, features);
  const bound = keep * 2 ** 32;
  useKey(key);
  for (let i = 0; i < examples; i++) {
    useExample(key, key.example + i);
    const row = i * features;
    for (let group = 0; group < features; group += 16) {
      for (let lane = 0; lane < 4 && group + lane < features; lane++) {
        block((group >>> 2) + lane, words);
        for (let j = 0; j < 4; j++) {
          const f = group + 4 * j + lane;
          if (f < features) out[row + f] = words[j] < bound ? 1 / keep : 0;
        }
      }
    }
  }
}

function checkSize(what: string, out: Float32Array, examples: number, features: number): void {
  if (out.length === examples * features) return;
  throw new UsageError(`${what} do not fit their array`, {
    got: `${out.length} elements`,
    expected: `${examples} examples x ${features} features`,
  });
}

/** Uniform on (0, 1): the middle of the word's cell, so that 0 and 1 cannot occur. */
function radius(word: number): number {
  return Math.sqrt(-2 * Math.log(word * 2 ** -32 + 2 ** -33));
}

function angle(word: number): number {
  return Math.PI * ((word | 0) * 2 ** -31);
}
