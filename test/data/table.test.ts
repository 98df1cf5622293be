import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeTableInputs,
  encodeTargets,
  fitTableInputs,
  fitTargets,
  type InputSchema,
  placesOf,
  tableOfRows,
} from '../../src/data/index.ts';
import { errorOf } from '../run/disk.ts';

const all = (count: number) => Int32Array.from({ length: count }, (_, i) => i);
const fit = (values: readonly (number | null)[], standardize = true): InputSchema =>
  fitTableInputs(
    tableOfRows(
      'rows',
      ['a'],
      values.map((value) => [value]),
    ),
    all(values.length),
    {
      ...{ inputs: ['a'], unused: [], missing: 'mean', standardize },
    },
  );

describe('tableOfRows', () => {
  it('makes columns of numbers, or of texts where one cell is a text or a truth value', () => {
    const table = tableOfRows(
      'rows',
      ['a', 'b', 'c'],
      [
        [1, 'x', true],
        [null, 2, false],
        [Number.NaN, undefined, null],
      ],
    );
    expect(table.columns).toEqual([
      { name: 'a', kind: 'number', values: Float64Array.of(1, Number.NaN, Number.NaN) },
      { name: 'b', kind: 'text', codes: Int32Array.of(0, 1, -1), words: ['x', '2'] },
      { name: 'c', kind: 'text', codes: Int32Array.of(0, 1, -1), words: ['true', 'false'] },
    ]);
    expect([0, 2].map(table.places.of)).toEqual([1, 3]);
  });

  it('wants rows of equal length', () => {
    expect(errorOf(() => tableOfRows('rows', ['a'], [[1], [1, 2]]))).toMatchInlineSnapshot(
      `[DataError: rows has rows of unequal length: got 2 cells in row 2, expected 1]`,
    );
  });
});

describe('a column of numbers', () => {
  it('has mean 0 and variance 1 once it is standardised, whatever its unit', () => {
    const numbers = fc.array(fc.integer({ min: -1e9, max: 1e9 }), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(numbers, fc.integer({ min: -30, max: 30 }), (plain, exponent) => {
        const values = plain.map((value) => value * 10 ** exponent);
        const schema = fit(values);
        const [mean = 0] = schema.shift ?? [];
        const [scale = 0] = schema.scale ?? [];
        const largest = Math.max(...values.map(Math.abs));
        expect(Math.abs(mean - values.reduce((sum, value) => sum + value, 0) / values.length)).toBeLessThanOrEqual(
          1e-14 * largest,
        );
        const table = tableOfRows(
          'rows',
          ['a'],
          values.map((value) => [value]),
        );
        const encoded = encodeTableInputs(table, all(values.length), schema);
        encoded.forEach((value, i) => expect(value).toBe(Math.fround((values[i] - mean) / scale)));
        if (new Set(values).size === 1) expect(encoded.every((value) => value === 0)).toBe(true);
        // A deviation within the rounding of the values themselves says nothing.
        else if (scale > 1e-9 * largest) {
          const squares = encoded.reduce((sum, value) => sum + value * value, 0);
          expect(squares / values.length).toBeCloseTo(1, 4);
        }
      }),
      { seed: 20261126 },
    );
  });

  it('becomes its numbers, unless it is standardised; what is missing becomes the mean', () => {
    const table = tableOfRows('rows', ['a'], [[1], [null], [4]]);
    expect([...encodeTableInputs(table, all(3), fit([1, null, 4], false))]).toEqual([1, 2.5, 4]);
    expect(encodeTableInputs(table, all(3), fit([1, null, 4]))[1]).toBe(0);
  });
});

describe('targets', () => {
  it('come back from what they are encoded to', () => {
    const table = tableOfRows(
      'rows',
      ['y', 'k'],
      [
        [10, 'b'],
        [30, 'a'],
        [80, 'b'],
      ],
    );
    const reals = fitTargets(table, all(3), { names: ['y'], task: 'auto', standardize: true });
    const encoded = encodeTargets(table, all(3), reals);
    expect(Array.from(encoded, (y) => Math.round(y * (reals.scale?.[0] ?? 0) + (reals.shift?.[0] ?? 0)))).toEqual([
      10, 30, 80,
    ]);
    const classes = fitTargets(table, all(3), { names: ['k'], task: 'auto', standardize: true });
    expect(Array.from(encodeTargets(table, all(3), classes), (place) => classes.classes?.[place])).toEqual([
      'b',
      'a',
      'b',
    ]);
  });
});

it('names the first rows', () => {
  const places = { unit: 'line', of: (row: number) => row + 2 } as const;
  expect([[0], [0, 3], [0, 1, 2, 3, 4], all(8)].map((rows) => placesOf(rows, places))).toEqual([
    ...['line 2', 'lines 2 and 5', 'lines 2, 3, 4, 5 and 6', 'lines 2, 3, 4, 5, 6 and 3 more'],
  ]);
  expect(placesOf([1, 2], { unit: 'index', of: (row) => row })).toBe('indices 1 and 2');
});
