/**
 * CSV (RFC 4180) and its kin with tabs or semicolons, in UTF-8, with a line of names. The text is never held whole: chunk
 * by chunk it goes through csv-parse into columns of numbers, or of texts as numbers of their words.
 */
import type { Parser } from 'csv-parse';
import type { Table } from '../../../data/index.ts';
import { DataError } from '../../../errors/index.ts';
import { checkNames, type ColumnChoice } from '../names.ts';
import { CellColumn, parseCell } from './cells.ts';
import { csvFailure, unequalRow } from './failures.ts';
import { RowLines } from './lines.ts';
import { Utf8Check } from './utf8.ts';

/** Longer lines come of a quote that is not closed. */
const longestLine = 64 * 2 ** 20;

export interface CsvOptions {
  /** null: what the first line has, a comma, a semicolon or a tab */
  readonly delimiter: string | null;
  readonly choose: ColumnChoice;
  /** columns whose cells are texts, whatever they look like */
  readonly texts?: ReadonlySet<string>;
  readonly onWarning?: (line: string) => void;
}

/**
 * Reads a table, twice where a column begins with numbers and goes on with texts: only then is it known that these
 * numbers are texts too, as they were written.
 * @param open the file's bytes from the start
 * @throws DataError naming the line
 */
export async function readCsv(
  name: string,
  open: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: CsvOptions,
): Promise<Table> {
  const texts = new Set(options.texts);
  const first = await pass(name, open(), options, texts);
  const mixed = first.columns.filter((column) => column.isMixed);
  for (const column of mixed) texts.add(column.name);
  const read = mixed.length === 0 ? first : await pass(name, open(), { ...options, onWarning: undefined }, texts);
  if (read.count === 0) {
    throw new DataError(`${name} holds no rows`, { got: 'a line of names only', expected: 'at least one row' });
  }
  const columns = read.columns.map((column) => column.finish());
  return { name, count: read.count, columns, places: read.lines.places() };
}

interface Pass {
  readonly columns: readonly CellColumn[];
  readonly count: number;
  readonly lines: RowLines;
}

async function pass(
  name: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: CsvOptions,
  texts: ReadonlySet<string>,
): Promise<Pass> {
  const { parse } = await import('csv-parse');
  const lines = new RowLines();
  const check = new Utf8Check(name);
  let columns: CellColumn[] | null = null;
  /** where each of `columns` stands in the file */
  let places: number[] = [];
  let width = 0;
  let count = 0;
  let lastLine = 0;
  let miscounted = 0;
  let failure: unknown = null;
  let parser: Parser | null = null;
  let ended: Promise<void> = Promise.resolve();

  const onHeader = (cells: readonly string[]): void => {
    const names = checkNames(
      name,
      cells.map((cell) => cell.trim()),
    );
    if (names.every((cell) => typeof parseCell(cell) === 'number')) {
      options.onWarning?.(`${name}: the first line is taken for the names of the columns, but holds numbers only`);
    }
    const chosen = options.choose(name, names);
    width = names.length;
    const placeOf = new Map(names.map((column, place) => [column, place]));
    places = chosen.map((column) => placeOf.get(column) ?? -1);
    columns = chosen.map((column) => new CellColumn(column, texts.has(column)));
  };
  const onRow = (cells: readonly string[], counted: number, lineEnd: string): void => {
    let endLine = counted - miscounted;
    let inQuotes = 0;
    if (endLine - lastLine > 1) {
      // csv-parse counts every CR and every LF within a cell; an editor counts CR LF once.
      const text = cells.join('');
      const strays = text.split(lineEnd === '\r' ? '\n' : '\r').length - 1;
      miscounted += strays;
      endLine -= strays;
      inQuotes = text.split(lineEnd === '\r' ? '\r' : '\n').length - 1;
    }
    lastLine = endLine;
    if (columns === null) return onHeader(cells);
    if (cells.length !== width) {
      if (cells.length === 1 && cells[0].trim() === '') return;
      throw unequalRow(name, cells, width, endLine);
    }
    lines.add(count++, endLine - inQuotes);
    for (let i = 0; i < columns.length; i++) columns[i].add(cells[places[i]]);
  };
  const start = (delimiter: string, lineEnd: string): Parser => {
    const made = parse({
      bom: true,
      delimiter,
      record_delimiter: lineEnd,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: longestLine,
      on_record(record: string[], context) {
        try {
          if (failure === null) onRow(record, context.lines, lineEnd);
        } catch (error) {
          failure = error;
        }
        return null;
      },
    });
    made.on('error', (error) => {
      failure ??= csvFailure(name, error, lastLine);
    });
    ended = new Promise((resolve) => made.on('close', resolve));
    made.resume();
    return made;
  };

  try {
    for await (const chunk of chunks) {
      if (chunk.length === 0) continue;
      check.pass(chunk);
      parser ??= start(options.delimiter ?? delimiterOf(chunk), lineEndOf(chunk));
      parser.write(chunk);
      if (failure !== null) throw failure;
    }
    check.end();
    parser?.end();
    await ended;
    if (failure !== null) throw failure;
  } finally {
    parser?.destroy();
  }
  if (columns !== null) return { columns, count, lines };
  throw new DataError(`${name} is empty`, { got: 'no line', expected: 'a line of names and one row at least' });
}

/** Of the first line's signs, the one that comes first in this order. */
function delimiterOf(chunk: Uint8Array): string {
  const end = chunk.findIndex((byte) => byte === 0x0a || byte === 0x0d);
  const line = new TextDecoder().decode(new Uint8Array(chunk.subarray(0, end < 0 ? undefined : end)));
  return [',', ';', '\t'].find((sign) => line.includes(sign)) ?? ',';
}

/** That of the first line: looking for several at every byte takes five times as long. */
function lineEndOf(chunk: Uint8Array): string {
  const end = chunk.findIndex((byte) => byte === 0x0a || byte === 0x0d);
  if (end < 0 || chunk[end] === 0x0a) return '\n';
  return chunk[end + 1] === 0x0a ? '\r\n' : '\r';
}
