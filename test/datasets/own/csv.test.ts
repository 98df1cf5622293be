import { describe, expect, it } from 'vitest';
import { readCsv } from '../../../src/datasets/own/csv/read.ts';
import type { Table } from '../../../src/data/index.ts';

type Options = Partial<Parameters<typeof readCsv>[2]>;

/** @param size of the chunks */
function read(text: string | Uint8Array, options: Options = {}, size = 1e9): Promise<Table> {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.slice(i * size, (i + 1) * size),
  );
  return readCsv('a.csv', () => chunks, { delimiter: null, choose: (_, names) => names, ...options });
}

/** Cells as they stand in the table; null where one is missing. */
function cells({ columns }: Table): Record<string, unknown[]> {
  return Object.fromEntries(
    columns.map((column) => [
      column.name,
      column.kind === 'number'
        ? Array.from(column.values, (value) => (Number.isNaN(value) ? null : value))
        : Array.from(column.codes, (code) => (code < 0 ? null : column.words[code])),
    ]),
  );
}

const linesOf = ({ count, places }: Table) => Array.from({ length: count }, (_, row) => places.of(row));
const refusal = async (text: string | Uint8Array, options?: Options) =>
  String(
    await read(text, options).then(
      () => 'read',
      (error: unknown) => error,
    ),
  );

describe('readCsv', () => {
  it('makes columns of numbers and of texts, and knows missing cells', async () => {
    const text = 'a,b,c,d\n1,red,true,\n-2.5e3,?,false,NA\n+.5,green,null,NaN\n 7 , red ,true,8\n';
    expect(cells(await read(text))).toEqual({
      a: [1, -2500, 0.5, 7],
      b: ['red', null, 'green', 'red'],
      c: ['true', 'false', null, 'true'],
      d: [null, null, null, 8],
    });
  });

  it('takes quotes, commas and line ends within them, and doubled quotes (RFC 4180)', async () => {
    const table = await read('a,"b, c"\r\n1,"x, ""y"""\r\n\r\n2,"two\r\nlines"\r\n3,z\r\n');
    expect(cells(table)).toEqual({ a: [1, 2, 3], 'b, c': ['x, "y"', 'two\r\nlines', 'z'] });
    expect(linesOf(table)).toEqual([2, 4, 6]);
  });

  it('counts lines as an editor does', async () => {
    expect(linesOf(await read('a,b\n\n1,2\n\n\n3,"4\n5\n"\n6,7\n8,9'))).toEqual([3, 6, 9, 10]);
    expect(linesOf(await read('"a\nb",c\n1,2\n3,4\n'))).toEqual([3, 4]);
    expect(linesOf(await read('a,b\n1,2\r\n\r\n3,4\r\n'))).toEqual([2, 4]);
  });

  it('finds the delimiter in the first line', async () => {
    expect(cells(await read('a;b\n1;2,5\n'))).toEqual({ a: [1], b: ['2,5'] });
    expect(cells(await read('a\tb\r1\t2\r'))).toEqual({ a: [1], b: [2] });
    expect(cells(await read('a,b\tc\n1,2\t3\n', { delimiter: '\t' }))).toEqual({ 'a,b': ['1,2'], c: [3] });
  });

  it('is the same however the bytes are cut, a character or a byte order mark too', async () => {
    const text = '\ufeffé,漢\n1,😀\n2,"a\nb"\n3,ü\n';
    const whole = await read(text);
    for (let size = 1; size < 12; size++) {
      const cut = await read(text, {}, size);
      expect(cells(cut)).toEqual(cells(whole));
      expect(linesOf(cut)).toEqual(linesOf(whole));
    }
    expect(cells(whole)).toEqual({ é: [1, 2, 3], 漢: ['😀', 'a\nb', 'ü'] });
  });

  it('reads numbers before a text as they were written', async () => {
    expect(cells(await read('a,b\n01,1\n1.50,2\nx,3\n'))).toEqual({ a: ['01', '1.50', 'x'], b: [1, 2, 3] });
  });

  it('takes a column for texts where it is told so', async () => {
    expect(cells(await read('a\n01\n2\n', { texts: new Set(['a']) }))).toEqual({ a: ['01', '2'] });
  });

  it('keeps integers exact, and takes hexadecimal for text', async () => {
    const table = await read('a,b\n9007199254740991,0x10\n');
    expect(cells(table)).toEqual({ a: [Number.MAX_SAFE_INTEGER], b: ['0x10'] });
  });

  it('reads only what is chosen', async () => {
    const table = await read('a,b,c\n1,x,3\n4,y,6\n', { choose: () => ['c', 'a'] });
    expect(cells(table)).toEqual({ c: [3, 6], a: [1, 4] });
  });

  it('warns of a first line of numbers', async () => {
    const warnings: string[] = [];
    await read('1,2\n3,4\n', { onWarning: (line) => warnings.push(line) });
    expect(warnings.join()).toMatchInlineSnapshot(
      `"a.csv: the first line is taken for the names of the columns, but holds numbers only"`,
    );
  });
});

describe('a table that is none', () => {
  const latin = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

  it('is refused in one line', async () => {
    expect(
      (
        await Promise.all([
          refusal(''),
          refusal('a,b\n'),
          refusal('a,b\n1,2\n3\n'),
          refusal('a,b\n1,2\n"x\ny",3\n4,5,6\n'),
          refusal('a,b\n1,2\n3,"4\n5,6\n'),
          refusal('a,b\n1,x"y"\n'),
          refusal('a,b\n1,"x"y\n'),
          refusal('a,b,a\n1,2,3\n'),
          refusal(',a,b\n0,1,2\n'),
          refusal(`a,b\n1,"${'x\n'.repeat(34e6)}`),
          refusal(latin('a,b\n1,x\n2,caf\xe9\n')),
          refusal(latin('a,b\n1,x\n2,caf\xc3')),
          refusal(new Uint8Array(Buffer.from('\ufeffa,b\n1,2\n', 'utf16le'))),
          refusal(new Uint8Array(Buffer.from('a,b\n1,2\n', 'utf16le'))),
          refusal('a,b\n1,\0\n'),
          refusal(Array.from({ length: 70_000 }, (_, i) => `c${i}`).join()),
        ])
      ).join('\n'),
    ).toMatchInlineSnapshot(`
      "DataError: a.csv is empty: got no line, expected a line of names and one row at least
      DataError: a.csv holds no rows: got a line of names only, expected at least one row
      DataError: a.csv has rows of unequal length: got 1 cell in line 3, expected 2, as in the line of names. Correct the line: a cell with a comma needs quotes, and all lines must end alike
      DataError: a.csv has rows of unequal length: got 3 cells in line 5, expected 2, as in the line of names. Correct the line: a cell with a comma needs quotes, and all lines must end alike
      DataError: a.csv has a quote that is never closed: got a cell that begins in or after line 3 and goes on to the end. Close the quote; a quote within quotes is written twice
      DataError: a.csv is no CSV file: got a quote in the midst of a cell in line 2. Put the whole cell into quotes, and write a quote within it twice
      DataError: a.csv is no CSV file: got a quote in the midst of a cell in line 2. Put the whole cell into quotes, and write a quote within it twice
      DataError: a.csv has two columns with one name: got a as column 1 and 3, expected a name of its own for each. Rename one
      DataError: a.csv has a column without a name: got column 1 of 3, expected a name for each. Name it; an index that pandas wrote goes away with to_csv(..., index=False)
      DataError: a.csv has a line that is too long: got more than 64 MB after line 1. Check the line ends, and that each quote is closed
      DataError: a.csv is not encoded in UTF-8: got "2,café" in line 3. Save it as UTF-8
      DataError: a.csv is not encoded in UTF-8: got "Ã" in line 3. Save it as UTF-8
      DataError: a.csv is encoded in UTF-16: expected UTF-8. Save it as UTF-8
      DataError: a.csv is encoded in UTF-16: expected UTF-8. Save it as UTF-8
      DataError: a.csv is no text: got bytes that are zero, expected a table as text, in UTF-8
      DataError: a.csv has too many columns: got 70000, expected at most 65536. Check that its lines end, or turn it round"
    `);
  });
});
