/** Reader of safetensors files that trusts nothing: every number in the header is checked before it is used. */
import { CheckpointError } from '../../errors/index.ts';
import { repeatedKey } from './json-keys.ts';

const arrays = {
  F64: Float64Array,
  F32: Float32Array,
  I64: BigInt64Array,
  I32: Int32Array,
  U8: Uint8Array,
} as const;

type StoredType = keyof typeof arrays;

interface Described {
  readonly name: string;
  readonly shape: readonly number[];
}

type StoredTensor = Described &
  (
    | { readonly dtype: 'F64'; readonly data: Float64Array }
    | { readonly dtype: 'F32'; readonly data: Float32Array }
    | { readonly dtype: 'I64'; readonly data: BigInt64Array }
    | { readonly dtype: 'I32'; readonly data: Int32Array }
    | { readonly dtype: 'U8'; readonly data: Uint8Array }
  );

interface TensorFile {
  /** in the order of their data */
  readonly tensors: readonly StoredTensor[];
  readonly metadata: ReadonlyMap<string, string>;
}

/** The limit of the format's reference implementation. */
const largestHeader = 100_000_000;

interface Entry extends Described {
  readonly dtype: StoredType;
  readonly begin: number;
  readonly end: number;
}

/**
 * @param bytes the whole file; the tensors are views of it where the data is aligned
 * @param file its name, for messages
 * @throws CheckpointError for anything that is not exactly a safetensors file
 */
export function readSafetensors(bytes: Uint8Array, file: string): TensorFile {
  const refuse: Refuse = (what, detail) => {
    throw new CheckpointError(`${file} is no safetensors file, ${what}`, detail);
  };
  const { header, dataStart } = readHeader(bytes, refuse);
  const metadata = new Map<string, string>();
  const entries: Entry[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') readMetadata(value, metadata, refuse);
    else entries.push(readEntry(name, value, refuse));
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCoverage(entries, bytes.byteLength - dataStart, refuse);
  return { tensors: entries.map((entry) => view(bytes, dataStart, entry)), metadata };
}

type Refuse = (what: string, detail?: { got?: string; expected?: string; cause?: unknown }) => never;

function readHeader(bytes: Uint8Array, refuse: Refuse): { header: Record<string, unknown>; dataStart: number } {
  if (bytes.byteLength < 8) refuse('its header is cut off', { got: `${bytes.byteLength} bytes` });
  const declared = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  const limit = Math.min(bytes.byteLength - 8, largestHeader);
  if (declared > BigInt(limit)) {
    refuse('its header is longer than the file', { got: `${declared} bytes`, expected: `at most ${limit}` });
  }
  const dataStart = 8 + Number(declared);
  let header: unknown;
  let json = '';
  try {
    json = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(8, dataStart));
    header = JSON.parse(json);
  } catch (cause) {
    refuse('its header is not JSON', { cause });
  }
  if (!isObject(header)) refuse('its header is not a JSON object');
  const repeated = repeatedKey(json);
  if (repeated !== null) refuse('a name stands in its header twice', { got: JSON.stringify(repeated) });
  return { header, dataStart };
}

function readMetadata(value: unknown, metadata: Map<string, string>, refuse: Refuse): void {
  if (!isObject(value)) refuse('its metadata is not a JSON object');
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') refuse(`its metadata ${JSON.stringify(key)} is not a text`);
    metadata.set(key, text);
  }
}

function readEntry(name: string, value: unknown, refuse: Refuse): Entry {
  const label = `tensor ${JSON.stringify(name)}`;
  if (!isObject(value)) refuse(`${label} is not described by a JSON object`);
  const unknown = Object.keys(value).find((key) => key !== 'dtype' && key !== 'shape' && key !== 'data_offsets');
  if (unknown !== undefined) refuse(`${label} has an unknown key`, { got: JSON.stringify(unknown) });
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isStoredType(dtype)) {
    refuse(`${label} has an unknown type`, { got: JSON.stringify(dtype), expected: Object.keys(arrays).join(', ') });
  }
  if (!isSizes(shape)) refuse(`${label} has no valid shape`);
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0] > offsets[1]) {
    refuse(`${label} has no valid data_offsets`);
  }
  const [begin, end] = offsets;
  const size = shape.reduce((product, length) => product * length, arrays[dtype].BYTES_PER_ELEMENT);
  if (size !== end - begin) {
    refuse(`${label} does not fit its shape`, { got: `${end - begin} bytes`, expected: `${size}` });
  }
  return { name, dtype, shape, begin, end };
}

/** The data of all tensors lie side by side: no hole, no overlap, nothing behind. */
function checkCoverage(sorted: readonly Entry[], length: number, refuse: Refuse): void {
  let end = 0;
  for (const entry of sorted) {
    if (entry.begin !== end) {
      const place = entry.begin < end ? 'overlaps the one before it' : 'leaves a gap before it';
      refuse(`tensor ${JSON.stringify(entry.name)} ${place}`, { got: `offset ${entry.begin}`, expected: `${end}` });
    }
    end = entry.end;
  }
  if (end !== length) refuse('its data has the wrong length', { got: `${length} bytes`, expected: `${end}` });
}

function view(file: Uint8Array, dataStart: number, { name, dtype, shape, begin, end }: Entry): StoredTensor {
  const bytes = file.subarray(dataStart + begin, dataStart + end);
  const size = arrays[dtype].BYTES_PER_ELEMENT;
  const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  const args = [aligned.buffer, aligned.byteOffset, aligned.byteLength / size] as const;
  switch (dtype) {
    case 'F64':
      return { name, shape, dtype, data: new Float64Array(...args) };
    case 'F32':
      return { name, shape, dtype, data: new Float32Array(...args) };
    case 'I64':
      return { name, shape, dtype, data: new BigInt64Array(...args) };
    case 'I32':
      return { name, shape, dtype, data: new Int32Array(...args) };
    case 'U8':
      return { name, shape, dtype, data: new Uint8Array(...args) };
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStoredType(value: unknown): value is StoredType {
  return typeof value === 'string' && Object.hasOwn(arrays, value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
