import { expect, test } from 'vitest';
import { embedding, reshape } from '../../src/layers/index.ts';
import { buildLayers, runLayers } from '../support/layer.ts';

const kernel = [0.1, 0.2, 1.1, 1.2, 2.1, 2.2].map(Math.fround);
const parameters = { 'embedding/kernel': kernel };

test('the category is taken out, and its numbers stand last', () => {
  const x = { shape: [3, 3], data: [5, 2, 6, 7, 0, 8, 9, 1, 10] };
  const { shape, data } = runLayers([embedding({ column: 1, levels: 3, units: 2 })], x, { parameters });
  expect(shape).toEqual([3, 4]);
  const row = (id: number) => kernel.slice(2 * id, 2 * id + 2);
  expect(data).toEqual([5, 6, ...row(2), 7, 8, ...row(0), 9, 10, ...row(1)]);
});

test.each([0, 2])('at the end, column %o', (column) => {
  const x = { shape: [1, 3], data: [1, 1, 1] };
  const { data } = runLayers([embedding({ column, levels: 3, units: 2 })], x, { parameters });
  expect(data).toEqual([1, 1, ...kernel.slice(2, 4)]);
});

test('a category alone', () => {
  const { shape, data } = runLayers(
    [embedding({ column: 0, levels: 3, units: 2 })],
    { shape: [2, 1], data: [2, 0] },
    { parameters },
  );
  expect(shape).toEqual([2, 2]);
  expect(data).toEqual([...kernel.slice(4), ...kernel.slice(0, 2)]);
});

test('two categories, one behind the other', () => {
  const stack = [embedding({ column: 0, levels: 3, units: 2 }), embedding({ column: 0, levels: 2, units: 1 })];
  const { data } = runLayers(
    stack,
    { shape: [1, 3], data: [1, 0, 9] },
    {
      parameters: { ...parameters, 'embedding_1/kernel': [4, 5] },
    },
  );
  expect(data).toEqual([9, ...kernel.slice(2, 4), 4]);
});

test('what is no category becomes NaN, in that example alone', () => {
  const x = { shape: [4, 2], data: [0, 3, 0, -1, 0, 1.5, 0, 2] };
  const { data } = runLayers([embedding({ column: 1, levels: 3, units: 2 })], x, { parameters });
  expect(data.map(Number.isNaN)).toEqual([0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 0, 0].map(Boolean));
});

test('initial values have standard deviation 0.05', () => {
  const rows = 500;
  const x = { shape: [rows, 1], data: Array.from({ length: rows }, (_, i) => i) };
  const { data } = runLayers([embedding({ column: 0, levels: rows, units: 8 })], x);
  const square = data.reduce((sum, v) => sum + v * v, 0) / data.length;
  // the variance of 4,000 normals has a standard deviation of sqrt(2 / 4000) of itself: five of them
  expect(Math.abs(square / 0.05 ** 2 - 1)).toBeLessThan(5 * Math.sqrt(2 / 4000));
});

test('what does not fit is named with the layer', () => {
  const layer = embedding({ column: 3, levels: 4, units: 2 });
  expect(() => buildLayers([layer], [8, 3])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: embedding works on batch x features and replaces feature 3: got 8x3, expected batch x features, at least 4 of them]`,
  );
  expect(() => buildLayers([layer], [8, 5, 5])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: embedding works on batch x features and replaces feature 3: got 8x5x5, expected batch x features, at least 4 of them]`,
  );
  expect(() => embedding({ column: 0, levels: 0, units: 2 })).toThrowErrorMatchingInlineSnapshot(
    `[UsageError: embedding, levels: got 0, expected a whole number from 1 on]`,
  );
  expect(() => embedding({ column: -1, levels: 2, units: 2 })).toThrowErrorMatchingInlineSnapshot(
    `[UsageError: embedding, column: got -1, expected a whole number from 0 on]`,
  );
});

test('reshape names an example, and keeps the batch', () => {
  const x = { shape: [2, 6], data: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] };
  expect(runLayers([reshape({ shape: [3, 2] })], x)).toEqual({ shape: [2, 3, 2], data: x.data });
  expect(() => buildLayers([reshape({ shape: [4, 2] })], [2, 6])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: reshape keeps the number of elements of an example: got 6, 6 elements, expected 8 elements, as in 4x2]`,
  );
});
