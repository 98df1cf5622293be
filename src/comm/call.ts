import { type Elements, type Reduction, elementTypes, typeOf } from './elements.ts';

const operations = [
  'allreduce sum',
  'allreduce max',
  'allreduce min',
  'broadcast',
  'allgather',
  'barrier',
  'fold',
] as const;
export type Operation = (typeof operations)[number];

/** What a rank does in a collective operation; what must be the same on all ranks. */
export interface Call {
  readonly operation: Operation;
  readonly name: string;
  readonly elements: Elements | null;
  /** of a broadcast; for a fold the number of parts over all ranks */
  readonly extra: number;
}

export function allreduceOperation(reduction: Reduction): Operation {
  return `allreduce ${reduction}`;
}

/** Layout of a header in 32-bit words: what is compared, then the name as UTF-8. */
const word = { sequence: 0, operation: 1, type: 2, count: 3, extra: 4, step: 5, hash: 6, bytes: 7, name: 8 } as const;
const nameWords = 16;

/** Words of a header. */
export const headerWords = word.name + nameWords;
/** The first words: equal on all ranks if they do the same. */
export const comparedWords = word.bytes;

const encoder = new TextEncoder();

/** A header with everything but sequence and step. */
export function encodeCall({ operation, name, elements, extra }: Call): Int32Array {
  const header = new Int32Array(headerWords);
  const bytes = encoder.encode(name);
  header[word.operation] = operations.indexOf(operation);
  header[word.type] = elements ? elementTypes.indexOf(typeOf(elements)) : -1;
  header[word.count] = elements ? elements.length : 0;
  header[word.extra] = extra;
  header[word.hash] = hash(bytes);
  header[word.bytes] = Math.min(bytes.length, 4 * nameWords);
  new Uint8Array(header.buffer, 4 * word.name).set(bytes.subarray(0, 4 * nameWords));
  return header;
}

export function stamp(header: Int32Array, sequence: number, step: number): void {
  header[word.sequence] = sequence;
  header[word.step] = step;
}

/** Whether two headers, each at its place, stand for the same call; the wording of a name may be cut off, its hash is not. */
export function isSameCall(a: Int32Array, offsetA: number, b: Int32Array, offsetB: number): boolean {
  for (let i = 0; i < comparedWords; i++) if (a[offsetA + i] !== b[offsetB + i]) return false;
  return true;
}

/** For people: `allreduce sum of "bucket 2" (float32 x 1000) at step 17`. */
export function describeCall(words: Int32Array, offset = 0): string {
  const at = (i: number) => words[offset + i];
  const bytes = new Uint8Array(4 * nameWords);
  new Int32Array(bytes.buffer).set(words.subarray(offset + word.name, offset + headerWords));
  const name = new TextDecoder().decode(bytes.subarray(0, at(word.bytes)));
  const operation = operations[at(word.operation)];
  const type = elementTypes[at(word.type)];
  const parts = operation === 'fold' ? `, ${at(word.extra)} parts` : '';
  const root = operation === 'broadcast' ? ` from rank ${at(word.extra)}` : '';
  const what = type === undefined ? '' : ` (${type} x ${at(word.count)}${parts})`;
  return `${operation}${root} of "${name}"${what} at step ${at(word.step)}`;
}

/** FNV-1a, 32 bits. */
function hash(bytes: Uint8Array): number {
  let value = 0x811c9dc5;
  for (const byte of bytes) value = Math.imul(value ^ byte, 0x01000193);
  return value | 0;
}
