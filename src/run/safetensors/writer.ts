/**
 * Safetensors: 8 bytes of header length, a JSON header, the tensors' bytes one after the other
 * (https://github.com/huggingface/safetensors#format). The same tensors give the same bytes.
 */
import { CheckpointError } from '../../errors/index.ts';
import type { NamedTensor } from '../../train/index.ts';

/** By UTF-16 code units, which no locale changes. */
export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** The tensor's own bytes, not a copy. Typed arrays are little-endian on every machine that WebAssembly's SIMD knows. */
export function bytesOf(tensor: NamedTensor): Uint8Array {
  return new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
}

/**
 * The file, piece by piece: the header, then each tensor's own memory in the order of names, so that a checkpoint of any
 * size needs no second copy.
 * @throws CheckpointError for two tensors of one name, or a shape that does not fit its data
 */
export function* safetensorsChunks(
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>> = {},
): Generator<Uint8Array> {
  const sorted = tensors.toSorted(byName);
  yield header(sorted, metadata);
  for (const tensor of sorted) yield bytesOf(tensor);
}

function header(sorted: readonly NamedTensor[], metadata: Readonly<Record<string, string>>): Uint8Array {
  // Entries are joined by hand: an object would sort names that look like integers, and swallow `__proto__`.
  const entries: string[] = [];
  const keys = Object.keys(metadata).toSorted();
  if (keys.length > 0) {
    const pairs = keys.map((key) => `${JSON.stringify(key)}:${JSON.stringify(metadata[key])}`);
    entries.push(`"__metadata__":{${pairs.join(',')}}`);
  }
  let end = 0;
  let previous: string | null = null;
  for (const { name, shape, data } of sorted) {
    checkTensor(name, shape, data.length, previous);
    const begin = end;
    end += data.byteLength;
    entries.push(
      `${JSON.stringify(name)}:{"dtype":"F32","shape":[${shape.join(',')}],"data_offsets":[${begin},${end}]}`,
    );
    previous = name;
  }
  const json = Buffer.from(`{${entries.join(',')}}`);
  // Blanks up to a multiple of 8, so that a reader may use the data where it lies.
  const padded = Math.ceil(json.byteLength / 8) * 8;
  const bytes = Buffer.alloc(8 + padded, ' ');
  bytes.writeBigUInt64LE(BigInt(padded), 0);
  bytes.set(json, 8);
  return bytes;
}

function checkTensor(name: string, shape: readonly number[], elements: number, previous: string | null): void {
  if (name === previous || name === '__metadata__') {
    throw new CheckpointError('a tensor file needs each name once', {
      got: `${JSON.stringify(name)} ${name === previous ? 'twice' : 'as a tensor'}`,
    });
  }
  const expected = shape.reduce((product, size) => product * size, 1);
  if (expected !== elements) {
    throw new CheckpointError(`tensor ${name} does not fit its shape`, {
      got: `${elements} elements`,
      expected: `${expected} for [${shape.join(', ')}]`,
    });
  }
}
