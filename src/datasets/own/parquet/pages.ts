/**
 * The pages of a column chunk, held against what the file's footer declares before they are decoded: hyparquet takes page
 * headers and runs at their word, and would write a run of two thousand million values if a damaged byte says so.
 */
import type { PageHeader } from 'hyparquet';
import { anyRatio, codecs, largestRatio } from './codecs.ts';

export interface ChunkFacts {
  /** of the row group */
  readonly rows: number;
  readonly codec: string;
  readonly isOptional: boolean;
  readonly isBoolean: boolean;
}

interface Library {
  header(reader: { view: DataView; offset: number }): PageHeader;
  snappy(bytes: Uint8Array, out: Uint8Array): unknown;
}

/** @throws Error where a page does not fit into its chunk, or its values do not make the row group */
export function checkPages(chunk: Uint8Array, facts: ChunkFacts, library: Library): void {
  const reader = { view: new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength), offset: 0 };
  let rows = 0;
  while (rows < facts.rows) {
    if (reader.offset >= chunk.length - 1) throw new Error(`${rows} of ${facts.rows} values in a column`);
    const header = library.header(reader);
    const { compressed_page_size: size, uncompressed_page_size: unpacked } = header;
    const end = reader.offset + size;
    const ratio = largestRatio[facts.codec] ?? anyRatio;
    if (!(size >= 0 && end <= chunk.length && unpacked >= 0 && unpacked <= ratio * size + 64)) {
      throw new Error(`a page of ${size} bytes that unpacks to ${unpacked} in a column of ${chunk.length}`);
    }
    rows += checkPage(header, chunk.subarray(reader.offset, end), facts, facts.rows - rows, library);
    reader.offset = end;
  }
}

/** @returns how many rows the page holds */
function checkPage(header: PageHeader, bytes: Uint8Array, facts: ChunkFacts, left: number, library: Library): number {
  const { uncompressed_page_size: size } = header;
  if (header.type === 'DICTIONARY_PAGE') {
    // A boolean takes an eighth of a byte, all else a byte at least.
    const words = header.dictionary_page_header?.num_values ?? -1;
    if (!(words >= 0 && words <= size * (facts.isBoolean ? 8 : 1))) throw new Error(`a dictionary of ${words} values`);
    return 0;
  }
  const second = header.type === 'DATA_PAGE_V2' ? header.data_page_header_v2 : undefined;
  const page = second ?? (header.type === 'DATA_PAGE' ? header.data_page_header : undefined);
  if (page === undefined) throw new Error(`a page of type ${header.type}`);
  const count = page.num_values;
  if (!(count >= 0 && count <= left)) throw new Error(`a page of ${count} values for ${left} rows`);
  let levels: Uint8Array;
  let values: Uint8Array;
  if (second) {
    const own = second.definition_levels_byte_length;
    if (!(second.repetition_levels_byte_length === 0 && own >= 0 && own <= bytes.length)) throw new Error('levels');
    if (!(second.num_nulls >= 0 && second.num_nulls <= count && second.num_rows === count)) throw new Error('nulls');
    levels = bytes.subarray(0, own);
    const packed = bytes.subarray(own);
    values = second.is_compressed === false || size === own ? packed : unpack(packed, size - own, facts.codec, library);
  } else {
    const all = unpack(bytes, size, facts.codec, library);
    const start = facts.isOptional ? 4 + viewOf(all).getUint32(0, true) : 0;
    if (start > all.length) throw new Error('levels beyond their page');
    levels = all.subarray(facts.isOptional ? 4 : 0, start);
    values = all.subarray(start);
  }
  if (facts.isOptional) checkRuns(levels, 1, count);
  if (facts.isBoolean && page.encoding === 'RLE') checkRuns(values.subarray(second ? 0 : 4), 1, count);
  if (page.encoding.endsWith('DICTIONARY') && values.length > 0) checkRuns(values.subarray(1), values[0], count);
  return count;
}

function unpack(bytes: Uint8Array, size: number, codec: string, { snappy }: Library): Uint8Array {
  if (codec === 'UNCOMPRESSED') return bytes;
  if (codec !== 'SNAPPY') return codecs[codec as keyof typeof codecs]?.(bytes, size) ?? bytes;
  const out = new Uint8Array(Math.max(0, size));
  snappy(bytes, out);
  return out;
}

/** Runs of equal or of packed values (Parquet's "RLE / bit-packing hybrid"): none longer than the page has values. */
function checkRuns(bytes: Uint8Array, width: number, count: number): void {
  if (width > 32) throw new Error(`values of ${width} bits`);
  let seen = 0;
  for (let at = 0; seen < count && at < bytes.length; ) {
    let header = 0;
    let shift = 0;
    let byte: number;
    do {
      byte = bytes[at++] ?? 0;
      header += (byte & 0x7f) * 2 ** shift;
      shift += 7;
    } while (byte & 0x80 && shift < 49);
    const isPacked = header % 2 === 1;
    const run = Math.floor(header / 2) * (isPacked ? 8 : 1);
    // The last packed run is filled up to a multiple of eight, in some writers to a block of values.
    if (run > count - seen + (isPacked ? 504 : 0)) throw new Error(`a run of ${run} values in a page of ${count}`);
    at += isPacked ? (run / 8) * width : Math.ceil(width / 8);
    seen += run;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
