import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../../src/errors/index.ts';
import type { NamedTensor } from '../../src/train/events.ts';
import { readSafetensors, safetensorsChunks } from '../../src/run/safetensors/index.ts';
import { errorOf } from './disk.ts';

const golden = (name: string): Buffer => readFileSync(new URL(`golden/${name}.safetensors`, import.meta.url));

/** The tensors that golden/make-reference.py writes. */
const reference: NamedTensor[] = [
  { name: 'scalar', shape: [], data: Float32Array.of(0.1) },
  { name: 'layer1/kernel/mean', shape: [2, 3], data: Float32Array.from({ length: 6 }, (_, i) => i / 8) },
  { name: 'layer1/bias', shape: [3], data: Float32Array.of(-1.5, 0, 3.25) },
  { name: 'empty', shape: [0, 4], data: new Float32Array(0) },
];

function write(tensors: readonly NamedTensor[], metadata?: Record<string, string>): Uint8Array {
  return Buffer.concat([...safetensorsChunks(tensors, metadata)]);
}

/** A file with any header, for what a writer would not write. */
function file(header: unknown, data = 0): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.byteLength));
  return Buffer.concat([length, json, Buffer.alloc(data)]);
}

const read = (bytes: Uint8Array) => readSafetensors(bytes, 'x.safetensors');

describe('writer', () => {
  it('gives the same bytes as the reference implementation, in whatever order the tensors come', () => {
    expect(Buffer.from(write(reference)).equals(golden('reference'))).toBe(true);
    expect(Buffer.from(write(reference.toReversed())).equals(golden('reference'))).toBe(true);
  });

  it('writes from shared memory without a copy', () => {
    const shared = new Float32Array(new SharedArrayBuffer(64), 16, 4);
    const chunks = [...safetensorsChunks([{ name: 'w', shape: [4], data: shared }])];
    expect(chunks[1].buffer).toBe(shared.buffer);
  });

  it('refuses two tensors of one name, and a shape that does not fit', () => {
    const tensor = { name: 'w', shape: [2], data: new Float32Array(2) };
    expect(() => write([tensor, tensor])).toThrowErrorMatchingInlineSnapshot(
      `[CheckpointError: a tensor file needs each name once: got "w" twice]`,
    );
    expect(() => write([{ ...tensor, name: '__metadata__' }])).toThrowErrorMatchingInlineSnapshot(
      `[CheckpointError: a tensor file needs each name once: got "__metadata__" as a tensor]`,
    );
    expect(() => write([{ ...tensor, shape: [3] }])).toThrowErrorMatchingInlineSnapshot(
      `[CheckpointError: tensor w does not fit its shape: got 2 elements, expected 3 for [3]]`,
    );
  });
});

describe('reader', () => {
  it('reads what the reference implementation writes', () => {
    const { tensors } = read(golden('reference'));
    expect(tensors.map(({ name, shape, data }) => ({ name, shape, data }))).toEqual([
      reference[3],
      reference[2],
      reference[1],
      reference[0],
    ]);
  });

  it('reads the other types, aligned or not, and metadata', () => {
    const unaligned = Buffer.concat([Buffer.alloc(1), golden('types')]).subarray(1);
    for (const bytes of [golden('types'), unaligned]) {
      const { tensors, metadata } = read(bytes);
      const data = Object.fromEntries(tensors.map((tensor) => [tensor.name, tensor.data]));
      expect(data).toEqual({
        bytes: Uint8Array.of(1, 2, 255),
        doubles: Float64Array.of(0.1, -2),
        integers: Int32Array.of(-1, 7),
        long: BigInt64Array.of(2n ** 53n + 1n),
        real: Float32Array.of(0.5),
      });
      expect([...metadata]).toEqual([['made by', 'safetensors']]);
    }
  });

  it('gives back any tensors and metadata, names that JavaScript treats specially too', () => {
    const name = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', '10', '9', 'é"\\\n'));
    const tensor = fc
      .tuple(name, fc.array(fc.nat(3), { maxLength: 3 }))
      .chain(([name, shape]) => {
        const count = shape.reduce((product, size) => product * size, 1);
        const data = fc.float32Array({ minLength: count, maxLength: count });
        return fc.record({ name: fc.constant(name), shape: fc.constant(shape), data });
      })
      .filter(({ name }) => name !== '__metadata__');
    const tensors = fc.uniqueArray(tensor, { selector: ({ name }) => name, maxLength: 6 });
    fc.assert(
      fc.property(tensors, fc.dictionary(fc.string(), fc.string()), (tensors, metadata) => {
        const found = read(write(tensors, metadata));
        const expected = tensors.toSorted((a, b) => (a.name < b.name ? -1 : 1));
        const actual = found.tensors.toSorted((a, b) => (a.name < b.name ? -1 : 1));
        expect(actual.map(({ name, shape, data }) => ({ name, shape, data }))).toEqual(expected);
        expect(Object.fromEntries(found.metadata)).toEqual({ ...metadata });
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('says what is wrong with a file', () => {
    const entry = { dtype: 'F32', shape: [1], data_offsets: [0, 4] };
    const message = (bytes: Uint8Array): string => {
      try {
        read(bytes);
      } catch (error) {
        if (error instanceof CheckpointError)
          return error.message.replace('x.safetensors is no safetensors file, ', '');
        throw error;
      }
      return 'was read';
    };
    const tooLong = new Uint8Array(100_000_100);
    new DataView(tooLong.buffer).setBigUint64(0, 100_000_001n, true);
    expect([
      message(new Uint8Array(7)),
      message(golden('reference').subarray(0, 100)),
      message(new Uint8Array(16).fill(255)),
      message(tooLong),
      message(file('{')),
      message(file('\u{feff}{}')),
      message(file('[]')),
      message(file('{"w":1,"\\u0077":2}')),
      message(file({ __metadata__: 1 })),
      message(file({ __metadata__: { a: 1 } })),
      message(file({ w: [] })),
      message(file({ w: { ...entry, extra: 1 } }, 4)),
      message(file({ w: { ...entry, dtype: 'F16' } }, 4)),
      message(file({ w: { ...entry, dtype: 'toString' } }, 4)),
      message(file({ w: { ...entry, shape: [-1] } }, 4)),
      message(file({ w: { ...entry, data_offsets: [4, 0] } }, 4)),
      message(file({ w: { ...entry, shape: [2 ** 30, 2 ** 30] } }, 4)),
      message(file({ w: entry, v: entry }, 4)),
      message(file({ w: entry, v: { ...entry, data_offsets: [8, 12] } }, 12)),
      message(file({ w: entry }, 8)),
      message(file({ w: entry }, 3)),
    ]).toMatchInlineSnapshot(`
      [
        "its header is cut off: got 7 bytes",
        "its header is longer than the file: got 264 bytes, expected at most 92",
        "its header is longer than the file: got 18446744073709551615 bytes, expected at most 8",
        "its header is longer than the file: got 100000001 bytes, expected at most 100000000",
        "its header is not JSON",
        "its header is not JSON",
        "its header is not a JSON object",
        "a name stands in its header twice: got "w"",
        "its metadata is not a JSON object",
        "its metadata "a" is not a text",
        "tensor "w" is not described by a JSON object",
        "tensor "w" has an unknown key: got "extra"",
        "tensor "w" has an unknown type: got "F16", expected F64, F32, I64, I32, U8",
        "tensor "w" has an unknown type: got "toString", expected F64, F32, I64, I32, U8",
        "tensor "w" has no valid shape",
        "tensor "w" has no valid data_offsets",
        "tensor "w" does not fit its shape: got 4 bytes, expected 4611686018427388000",
        "tensor "v" overlaps the one before it: got offset 0, expected 4",
        "tensor "v" leaves a gap before it: got offset 8, expected 4",
        "its data has the wrong length: got 8 bytes, expected 4",
        "its data has the wrong length: got 3 bytes, expected 4",
      ]
    `);
  });

  it('meets ten thousand mutilated files with CheckpointError and nothing else', () => {
    const originals = [golden('reference'), golden('types')];
    const mutation = fc.record({
      original: fc.constantFrom(...originals),
      flips: fc.array(fc.tuple(fc.nat(400), fc.integer({ min: 1, max: 255 })), { maxLength: 4 }),
      cut: fc.option(fc.nat(400), { freq: 4 }),
      inserted: fc.option(fc.tuple(fc.nat(400), fc.uint8Array({ maxLength: 12 })), { freq: 4 }),
    });
    let refused = 0;
    fc.assert(
      fc.property(mutation, ({ original, flips, cut, inserted }) => {
        let bytes = Buffer.from(original);
        for (const [place, flip] of flips) bytes[place % bytes.length] = bytes[place % bytes.length] ^ flip;
        if (inserted) bytes = Buffer.concat([bytes.subarray(0, inserted[0]), inserted[1], bytes.subarray(inserted[0])]);
        if (cut !== null) bytes = bytes.subarray(0, cut);
        let total = 0;
        const error = errorOf(() => {
          total = read(bytes).tensors.reduce((sum, { data }) => sum + data.byteLength, 0);
        });
        expect(error === null || error instanceof CheckpointError).toBe(true);
        expect(total).toBeLessThanOrEqual(bytes.byteLength);
        if (error !== null) refused++;
      }),
      { seed: 2, numRuns: 10_000 },
    );
    expect(refused).toBeGreaterThan(1000);
  });

  it('is not stopped by a deeply nested header', () => {
    expect(() => read(file(`{"w":${'['.repeat(1e6)}${']'.repeat(1e6)}}`))).toThrow(CheckpointError);
    expect(() => read(file('{"w":'.repeat(1e5) + '1' + '}'.repeat(1e5)))).toThrow(CheckpointError);
  });
});
