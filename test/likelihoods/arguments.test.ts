/** What predictions and targets must be like, before a figure is made of them. */
import { describe, expect, test } from 'vitest';
import { categorical, centralCoverage, inUnits, normal, predictionQuality, reliability } from '../../src/index.ts';
import { CredenceError } from '../../src/errors/index.ts';

function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof CredenceError) return `${error.name}: ${error.message}`;
    throw error;
  }
  throw new Error('no error');
}

describe.each([
  ['predictionQuality', predictionQuality],
  ['reliability', reliability],
] as const)('%s', (_name, figure) => {
  test.each([
    [[Number.NaN, 0.2, 0.8], [2], 3, 'NotFiniteError: the predicted probability of example 0: got NaN for class 0'],
    [
      [0.1, 0.9, 0.2, Number.NaN],
      [0, 1],
      2,
      'NotFiniteError: the predicted probability of example 1: got NaN for class 1',
    ],
    [[0.1, Number.POSITIVE_INFINITY], [0], 2, 'NotFiniteError: the predicted probability of example 0: got Infinity'],
    [[0.1, 0.2, 0.7], [3], 3, 'DataError: the label of example 0: got 3, expected a whole number from 0 to 2'],
    [[0.1, 0.2, 0.7], [-1], 3, 'DataError: the label of example 0: got -1'],
    [[0.1, 0.2, 0.7], [0.5], 3, 'DataError: the label of example 0: got 0.5'],
    [[0.1, 0.2, 0.7], [Number.NaN], 3, 'DataError: the label of example 0: got NaN'],
    [
      [0.1, 0.9],
      [1, 0],
      2,
      'ShapeError: predicted probabilities: got 2 values, expected 4 values: 2 examples of 2 classes',
    ],
    [[0.1, 0.9], [], 2, 'ShapeError: labels: got 0 values, expected a whole number for each example'],
    [[0.1, 0.9], [1], 1, 'ShapeError: classes: got 1, expected a whole number from 2 on'],
    [[-0.1, 1.1], [1], 2, 'DataError: the predicted probability of example 0: got -0.1 for class 0'],
    [[0.5, 0.502], [1], 2, 'DataError: the predicted probabilities of example 0: got a sum of 1.002'],
    [[2, -1], [0], 2, 'DataError: the predicted probability of example 0: got -1 for class 1'],
  ])('says what is wrong with %j and labels %j of %d classes', (probabilities, labels, classes, message) => {
    expect(messageOf(() => figure(probabilities, labels, classes))).toContain(message);
  });
});

test('rounding is no fault: a sum within 1e-3 of 1 is one', () => {
  expect(predictionQuality([0.5, 0.5005], [1], 2).accuracy).toBe(1);
  expect(predictionQuality(Float32Array.of(0.1, 0.9), Uint8Array.of(1), 2).nll).toBeCloseTo(-Math.log(0.9), 6);
});

test('numbers in their units, coverage, and figures of a likelihood', () => {
  const messages = [
    () => inUnits(Number.NaN, 0, null),
    () => inUnits(1, 1, { shift: [0], scale: [1] }),
    () => inUnits(1, 0, { shift: [0], scale: [0] }),
    () => normal({ noise: 'wild' as 'learned' }),
    () => normal().gather({ count: 1, draws: 2, levels: [1.5], units: null, targets: null }),
    () => normal().gather({ count: 1, draws: 2, levels: [], units: null, targets: [Number.NaN] }),
    () => categorical(3).gather({ count: 1, draws: 0, levels: [], units: null, targets: null }),
    () => {
      const gathering = normal().gather({ count: 1, draws: 2, levels: [], units: null, targets: null });
      return centralCoverage(gathering.result(), 0, [0.5]);
    },
  ].map(messageOf);
  expect(messages).toMatchInlineSnapshot(`
    [
      "NotFiniteError: a number in its units: got NaN",
      "ShapeError: units of the targets: got an object, expected a finite shift and a scale above 0 for each of 2",
      "ShapeError: units of the targets: got an object, expected a finite shift and a scale above 0 for each of 1",
      "UsageError: noise of a normal likelihood: got "wild", expected a standard deviation above 0, learned or predicted",
      "UsageError: quantiles: got 1.5, expected levels from 0 to 1",
      "NotFiniteError: the target of example 0: got NaN, expected a finite number",
      "UsageError: draws: got 0, expected a whole number from 1 to 2^24",
      "UsageError: the targets were not known when the draws were gathered. Give predictDraws the targets with the inputs",
    ]
  `);
});
