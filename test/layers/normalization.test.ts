import { describe, expect, it, test } from 'vitest';
import {
  type Layer,
  filterResponseNormalization,
  groupNormalization,
  layerNormalization,
} from '../../src/layers/index.ts';
import { Random } from '../kernels/generate.ts';
import { buildLayers, runLayers } from '../support/layer.ts';

const shape = [2, 3, 4, 6];
const [positions, channels] = [12, 6];
const x = new Random('normalization').reals(shape, -1, 3);
const scale = [1, -2, 0.5, 3, 1, 0.1];
const offset = [0, 1, -1, 0.5, 2, -3];

/** x at (example, position, channel) */
const at = (b: number, p: number, c: number) => x.data[(b * positions + p) * channels + c]!;

function moments(values: readonly number[]) {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  return { mean, variance: values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length };
}

function expectEach(data: readonly number[], f: (b: number, p: number, c: number) => number): void {
  for (let b = 0; b < 2; b++) {
    for (let p = 0; p < positions; p++) {
      for (let c = 0; c < channels; c++) {
        expect(data[(b * positions + p) * channels + c], `${b}, ${p}, ${c}`).toBeCloseTo(f(b, p, c), 5);
      }
    }
  }
}

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

test('layerNormalization: mean and variance of the channels of one position', () => {
  const parameters = { 'layerNormalization/scale': scale, 'layerNormalization/offset': offset };
  const { data } = runLayers([layerNormalization()], x, { parameters });
  expectEach(data, (b, p, c) => {
    const { mean, variance } = moments(range(channels).map((channel) => at(b, p, channel)));
    return (scale[c]! * (at(b, p, c) - mean)) / Math.sqrt(variance + 1e-3) + offset[c]!;
  });
});

test.each([1, 2, 3, 6])('groupNormalization: mean and variance of a group, %o groups', (groups) => {
  const parameters = { 'groupNormalization/scale': scale, 'groupNormalization/offset': offset };
  const { data } = runLayers([groupNormalization({ groups })], x, { parameters });
  const perGroup = channels / groups;
  expectEach(data, (b, p, c) => {
    const first = Math.floor(c / perGroup) * perGroup;
    const members = range(positions).flatMap((place) => range(perGroup).map((i) => at(b, place, first + i)));
    const { mean, variance } = moments(members);
    return (scale[c]! * (at(b, p, c) - mean)) / Math.sqrt(variance + 1e-3) + offset[c]!;
  });
});

test.each([[shape], [[2, 12, 6]]])('filterResponseNormalization: mean square over the positions, %o', (own) => {
  const threshold = [0, 0.5, -1, -0.2, 2, -4];
  const kind = 'filterResponseNormalization';
  const parameters = { [`${kind}/scale`]: scale, [`${kind}/offset`]: offset, [`${kind}/threshold`]: threshold };
  const { data } = runLayers([filterResponseNormalization()], { ...x, shape: own }, { parameters });
  expectEach(data, (b, p, c) => {
    const square = range(positions).reduce((sum, place) => sum + at(b, place, c) ** 2, 0) / positions;
    const y = (scale[c]! * at(b, p, c)) / Math.sqrt(square + 1e-6) + offset[c]!;
    return Math.max(y, threshold[c]!);
  });
});

test.each<[string, Layer]>([
  ['layerNormalization', layerNormalization()],
  ['groupNormalization', groupNormalization({ groups: 3 })],
  ['filterResponseNormalization', filterResponseNormalization()],
])('%s starts from scale 1 and offset 0, and an example does not see the others', (_name, layer) => {
  const both = runLayers([layer], x);
  const half = x.data.length / 2;
  const second = runLayers([layer], { shape: [1, ...shape.slice(1)], data: x.data.subarray(half) });
  expect(both.data.slice(half)).toEqual(second.data);
  const mean = second.data.reduce((sum, v) => sum + v, 0) / half;
  const square = second.data.reduce((sum, v) => sum + v * v, 0) / half;
  expect(square).toBeLessThanOrEqual(1);
  expect(square).toBeGreaterThan(0.5);
  // all but the last centre, and that one cuts what is negative
  expect(Math.abs(mean) < 1e-5 || Math.min(...second.data) === 0).toBe(true);
});

describe('without positions', () => {
  it('layers and groups are normalised all the same', () => {
    const line = { shape: [1, 4], data: [1, 2, 3, 6] };
    const { mean, variance } = moments(line.data);
    const expected = line.data.map((v) => (v - mean) / Math.sqrt(variance + 1e-3));
    for (const layer of [layerNormalization(), groupNormalization({ groups: 1 })]) {
      for (const [i, y] of runLayers([layer], line).data.entries()) expect(y).toBeCloseTo(expected[i]!, 6);
    }
  });

  it('a filter has no response to average', () => {
    expect(() => buildLayers([filterResponseNormalization()], [4, 3])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: filterResponseNormalization works on batch x positions x channels: got 4x3. Without positions use layerNormalization]`,
    );
  });
});

test('what does not fit is named with the layer', () => {
  expect(() => buildLayers([layerNormalization()], [4])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: layerNormalization works on batch x ... x channels: got 4]`,
  );
  expect(() => buildLayers([groupNormalization({ groups: 4 })], [2, 5, 6])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: groupNormalization cuts the channels into equal groups: got 6 channels, expected a multiple of 4]`,
  );
  expect(() => groupNormalization({ groups: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[UsageError: groupNormalization, groups: got 0, expected a whole number from 1 on]`,
  );
});
