import { expect, test } from 'vitest';
import { philox4x32 } from '../../src/random/index.ts';

// The lines "philox4x32 10" of tests/kat_vectors in Random123 1.14 (github.com/DEShawResearch/random123).
const knownAnswers = [
  '00000000 00000000 00000000 00000000 00000000 00000000   6627e8d5 e169c58d bc57ac4c 9b00dbd8',
  'ffffffff ffffffff ffffffff ffffffff ffffffff ffffffff   408f276d 41c83b0e a20bc7c6 6d5451fd',
  '243f6a88 85a308d3 13198a2e 03707344 a4093822 299f31d0   d16cfe09 94fdcceb 5001e420 24126ea1',
];

test.each(knownAnswers)('philox4x32, known answer %s', (line) => {
  const words = Uint32Array.from(line.split(/\s+/), (word) => Number.parseInt(word, 16));
  const out = new Uint32Array(4);
  philox4x32(words.subarray(0, 4), words.subarray(4, 6), out);
  expect(out).toEqual(words.subarray(6));
});

test('philox4x32 may write over its counter', () => {
  const counter = Uint32Array.of(1, 2, 3, 4);
  const key = Uint32Array.of(5, 6);
  const out = new Uint32Array(4);
  philox4x32(counter, key, out);
  philox4x32(counter, key, counter);
  expect(counter).toEqual(out);
});

/** The definition in 64-bit integers, word for word from the paper. */
function philoxInBigInt(counter: bigint[], key: bigint[]): bigint[] {
  const low = 0xffffffffn;
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const p0 = c0 * 0xd2511f53n;
    const p1 = c2 * 0xcd9e8d57n;
    [c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & low, (p0 >> 32n) ^ c3 ^ k1, p0 & low];
    k0 = (k0 + 0x9e3779b9n) & low;
    k1 = (k1 + 0xbb67ae85n) & low;
  }
  return [c0, c1, c2, c3];
}

test('philox4x32 equals its definition in 64-bit integers', () => {
  const words = new Uint32Array(4);
  const key = Uint32Array.of(0x80000001, 0x7fffffff);
  for (let i = 0; i < 500; i++) {
    const counter = Uint32Array.from(words);
    philox4x32(counter, key, words);
    const expected = philoxInBigInt([...counter].map(BigInt), [...key].map(BigInt));
    expect([...words].map(BigInt)).toEqual(expected);
  }
});
