import { expect, test } from 'vitest';
import { fillSigns, type NoiseKey, philox4x32 } from '../../src/random/index.ts';
import { correlation } from './statistics.ts';

const key: NoiseKey = { seed: 7, purpose: 3, step: 4, replica: 1, layer: 2, example: 0 };
const sigmas = 5;

function signs(examples: number, features: number, change: Partial<NoiseKey> = {}): Float32Array {
  const out = new Float32Array(examples * features);
  fillSigns(out, { ...key, ...change }, examples, features);
  return out;
}

test('signs are +1 and -1, as often one as the other', () => {
  const all = signs(2000, 500);
  expect(all.every((s) => s === 1 || s === -1)).toBe(true);
  const sum = all.reduce((total, s) => total + s, 0);
  expect(Math.abs(sum)).toBeLessThan(sigmas * Math.sqrt(all.length));
});

test('each bit of the four words is balanced', () => {
  const examples = 20_000;
  const all = signs(examples, 128);
  for (let f = 0; f < 128; f++) {
    let sum = 0;
    for (let i = 0; i < examples; i++) sum += all[i * 128 + f];
    expect(Math.abs(sum), `feature ${f}`).toBeLessThan(sigmas * Math.sqrt(examples));
  }
});

test.each<[string, Partial<NoiseKey>]>([
  ['the next step', { step: 5 }],
  ['the signs of the output', { purpose: 4 }],
  ['the next layer', { layer: 3 }],
  ['the next replica', { replica: 2 }],
  ['the next seed', { seed: 8 }],
])('no correlation with %s', (_name, change) => {
  const [a, b] = [signs(1000, 300), signs(1000, 300, change)];
  expect(Math.abs(correlation(a, b))).toBeLessThan(sigmas / Math.sqrt(a.length));
});

test('no correlation between neighbouring examples and neighbouring features', () => {
  const features = 200;
  const all = signs(2000, features);
  for (const distance of [1, 32, features]) {
    const r = correlation(all.subarray(0, all.length - distance), all.subarray(distance));
    expect(Math.abs(r)).toBeLessThan(sigmas / Math.sqrt(all.length - distance));
  }
});

test('an example has its signs wherever a slice begins, and a prefix of them in a narrower layer', () => {
  const [features, examples] = [300, 10];
  const all = signs(examples, features);
  expect(signs(4, features, { example: 6 })).toEqual(all.subarray(6 * features));
  expect(signs(1, 130)).toEqual(all.subarray(0, 130));
});

test('every sign is the bit that keys.ts defines', () => {
  const features = 300;
  const all = signs(3, features, { example: 5 });
  const words = new Uint32Array(4);
  for (let i = 0; i < 3; i++) {
    for (let f = 0; f < features; f++) {
      const counter = Uint32Array.of(f >> 7, key.step, (key.layer << 16) | key.replica, (key.purpose << 24) | (5 + i));
      philox4x32(counter, Uint32Array.of(key.seed, 0), words);
      const set = (words[(f >> 5) & 3] >>> (f & 31)) & 1;
      expect(all[i * features + f]).toBe(set ? -1 : 1);
    }
  }
});
