/** Parquet, by hyparquet: flat columns of numbers, texts and booleans. */
import type { ColumnData, FileMetaData, SchemaTree } from 'hyparquet';
import { type Table, type TableColumn, TextColumnBuilder } from '../../../data/index.ts';
import { CredenceError, DataError } from '../../../errors/index.ts';
import { type ByteSource, readBytes } from '../../readers/bytes.ts';
import { checkNames, type ColumnChoice } from '../names.ts';
import { codecs, isRead } from './codecs.ts';
import { checkPages } from './pages.ts';

/** A column of doubles for each: what a table may take in memory, and what a file of some length may make of it. */
const mostCells = 2 ** 28;
const freeCells = 2 ** 23;
/** Equal values may be a few bytes, however many there are. */
const cellsPerByte = 128;

/**
 * Reads the columns that are wanted.
 * @throws DataError where it is no such file, is damaged, or a column holds anything else, dates or lists
 */
export async function readParquet(source: ByteSource, choose: ColumnChoice): Promise<Table> {
  try {
    return await read(source, choose);
  } catch (error) {
    if (error instanceof CredenceError) throw error;
    throw damaged(source.name, error instanceof Error ? error.message.split('\n')[0] : String(error), error);
  }
}

async function read(source: ByteSource, choose: ColumnChoice): Promise<Table> {
  const { name } = source;
  const { parquetMetadataAsync, parquetRead, parquetSchema } = await import('hyparquet');
  const bufferOf = (start: number, end: number): ArrayBuffer => {
    if (!(start >= 0 && end >= start && end <= source.length)) throw damaged(name, `data from ${start} to ${end}`);
    const bytes = new ArrayBuffer(end - start);
    source.readInto(new Uint8Array(bytes), start);
    return bytes;
  };
  const file = {
    byteLength: source.length,
    slice: (start: number, end = source.length) => bufferOf(start < 0 ? source.length + start : start, end),
  };
  const metadata = await parquetMetadataAsync(file);
  const all = parquetSchema(metadata).children;
  const names = checkNames(
    name,
    all.map((child) => child.element.name),
  );
  const chosen = choose(name, names);
  const count = rowsOf(source, metadata, chosen.length);
  if (count === 0) throw new DataError(`${name} holds no rows`, { got: '0 rows', expected: 'at least one row' });
  const columns: TableColumn[] = [];
  const placeOf = new Map(names.map((own, place) => [own, place]));
  const alone = singleColumns(metadata);
  for (const column of chosen) {
    const child = all[placeOf.get(column) ?? -1];
    const own = alone(child);
    await checkColumn(source, own, child);
    const builder = new ParquetColumn(name, column, count);
    let failure: unknown = null;
    const onChunk = (chunk: ColumnData): void => {
      // What is thrown here, nobody would catch.
      try {
        if (failure === null) builder.add(chunk);
      } catch (error) {
        failure = error;
      }
    };
    await parquetRead({ file, metadata: own, columns: [column], compressors: codecs, geoparquet: false, onChunk });
    if (failure !== null) throw failure;
    columns.push(builder.finish());
  }
  return { name, count, columns, places: { unit: 'row', of: (row) => row + 1 } };
}

function rowsOf({ name, length }: ByteSource, metadata: FileMetaData, columns: number): number {
  const count = Number(metadata.num_rows);
  const groups = metadata.row_groups.map((group) => Number(group.num_rows));
  if (!(count >= 0) || groups.some((rows) => !(rows >= 0)) || groups.reduce((sum, rows) => sum + rows, 0) !== count) {
    throw damaged(name, `${count} rows in groups of ${groups.slice(0, 8).join(', ')}`);
  }
  const most = Math.min(mostCells, Math.max(freeCells, cellsPerByte * length));
  if (count * columns <= most) return count;
  throw new DataError(`${name} is too large`, {
    got: `${count} rows of ${columns} columns`,
    expected: `at most ${most} cells in a file of ${length} bytes`,
    remedy: 'Take fewer rows or columns',
  });
}

/** The file as if it had one column: the library looks through all of them for each that it reads. */
function singleColumns(metadata: FileMetaData): (child: SchemaTree) => FileMetaData {
  const chunks = metadata.row_groups.map(
    (group) => new Map(group.columns.map((chunk) => [chunk.meta_data?.path_in_schema.join('.'), chunk])),
  );
  return ({ element, children }) => {
    if (children.length > 0) return metadata;
    const groups = metadata.row_groups.map((group, i) => {
      const chunk = chunks[i].get(element.name);
      return { ...group, columns: chunk ? [chunk] : [] };
    });
    return { ...metadata, schema: [{ ...metadata.schema[0], num_children: 1 }, element], row_groups: groups };
  };
}

async function checkColumn(
  source: ByteSource,
  metadata: FileMetaData,
  { element, children }: SchemaTree,
): Promise<void> {
  if (children.length > 0 || element.repetition_type === 'REPEATED') throw notRead(source.name, element.name, 'lists');
  const { parquetHeader } = await import('hyparquet/src/column.js');
  const { snappyUncompress } = await import('hyparquet');
  for (const group of metadata.row_groups) {
    const chunk = group.columns.find(
      (column) => column.meta_data?.path_in_schema.join('.') === element.name,
    )?.meta_data;
    if (!chunk) throw damaged(source.name, `no data of column ${element.name}`);
    if (!isRead(chunk.codec)) {
      throw new DataError(`${source.name} is compressed by a method that is not read here`, {
        got: chunk.codec === 'ZSTD' ? `ZSTD with Node ${process.versions.node}` : chunk.codec,
        expected: 'Snappy, gzip, Brotli, none, or ZSTD from Node 22.15 on',
        remedy: "Write it with compression='snappy'",
      });
    }
    const start = Number(chunk.dictionary_page_offset || chunk.data_page_offset);
    const rows = Number(group.num_rows);
    if (Number(chunk.num_values) !== rows || !(start >= 0) || Number(chunk.total_compressed_size) < 0) {
      throw damaged(source.name, `${chunk.num_values} values of column ${element.name} in ${rows} rows`);
    }
    const bytes = readBytes(source, start, Number(chunk.total_compressed_size));
    const isOptional = element.repetition_type === 'OPTIONAL';
    const facts = { rows, codec: chunk.codec, isOptional, isBoolean: chunk.type === 'BOOLEAN' };
    checkPages(bytes, facts, { header: parquetHeader, snappy: snappyUncompress });
  }
}

class ParquetColumn {
  readonly #file: string;
  readonly #name: string;
  readonly #values: Float64Array;
  #texts: TextColumnBuilder | null = null;
  #count = 0;

  constructor(file: string, name: string, count: number) {
    this.#file = file;
    this.#name = name;
    this.#values = new Float64Array(count).fill(Number.NaN);
  }

  add({ columnData, rowStart }: ColumnData): void {
    if (rowStart !== this.#count) throw damaged(this.#file, `rows ${rowStart} after ${this.#count} of ${this.#name}`);
    for (let i = 0; i < columnData.length; i++) this.#addCell(columnData[i]);
  }

  #addCell(value: unknown): void {
    const row = this.#count++;
    if (row >= this.#values.length) throw damaged(this.#file, `more rows than declared in column ${this.#name}`);
    if (value === null || value === undefined) this.#texts?.add(null);
    else if (typeof value === 'number' || typeof value === 'bigint') this.#values[row] = Number(value);
    else if (typeof value === 'string' || typeof value === 'boolean') {
      if (this.#texts === null) {
        this.#texts = new TextColumnBuilder();
        for (let i = 0; i < row; i++) this.#texts.add(null);
      }
      this.#texts.add(String(value));
    } else throw notRead(this.#file, this.#name, value instanceof Date ? 'dates' : 'nested or binary values');
  }

  finish(): TableColumn {
    if (this.#count !== this.#values.length) throw damaged(this.#file, `${this.#count} rows of column ${this.#name}`);
    return this.#texts?.finish(this.#name) ?? { name: this.#name, kind: 'number', values: this.#values };
  }
}

function notRead(file: string, column: string, got: string): DataError {
  return new DataError(`${file} has a column that is not read, ${column}`, {
    got,
    expected: 'numbers, texts or booleans',
    remedy: 'Leave the column out, or write it as numbers',
  });
}

function damaged(name: string, got: string, cause?: unknown): DataError {
  return new DataError(`${name} is no Parquet file, or is damaged`, { got, remedy: 'Fetch or copy it again', cause });
}
