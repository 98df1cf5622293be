import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OwnDataOptions, openOwnData, readOwnInputs } from '../../../src/datasets/index.ts';
import { enterTemporaryFolder } from '../fixtures.ts';
import { defaults, held, made } from './fixtures.ts';

let leave: () => void;
beforeEach(() => {
  leave = enterTemporaryFolder();
});
afterEach(() => leave());

function open(text: string, options: Partial<OwnDataOptions> = {}) {
  writeFileSync('a.csv', text);
  return openOwnData({ ...defaults, path: 'a.csv', ...options });
}

const f32 = (...numbers: number[]) => Float32Array.from(numbers);
const mixed = 'size,colour,y,new\n1,red,10,true\n2,green,20,false\n4,red,40,true\n8,blue,50,false\n';

describe('openOwnData, of a table', () => {
  it('encodes numbers as they are and texts as one indicator per level, sorted', async () => {
    const { schema, train, test, validation, source, sha256 } = await open(mixed);
    expect(train.shape).toEqual([6]);
    expect(train.inputs).toEqual(
      f32(...[1, 0, 0, 1, 0, 1], ...[2, 0, 1, 0, 1, 0], ...[4, 0, 0, 1, 0, 1], ...[8, 1, 0, 0, 1, 0]),
    );
    expect(train.targets).toEqual(f32(10, 20, 40, 50));
    expect([train.count, test, validation, source]).toEqual([4, null, null, 'a.csv']);
    expect(sha256).toBe(createHash('sha256').update(mixed).digest('hex'));
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
    expect(schema).toMatchInlineSnapshot(`
      {
        "input": {
          "array": null,
          "columns": [
            {
              "kind": "number",
              "mean": 3.75,
              "name": "size",
            },
            {
              "kind": "levels",
              "levels": [
                "blue",
                "green",
                "red",
              ],
              "name": "colour",
            },
            {
              "kind": "levels",
              "levels": [
                "false",
                "true",
              ],
              "name": "new",
            },
          ],
          "dtype": "f32",
          "missing": "error",
          "scale": null,
          "shape": [
            6,
          ],
          "shift": null,
          "unused": [],
        },
        "target": {
          "classes": null,
          "kind": "reals",
          "names": [
            "y",
          ],
          "scale": null,
          "shift": null,
        },
      }
    `);
  });

  it('lies on shared memory', async () => {
    const { train } = await open(mixed);
    for (const array of [held(train), train.targets, train.rows])
      expect(array.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it('standardises by the training part alone, in double, rounded once', async () => {
    const { schema, train, test } = await open(mixed, { standardize: true, test: [1], inputs: ['size', 'new'] });
    // Rows 1, 4, 8: mean 13/3, variance 27 - 169/9; targets 10, 40, 50.
    const mean = 13 / 3;
    const deviation = Math.sqrt(74 / 9);
    expect(schema.input.shift?.[0]).toBeCloseTo(mean, 14);
    expect(schema.input.scale?.[0]).toBeCloseTo(deviation, 14);
    expect(schema.input.shift?.slice(1)).toEqual([0, 0]);
    const [shift = 0] = schema.input.shift ?? [];
    const [scale = 0] = schema.input.scale ?? [];
    expect(held(train)[0]).toBe(Math.fround((1 - shift) / scale));
    expect(test?.inputs).toEqual(f32((2 - shift) / scale, 1, 0));
    expect(schema.target.scale?.[0]).toBeCloseTo(Math.sqrt(2600 / 9), 12);
    expect([train.rows, test?.rows]).toEqual([Int32Array.of(0, 2, 3), Int32Array.of(1)]);
  });

  it('divides a constant column by 1', async () => {
    const { schema, train } = await open('a,y\n0.1,1\n0.1,2\n0.1,3\n', { standardize: true });
    expect([schema.input.shift, schema.input.scale]).toEqual([[0.1], [1]]);
    expect(train.inputs).toEqual(f32(0, 0, 0));
  });

  it('makes classes of texts, and of whole numbers where asked for', async () => {
    const texts = await open('y,a\nred,1\nblue,2\nred,3\n');
    expect(texts.schema.target).toMatchObject({ kind: 'classes', classes: ['blue', 'red'] });
    expect(texts.train.targets).toEqual(Int32Array.of(1, 0, 1));
    const numbers = await open('y,a\n10,1\n9,2\n10,3\n', { task: 'classes' });
    expect(numbers.schema.target).toMatchObject({ kind: 'classes', classes: ['9', '10'], shift: null });
    expect(numbers.train.targets).toEqual(Int32Array.of(1, 0, 1));
  });

  it('takes several targets, in the order in which they are named', async () => {
    const { schema, train } = await open('b,x,a\n1,0,10\n2,1,30\n', { target: ['a', 'b'], standardize: true });
    expect(schema.target).toEqual({
      names: ['a', 'b'],
      kind: 'reals',
      classes: null,
      shift: [20, 1.5],
      scale: [10, 0.5],
    });
    expect(train.targets).toEqual(f32(-1, -1, 1, 1));
  });

  it('leaves counts as they are', async () => {
    const { schema, train } = await open('a,y\n1,0\n2,7\n', { task: 'counts', standardize: true });
    expect(schema.target).toMatchObject({ kind: 'counts', shift: null, scale: null });
    expect(train.targets).toEqual(f32(0, 7));
  });

  it('leaves out rows with missing cells, or fills in the mean of the training part', async () => {
    const holes = 'a,b,y\n1,x,1\n,x,2\n5,?,3\n9,z,4\n';
    const warnings: string[] = [];
    const dropped = await open(holes, { missing: 'drop', onWarning: (line) => warnings.push(line) });
    expect(dropped.train.rows).toEqual(Int32Array.of(0, 3));
    expect(warnings.join()).toMatchInlineSnapshot(`"a.csv: 2 of 4 rows have missing cells and are left out"`);
    const filled = await open(holes, { missing: 'mean', standardize: true });
    expect(filled.schema.input.columns?.[0]).toEqual({ name: 'a', kind: 'number', mean: 5 });
    // The mean is 0 once it is standardised; a missing text has no level.
    expect(Array.from(held(filled.train)).slice(3, 9)).toEqual([0, 1, 0, 0, 0, 0]);
  });

  it('takes the test rows of a JSON file, and validation from another file', async () => {
    writeFileSync('rows.json', '[1, 0]');
    writeFileSync('b.csv', 'new,y,size,colour\nfalse,1,3,green\n');
    const { train, test, validation } = await open(mixed, {
      ...{ test: 'rows.json', validation: 'b.csv', inputs: ['size'] },
    });
    expect(test?.rows).toEqual(Int32Array.of(0, 1));
    expect(train.rows).toEqual(Int32Array.of(2, 3));
    expect(test?.inputs).toEqual(f32(1, 2));
    expect(validation?.inputs).toEqual(f32(3));
    expect(validation?.targets).toEqual(f32(1));
  });

  it('reads gzip, tabs and Parquet as the same table', async () => {
    const inputs = ['id', 'size', 'colour', 'new'];
    const lines = Array.from({ length: 12 }, (_, i) =>
      [i * 1000, i === 4 ? '' : i / 8, ['red', 'green', 'blue'][i % 3], i % 2 === 0, i * 0.5].join('\t'),
    );
    writeFileSync('t.tsv.gz', gzipSync(`id\tsize\tcolour\tnew\ty\n${lines.join('\n')}\n`));
    const options = { ...defaults, inputs, missing: 'mean', standardize: true } as const;
    const text = await openOwnData({ ...options, path: 't.tsv.gz' });
    for (const name of ['snappy', 'gzip', 'plain']) {
      const own = await openOwnData({ ...options, path: join(made, `${name}.parquet`) });
      expect(own.schema).toEqual(text.schema);
      expect(own.train).toEqual(text.train);
    }
  });

  it('holds a table of many rows in its columns alone', async () => {
    const rows = Array.from({ length: 50_000 }, (_, i) => `${i},${i % 7},${['a', 'b', 'c'][i % 3]},${i / 2}`);
    const { train, test } = await open(`id,k,t,y\n${rows.join('\n')}`, { test: 0.1, standardize: true });
    expect([train.count, test?.count]).toEqual([45_000, 5000]);
    let sum = 0;
    for (let i = 0; i < train.inputs.length; i += 5) sum += held(train)[i];
    expect(Math.abs(sum / train.count)).toBeLessThan(1e-6);
  });
});

describe('readOwnInputs, of tables', () => {
  it('gives what the examples were, in any order of columns, with and without targets', async () => {
    const { schema, train } = await open(mixed, { standardize: true });
    const same = await readOwnInputs(['a.csv'], schema);
    expect(same.inputs).toEqual(train.inputs);
    expect(same.targets).toEqual(train.targets);
    expect(same.names).toEqual(['a.csv[0]', 'a.csv[1]', 'a.csv[2]', 'a.csv[3]']);
    writeFileSync('b.csv', 'new,colour,size\ntrue,red,4\n');
    const both = await readOwnInputs(['b.csv', 'a.csv'], JSON.parse(JSON.stringify(schema)));
    expect(both).toMatchObject({ count: 5, shape: [6], targets: null });
    expect(held(both).subarray(0, 6)).toEqual(held(train).subarray(12, 18));
    expect(held(both).subarray(6)).toEqual(train.inputs);
    expect(both.names[0]).toBe('b.csv[0]');
  });

  it('knows columns that the run left aside, and reads levels that look like numbers as texts', async () => {
    const { schema, train } = await open('id,code,y\n1,01,1\n2,x,2\n', { inputs: ['code'] });
    expect(schema.input.unused).toEqual(['id']);
    writeFileSync('b.csv', 'code,id\n01,7\n');
    expect((await readOwnInputs(['b.csv'], schema)).inputs).toEqual(held(train).subarray(0, 2));
  });

  it('fills in the mean where the run does', async () => {
    const { schema } = await open('a,y\n1,1\n,2\n4,3\n', { missing: 'mean' });
    writeFileSync('b.csv', 'a\nNA\n');
    expect((await readOwnInputs(['b.csv'], schema)).inputs).toEqual(f32(2.5));
  });
});
