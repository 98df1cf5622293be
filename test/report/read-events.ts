/** A reader of event files for tests: checks every crc, and knows the fields that credence writes and no other. */
import { readFileSync } from 'node:fs';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { maskedCrc32c } from '../../src/report/tensorboard/record.ts';

export interface ReadEvent {
  wallTime: number;
  step: number;
  fileVersion?: string;
  sessionStatus?: number;
  scalars: Record<string, number>;
  histograms: Record<string, ReadHistogram>;
  /** messages of plugins */
  plugins: Record<string, { name: string; content: Uint8Array }>;
}

interface ReadHistogram {
  min: number;
  max: number;
  count: number;
  sum: number;
  sumOfSquares: number;
  limits: number[];
  counts: number[];
}

export function readEventFile(path: string): ReadEvent[] {
  return readRecords(readFileSync(path)).map(readEvent);
}

export function readRecords(bytes: Uint8Array): Uint8Array[] {
  const records: Uint8Array[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.byteLength; ) {
    const length = Number(view.getBigUint64(at, true));
    if (view.getUint32(at + 8, true) !== maskedCrc32c(bytes.subarray(at, at + 8))) throw new Error('crc of a length');
    const data = bytes.subarray(at + 12, at + 12 + length);
    if (view.getUint32(at + 12 + length, true) !== maskedCrc32c(data)) throw new Error('crc of a record');
    records.push(data);
    at += 16 + length;
  }
  return records;
}

function readEvent(bytes: Uint8Array): ReadEvent {
  const event: ReadEvent = { wallTime: 0, step: 0, scalars: {}, histograms: {}, plugins: {} };
  eachField(bytes, {
    1: (reader) => (event.wallTime = reader.double()),
    2: (reader) => (event.step = Number(reader.int64())),
    3: (reader) => (event.fileVersion = reader.string()),
    5: (reader) => eachField(reader.bytes(), { 1: (summary) => readValue(summary.bytes(), event) }),
    7: (reader) => eachField(reader.bytes(), { 1: (session) => (event.sessionStatus = session.int32()) }),
  });
  return event;
}

function readValue(bytes: Uint8Array, event: ReadEvent): void {
  let tag = '';
  eachField(bytes, {
    1: (reader) => (tag = reader.string()),
    2: (reader) => (event.scalars[tag] = reader.float()),
    5: (reader) => (event.histograms[tag] = readHistogram(reader.bytes())),
    8: (reader) => {
      if (Buffer.from(reader.bytes()).toString('hex') !== '080112021200') throw new Error('a tensor with numbers');
    },
    9: (reader) => eachField(reader.bytes(), { 1: (plugin) => (event.plugins[tag] = readPlugin(plugin.bytes())) }),
  });
}

function readPlugin(bytes: Uint8Array): { name: string; content: Uint8Array } {
  const found: { name: string; content: Uint8Array } = { name: '', content: new Uint8Array(0) };
  eachField(bytes, {
    1: (reader) => (found.name = reader.string()),
    2: (reader) => (found.content = reader.bytes()),
  });
  return found;
}

function readHistogram(bytes: Uint8Array): ReadHistogram {
  const found: ReadHistogram = { min: 0, max: 0, count: 0, sum: 0, sumOfSquares: 0, limits: [], counts: [] };
  eachField(bytes, {
    1: (reader) => (found.min = reader.double()),
    2: (reader) => (found.max = reader.double()),
    3: (reader) => (found.count = reader.double()),
    4: (reader) => (found.sum = reader.double()),
    5: (reader) => (found.sumOfSquares = reader.double()),
    6: (reader) => (found.limits = readDoubles(reader.bytes())),
    7: (reader) => (found.counts = readDoubles(reader.bytes())),
  });
  return found;
}

function readDoubles(bytes: Uint8Array): number[] {
  const reader = new BinaryReader(bytes);
  const numbers: number[] = [];
  while (reader.pos < reader.len) numbers.push(reader.double());
  return numbers;
}

function eachField(bytes: Uint8Array, fields: Record<number, (reader: BinaryReader) => unknown>): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field] = reader.tag();
    if (!(field in fields)) throw new Error(`unknown field ${field}`);
    fields[field](reader);
  }
}
