import { expect, test } from 'vitest';
import { fillNormal, fillSigns, fillUniform, type NoiseKey, permutation, purpose } from '../../src/random/index.ts';

const key: NoiseKey = { seed: 1, purpose: 1, step: 0, replica: 0, layer: 0, example: 0 };

function withKey(change: Partial<NoiseKey>) {
  return () => fillNormal(new Float32Array(4), { ...key, ...change });
}

test('a field out of range is named', () => {
  expect(withKey({ seed: -1 })).toThrowErrorMatchingInlineSnapshot(
    `[UsageError: noise key, seed: got -1, expected an integer from 0 to 2^53 - 1]`,
  );
  expect(withKey({ seed: 2 ** 53 })).toThrowErrorMatchingInlineSnapshot(
    `[UsageError: noise key, seed: got 9007199254740992, expected an integer from 0 to 2^53 - 1]`,
  );
  expect(withKey({ seed: 0.5 })).toThrowErrorMatchingInlineSnapshot(
    `[UsageError: noise key, seed: got 0.5, expected an integer from 0 to 2^53 - 1]`,
  );
  expect(withKey({ purpose: 256 })).toThrowErrorMatchingInlineSnapshot(
    `[UsageError: noise key, purpose: got 256, expected an integer from 0 to 255]`,
  );
  expect(withKey({ step: 2 ** 32 })).toThrowErrorMatchingInlineSnapshot(
    `[UsageError: noise key, step: got 4294967296, expected an integer from 0 to 2^32 - 1]`,
  );
  expect(withKey({ replica: 65536 })).toThrowErrorMatchingInlineSnapshot(
    `[UsageError: noise key, replica: got 65536, expected an integer from 0 to 65535]`,
  );
  expect(withKey({ layer: Number.NaN })).toThrowErrorMatchingInlineSnapshot(
    `[UsageError: noise key, layer: got NaN, expected an integer from 0 to 65535]`,
  );
  expect(withKey({ example: 2 ** 24 })).toThrowErrorMatchingInlineSnapshot(
    `[UsageError: noise key, example: got 16777216, expected an integer from 0 to 2^24 - 1]`,
  );
});

test('every draw checks its key', () => {
  const wrong = { ...key, layer: -1 };
  expect(() => fillUniform(new Float32Array(1), wrong)).toThrow('noise key, layer');
  expect(() => fillSigns(new Float32Array(1), wrong, 1, 1)).toThrow('noise key, layer');
  expect(() => permutation(new Uint32Array(1), wrong)).toThrow('noise key, layer');
});

test('signs need an array of their size, and examples that a key can name', () => {
  expect(() => fillSigns(new Float32Array(7), key, 2, 4)).toThrowErrorMatchingInlineSnapshot(
    `[UsageError: signs do not fit their array: got 7 elements, expected 2 examples x 4 features]`,
  );
  const last = { ...key, example: 2 ** 24 - 1 };
  expect(() => fillSigns(new Float32Array(2), last, 1, 2)).not.toThrow();
  expect(() => fillSigns(new Float32Array(4), last, 2, 2)).toThrowErrorMatchingInlineSnapshot(
    `[UsageError: noise key, example: got 16777216, expected an integer from 0 to 2^24 - 1]`,
  );
});

test('the largest key is a key', () => {
  const largest = {
    seed: Number.MAX_SAFE_INTEGER,
    purpose: 255,
    step: 2 ** 32 - 1,
    replica: 65535,
    layer: 65535,
    example: 2 ** 24 - 1,
  };
  const out = new Float32Array(4);
  fillNormal(out, largest);
  expect(out.every(Number.isFinite)).toBe(true);
});

test('purposes are part of the file format: each has its own number, and keeps it', () => {
  expect(purpose).toMatchInlineSnapshot(`
    {
      "augmentation": 7,
      "bootstrap": 12,
      "conformalRank": 16,
      "corruption": 13,
      "dataOrder": 6,
      "dataSplit": 9,
      "detectorNoise": 10,
      "dropoutMask": 8,
      "featureSketch": 15,
      "heldOut": 14,
      "initialValue": 1,
      "inputSigns": 3,
      "outputSigns": 4,
      "ownNumbers": 17,
      "predictionNoise": 5,
      "signalDraw": 11,
      "weightNoise": 2,
    }
  `);
  expect(new Set(Object.values(purpose)).size).toBe(Object.keys(purpose).length);
});
