/** What is wrong with a table or its options: each in one line, with the column, the first rows and what to do. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type OwnDataOptions, openOwnData, readOwnInputs } from '../../../src/datasets/index.ts';
import { enterTemporaryFolder } from '../fixtures.ts';
import { defaults, made } from './fixtures.ts';

let leave: () => void;
beforeEach(() => {
  leave = enterTemporaryFolder();
});
afterEach(() => leave());

async function refusal(text: string, options: Partial<OwnDataOptions> = {}): Promise<string> {
  const path = options.path ?? 'a.csv';
  if (path === 'a.csv') writeFileSync(path, text);
  return openOwnData({ ...defaults, path, ...options }).then(
    () => 'read',
    (error: unknown) => String(error).replaceAll(`${made}/`, ''),
  );
}

/** One after the other: they write the same file. */
async function refusals(cases: readonly (readonly [string, Partial<OwnDataOptions>?])[]): Promise<string> {
  const lines: string[] = [];
  for (const [text, options] of cases) lines.push(await refusal(text, options));
  return lines.join('\n');
}

const table = 'size,colour,y\n1,red,2\n2,blue,3\n3,red,4\n';

it('names of columns', async () => {
  expect(
    await refusals([
      [table, { target: 'Y2' }],
      [table, { target: 'color' }],
      [table, { inputs: ['sizes'] }],
      [table, { inputs: ['size', 'y'] }],
      [table, { inputs: ['size', 'size'] }],
      [table, { inputs: [] }],
      [table, { target: null }],
      ['a,a,y\n1,2,3\n'],
    ]),
  ).toMatchInlineSnapshot(`
    "UsageError: a.csv has no column Y2: expected one of size, colour, y
    UsageError: a.csv has no column color: expected one of size, colour, y. Did you mean colour?
    UsageError: a.csv has no column sizes: expected one of size, colour, y. Did you mean size?
    UsageError: a column of a.csv is wanted twice: got y, as target and as input, expected each column once
    UsageError: a column of a.csv is wanted twice: got size, expected each column once
    UsageError: a.csv has no column left for the inputs: got size, colour, y. Give a file with more columns than the target
    UsageError: a.csv does not say which column is the target: got size, colour, y. Name one of these as the target
    DataError: a.csv has two columns with one name: got a as column 1 and 2, expected a name of its own for each. Rename one"
  `);
});

it('targets', async () => {
  expect(
    await refusals([
      [table, { target: 'colour', task: 'reals' }],
      [table, { target: 'colour', task: 'counts' }],
      [table, { target: ['colour', 'y'] }],
      ['a,y\n1,x\n2,x\n'],
      ['a,y\n1,5\n2,5\n'],
      ['a,y\n1,5\n2,5\n', { task: 'classes' }],
      ['a,y\n1,0.5\n2,1\n', { task: 'classes' }],
      ['a,y\n1,0\n2,-1\n3,2.5\n', { task: 'counts' }],
      ['a,y\n1,1\n2,x\n3,3\n', { task: 'reals' }],
      ['a,y\n1,x\n2,z\n3,x\n4,new\n', { test: [3] }],
    ]),
  ).toMatchInlineSnapshot(`
    "DataError: a.csv has texts in column colour, which cannot be reals: got "red" in line 2, expected numbers. Choose task: classes, take another target, or correct the rows
    DataError: a.csv has texts in column colour, which cannot be counts: got "red" in line 2, expected numbers. Choose task: classes, take another target, or correct the rows
    UsageError: classes come from one column: got colour, y. Name one target
    DataError: a.csv has one class only in column y: got "x" in all 2 rows of the training part, expected two classes or more. Take another target, or rows of other classes too
    DataError: a.csv has a target without variance, column y: got 5 in all 2 rows of the training part, expected numbers that differ. Take another target, or rows in which it changes
    DataError: a.csv has one class only in column y: got "5" in all 2 rows of the training part, expected two classes or more. Take another target, or rows of other classes too
    DataError: a.csv has numbers in column y that are no classes: got 0.5 in line 2, expected whole numbers or texts. Choose task: reals, or make texts of them
    DataError: a.csv has targets in column y that are no counts: got -1 in lines 3 and 4, expected whole numbers from 0 to 16777216. Choose task: reals, or correct the rows
    DataError: a.csv has texts in column y, which cannot be reals: got "x" in line 3, expected numbers. Choose task: classes, take another target, or correct the rows
    DataError: a.csv has a class in column y that the training part has not: got "new" in line 5, expected one of x, z. Correct these rows, take them out, or train with rows that have it"
  `);
});

it('cells', async () => {
  const holes = `a,y\n${Array.from({ length: 20 }, (_, i) => `${i % 3 === 1 ? 'NA' : i},${i}`).join('\n')}\n`;
  expect(
    await refusals([
      [holes],
      ['a,y\n1,1\n2,\n3,3\n', { missing: 'mean' }],
      ['a,y\n1,1\ninf,2\n1e999,3\n', { missing: 'drop' }],
      ['a,y\n,1\n?,2\n', { missing: 'mean' }],
      ['a,y\n,1\n?,2\n', { missing: 'drop' }],
      [`a,y\n${Array.from({ length: 1500 }, (_, i) => `name ${i},${i}`).join('\n')}\n`],
      ['a,y\nx,1\nz,2\nx,3\nw,4\n', { test: [3] }],
      ['a,y\n1e200,1\n-1e200,2\n'],
    ]),
  ).toMatchInlineSnapshot(`
    "DataError: a.csv has missing cells in column a: got 7 of 20, lines 3, 6, 9, 12, 15 and 2 more, expected a value in each row. Fill them in, or choose missing: drop (without these rows) or missing: mean (the mean of the training part)
    DataError: a.csv has missing cells in column y: got 1 of 3, line 3, expected a target in each row. Fill them in, or choose missing: drop (without these rows)
    DataError: a.csv has numbers in column a that are not finite: got infinity in lines 3 and 4, expected finite numbers. Correct these rows or take them out
    DataError: a.csv has no value in column a in the training part. Leave the column out
    DataError: a.csv leaves no row for training: got 0 rows: 0 / 0 / 0 for training, validation and test, expected at least one in each. Take smaller shares, or more rows
    DataError: a.csv has too many different texts in column a: got 1500, such as "name 0", expected at most 1000 levels. Leave the column out, or make its texts numbers or fewer
    DataError: a.csv has a level in column a that the training part has not: got "w" in line 5, expected one of x, z. Correct these rows, take them out, or train with rows that have it
    DataError: a.csv has numbers in column a that are too large: expected numbers whose squares are finite. Leave the column out, or take another unit"
  `);
});

it('parts', async () => {
  writeFileSync('none.json', '{"rows": 1}');
  writeFileSync('far.json', '[9]');
  writeFileSync('broken.json', '[1,');
  writeFileSync('other.csv', 'size,colour\n1,red\n');
  expect(
    await refusals([
      [table, { test: 1.5 }],
      [table, { test: 'none.json' }],
      [table, { test: 'broken.json' }],
      [table, { test: 'far.json' }],
      [table, { test: 'nowhere.csv' }],
      [table, { test: 'other.csv' }],
      [table, { test: [1, 1] }],
      [table, { test: 0.5, validation: 0.9 }],
    ]),
  ).toMatchInlineSnapshot(`
    "UsageError: test: no such share: got 1.5, expected 0 (none) to below 1
    DataError: none.json does not hold a list of rows: got {"rows":1}, expected a list of rows counted from 0, as [0, 5, 7]
    DataError: broken.json is no JSON file: expected a list of rows, as [0, 5, 7]
    UsageError: test: a.csv has no such row: got 9, expected a whole number from 0 to 2
    DataError: nowhere.csv does not exist. Check the path given with --data
    DataError: other.csv has fewer columns than the training file: got none named y, expected size, colour, y. Add what is missing
    UsageError: test: a row is named twice: got 1, expected each row once
    DataError: a.csv leaves no row for training: got 3 rows: 0 / 1 / 2 for training, validation and test, expected at least one in each. Take smaller shares, or more rows"
  `);
});

it('files', async () => {
  writeFileSync('a.dat', 'x');
  writeFileSync('empty.csv', '');
  writeFileSync('sheet.xlsx', 'PK\x05\x06'.padEnd(22, '\0'));
  expect(
    await refusals([
      ['', { path: 'nowhere.csv' }],
      ['', { path: 'a.dat' }],
      ['', { path: 'empty.csv' }],
      ['', { path: 'sheet.xlsx' }],
      ['', { path: join(made, 'dates.parquet') }],
      ['', { path: join(made, 'colour.jpg') }],
    ]),
  ).toMatchInlineSnapshot(`
    "DataError: nowhere.csv does not exist. Check the path given with --data
    DataError: a.dat is no data file that is read: got a file that starts with "x", expected .csv or .tsv (.gz or not), .parquet, .npz, .h5, a folder of .npy files, or one with a folder of pictures per class
    DataError: empty.csv is empty: got no line, expected a line of names and one row at least
    DataError: sheet.xlsx holds no arrays: got a ZIP archive of 0 entries, expected an .npz file of NumPy
    DataError: dates.parquet has a column that is not read, day: got dates, expected numbers, texts or booleans. Leave the column out, or write it as numbers
    DataError: colour.jpg does not have the form of the training data: got a single picture, expected a folder with a folder of pictures per class"
  `);
});

it('rows to predict for', async () => {
  writeFileSync('a.csv', table);
  const { schema } = await openOwnData({ ...defaults, path: 'a.csv' });
  const lines: string[] = [];
  for (const text of [
    'size\n1\n',
    'size,color\n1,red\n',
    'size,colour,y,id,more\n1,red,1,2,3\n',
    'size,colour\n1,green\n',
    'size,colour\nbig,red\n2,blue\n',
    'size,colour\n,red\n',
    'size,colour\n',
  ]) {
    writeFileSync('b.csv', text);
    lines.push(await readOwnInputs(['b.csv'], schema).then(() => 'read', String));
  }
  lines.push(await readOwnInputs([], schema).then(() => 'read', String));
  lines.push(
    (await readOwnInputs([join(made, 'arrays.h5')], schema).then(() => 'read', String)).replaceAll(`${made}/`, ''),
  );
  expect(lines.join('\n')).toMatchInlineSnapshot(`
    "DataError: b.csv has fewer columns than the training file: got none named colour, expected size, colour. Add what is missing
    DataError: b.csv has fewer columns than the training file: got color instead of colour, expected size, colour. Rename them, or add what is missing
    DataError: b.csv has more columns than the training file: got id, more as well, expected size, colour, y. Take them out
    DataError: b.csv has a level in column colour that the training part has not: got "green" in line 2, expected one of blue, red. Correct these rows, take them out, or train with rows that have it
    DataError: b.csv has texts in column size: got "big" in line 2, expected numbers, as in the training part. Correct these rows or take them out
    DataError: b.csv has missing cells in column size: got 1 of 1, line 2, expected a value in each row. Fill them in, or train with missing: mean
    DataError: b.csv holds no rows: got a line of names only, expected at least one row
    UsageError: no file to predict for. Give one at least
    DataError: arrays.h5 does not have the form of the training data: got arrays (hdf5), expected a table, .csv, .tsv or .parquet"
  `);
});
