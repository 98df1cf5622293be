import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OwnDataOptions, openOwnData, readOwnInputs } from '../../../src/datasets/index.ts';
import { enterTemporaryFolder, npy, npz } from '../fixtures.ts';
import { defaults, held } from './fixtures.ts';

let leave: () => void;
beforeEach(() => {
  leave = enterTemporaryFolder();
});
afterEach(() => leave());

const table = 'a,w,y\n1,0.5,10\n2,2,20\n3,1,30\n4,0,50\n';

function open(text: string, options: Partial<OwnDataOptions> = {}) {
  writeFileSync('a.csv', text);
  return openOwnData({ ...defaults, path: 'a.csv', weights: 'w', ...options });
}

describe('a column of weights', () => {
  it('is no input; it weighs the training part, and no other', async () => {
    const { schema, train, test } = await open(table, { test: [1] });
    expect(schema.input).toMatchObject({ shape: [1], unused: ['w'] });
    expect(held(train)).toEqual(Float32Array.of(1, 3, 4));
    expect(train.weights).toEqual(Float32Array.of(0.5, 1, 0));
    expect(train.weights?.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(test?.weights).toBeUndefined();
    expect((await open(table, { weights: null, inputs: ['a'] })).train.weights).toBeNull();
  });

  it('need not be in later files', async () => {
    const { schema } = await open(table);
    writeFileSync('b.csv', 'a\n7\n');
    writeFileSync('c.csv', 'w,a\n-3,7\n');
    for (const path of ['b.csv', 'c.csv']) {
      expect(held(await readOwnInputs([path], schema))).toEqual(Float32Array.of(7));
    }
  });

  it('may be an array beside inputs and targets', async () => {
    const x = npy('<f4', [3, 2], Float32Array.of(1, 2, 3, 4, 5, 6));
    const y = npy('<f4', [3], Float32Array.of(1, 2, 4));
    const arrays = { signal: x, y, w: npy('<f8', [3, 1], Float64Array.of(1, 3, 0.25)) };
    writeFileSync('a.npz', npz(arrays));
    const { train, schema } = await openOwnData({ ...defaults, path: 'a.npz', target: null, weights: 'w' });
    expect([train.weights, schema.input.array]).toEqual([Float32Array.of(1, 3, 0.25), 'signal']);
    writeFileSync('a.npz', npz({ ...arrays, w: x }));
    const refused = await openOwnData({ ...defaults, path: 'a.npz', target: null, weights: 'w' }).catch(String);
    expect(refused).toMatchInlineSnapshot(
      `"DataError: a.npz, w does not hold one weight per example: got shape 3x2, expected 3, as there are inputs"`,
    );
  });

  it('leaves out rows without one, where asked for', async () => {
    const holes = table.replace('2,2,20', '2,NA,20');
    expect((await open(holes, { missing: 'drop' })).train.rows).toEqual(Int32Array.of(0, 2, 3));
  });

  it('is refused in one line', async () => {
    const cases: readonly (readonly [string, Partial<OwnDataOptions>])[] = [
      [table, { weights: 'wieght' }],
      [table.replace('w', 'weight'), { weights: 'wieght' }],
      [table, { weights: 'y' }],
      [table, { inputs: ['a', 'w'] }],
      [table.replace('2,2,20', '2,,20'), {}],
      [table.replace('2,2,20', '2,,20'), { missing: 'mean' }],
      [table.replace('2,2,20', '2,-2,20'), {}],
      [table.replace('2,2,20', '2,-2,20'), { test: [1] }],
      [table.replace('2,2,20', '2,inf,20'), {}],
      [table.replace('2,2,20', '2,much,20'), {}],
      ['a,w,y\n1,0,10\n2,0,20\n', {}],
      ['a,w,y\n1,0,10\n2,0,20\n3,4,30\n', { test: [2] }],
    ];
    const lines: string[] = [];
    for (const [text, options] of cases) lines.push(await open(text, options).then(() => 'taken', String));
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "UsageError: a.csv has no column wieght: expected one of a, w, y
      UsageError: a.csv has no column wieght: expected one of a, weight, y. Did you mean weight?
      UsageError: a column of a.csv is wanted twice: got y, as target and as weights, expected each column once
      UsageError: a column of a.csv is wanted twice: got w, as input and as weights, expected each column once
      DataError: a.csv has missing cells in column w: got 1 of 4, line 3, expected a value in each row. Fill them in, or choose missing: drop (without these rows)
      DataError: a.csv has missing cells in column w: got 1 of 4, line 3, expected a value in each row. Fill them in, or choose missing: drop (without these rows)
      DataError: a.csv has numbers in column w that are no weights: got -2 in line 3, expected finite numbers of 0 or more. Correct these rows or take them out
      DataError: a.csv has numbers in column w that are no weights: got -2 in line 3, expected finite numbers of 0 or more. Correct these rows or take them out
      DataError: a.csv has numbers in column w that are not finite: got infinity in line 3, expected finite numbers. Correct these rows or take them out
      DataError: a.csv has texts in column w, which cannot be weights: got "much" in line 3, expected numbers of 0 or more
      DataError: a.csv has no weight above 0 in column w in the training part: expected one at least. Take another column, or train without weights
      DataError: a.csv has no weight above 0 in column w in the training part: expected one at least. Take another column, or train without weights"
    `);
  });
});
