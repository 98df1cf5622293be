/**
 * Thousands of damaged files per reader: each is read, or refused with an error of credence; never another exception, and
 * never an array that is larger than what the file's own length allows.
 */
import { crc32, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { encode } from 'fast-png';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryBytes } from '../../src/datasets/readers/bytes.ts';
import { gunzip } from '../../src/datasets/readers/deflate.ts';
import { readIdx } from '../../src/datasets/readers/idx.ts';
import { readNpy } from '../../src/datasets/readers/npy.ts';
import { PickledArray, readPickle } from '../../src/datasets/readers/pickle/index.ts';
import { readPng } from '../../src/datasets/readers/png.ts';
import { readZipDirectory, readZipEntry } from '../../src/datasets/readers/zip.ts';
import { bytesOfPixels, integersOf } from '../../src/datasets/sets/pixels.ts';
import { CredenceError } from '../../src/errors/index.ts';
import { pickle, pickledArray } from './cifar-fixtures.ts';
import { idx, npy, npz } from './fixtures.ts';

/** What deflate can make of one byte, and a little for buffers of a fixed size. */
const largestRatio = 1032;
const slack = 64;

let largestAllocation = 0;

beforeEach(() => {
  const note = (length: number): void => {
    largestAllocation = Math.max(largestAllocation, length);
  };
  const Shared = SharedArrayBuffer;
  vi.stubGlobal(
    'SharedArrayBuffer',
    class extends Shared {
      constructor(length: number) {
        note(length);
        super(length);
      }
    },
  );
  // zlib takes its output from here.
  const allocate = Buffer.allocUnsafe;
  vi.spyOn(Buffer, 'allocUnsafe').mockImplementation((length) => {
    note(length);
    return allocate(length);
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** The PNG with the checksum that belongs to each of its chunks, as far as they can be told apart. */
function withChecksums(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  for (let at = 8; at + 12 <= copy.length; ) {
    const end = at + 12 + view.getUint32(at);
    if (end > copy.length) break;
    view.setUint32(end - 4, crc32(copy.subarray(at + 4, end - 4)));
    at = end;
  }
  return copy;
}

type Change = (bytes: Uint8Array) => Uint8Array;

const place = fc.oneof(
  fc.nat(),
  fc.nat(80),
  fc.nat(80).map((fromEnd) => -1 - fromEnd),
);

function at(bytes: Uint8Array, where: number): number {
  if (bytes.length === 0) return 0;
  return where < 0 ? Math.max(0, bytes.length + where) : where % bytes.length;
}

const flip = fc.tuple(place, fc.nat(7)).map(
  ([where, bit]): Change =>
    (bytes) => {
      const copy = bytes.slice();
      copy[at(copy, where)] ^= 1 << bit;
      return copy;
    },
);
const truncate = place.map(
  (where): Change =>
    (bytes) =>
      bytes.slice(0, at(bytes, where)),
);
const behead = fc.nat(40).map(
  (count): Change =>
    (bytes) =>
      bytes.slice(count),
);
const extend = fc.uint8Array({ minLength: 1, maxLength: 40 }).map(
  (more): Change =>
    (bytes) =>
      new Uint8Array([...bytes, ...more]),
);
const overwrite = fc
  .tuple(place, fc.constantFrom([0], [255], [0, 0, 0, 0], [255, 255, 255, 255], [255, 255, 255, 127], [0, 0, 0, 128]))
  .map(
    ([where, values]): Change =>
      (bytes) => {
        const copy = bytes.slice();
        copy.set(values.slice(0, copy.length - at(copy, where)), at(copy, where));
        return copy;
      },
  );
const digit = fc.tuple(place, fc.integer({ min: 32, max: 126 })).map(
  ([where, code]): Change =>
    (bytes) => {
      const copy = bytes.slice();
      copy[at(copy, where)] = code;
      return copy;
    },
);
const changes = fc.array(fc.oneof(flip, truncate, behead, extend, overwrite, digit), { minLength: 1, maxLength: 4 });

/** @returns whether the file was read; an error other than credence's is thrown on */
function attempt(read: (bytes: Uint8Array) => void, bytes: Uint8Array): boolean {
  try {
    read(bytes);
    return true;
  } catch (error) {
    if (!(error instanceof CredenceError)) throw error;
    expect(error.message).not.toContain('\n');
    return false;
  }
}

/** @returns how many damaged files were refused */
function fuzz(files: readonly Uint8Array[], read: (bytes: Uint8Array) => void): number {
  // The instruments work: arrays of the files as they are, are seen.
  for (const file of files) attempt(read, file);
  expect(largestAllocation).toBeGreaterThan(0);
  let refused = 0;
  fc.assert(
    fc.property(fc.constantFrom(...files), changes, (file, todo) => {
      const bytes = todo.reduce((changed, change) => change(changed), file);
      largestAllocation = 0;
      if (!attempt(read, bytes)) refused++;
      expect(largestAllocation).toBeLessThanOrEqual(largestRatio * bytes.length + slack);
    }),
    { numRuns: 4000, seed: 20261123 },
  );
  return refused;
}

describe('damaged files', () => {
  const data = Uint8Array.from({ length: 240 }, (_, i) => i * i);

  it('IDX', () => {
    const refused = fuzz([idx([10, 4, 6], data), idx([60, 2, 2], data), idx([0, 4, 6], new Uint8Array(0))], (bytes) => {
      const { shape, data: elements } = readIdx(memoryBytes('file', bytes), 3);
      expect(elements.length).toBe(shape[0] * shape[1] * shape[2]);
    });
    expect(refused).toBeGreaterThan(1000);
  });

  it('gzip', () => {
    const files = [gzipSync(data), gzipSync(idx([240], data)), gzipSync(new Uint8Array(5000))];
    const refused = fuzz(
      files.map((file) => new Uint8Array(file)),
      (bytes) => void gunzip(memoryBytes('file', bytes)),
    );
    expect(refused).toBeGreaterThan(1000);
  });

  it('npy, with its numbers as pixels and as labels', () => {
    const files = [
      npy('|u1', [10, 24], data),
      npy('<i4', [6, 10], new Int32Array(60)),
      npy('<i8', [30], new BigInt64Array(30)),
      npy('<f4', [60], new Float32Array(60).fill(1), 2),
      npy('<f8', [5, 6], new Float64Array(30).fill(254), 3),
    ];
    const refused = fuzz(files, (bytes) => {
      const array = readNpy('file', bytes);
      expect(bytesOfPixels(array)).toHaveLength(array.shape.reduce((product, dimension) => product * dimension, 1));
      integersOf(array);
    });
    expect(refused).toBeGreaterThan(1000);
  });

  it('pickles', () => {
    const values = { labels: [']' as const], data: pickledArray([2, 120], data) };
    const files = [pickle(values), pickle({ data: pickledArray([1, 0], new Uint8Array(0)) })];
    const read = (bytes: Uint8Array): void => {
      largestAllocation = Math.max(largestAllocation, 1);
      const value = readPickle('file', bytes);
      if (!(value instanceof Map)) return;
      for (const entry of value.values()) {
        if (entry instanceof PickledArray) expect(entry.data.length).toBeLessThanOrEqual(bytes.length);
      }
    };
    expect(fuzz(files, read)).toBeGreaterThan(1000);
  });

  it('PNG', () => {
    const picture = (width: number, height: number) =>
      encode({ width, height, data: data.subarray(0, 3 * width * height), channels: 3, depth: 8 });
    const files = [picture(8, 10), picture(8, 1)];
    // Half of the damage would end at a checksum: it is mended, as whoever means harm would.
    const read = (bytes: Uint8Array): void => void readPng(memoryBytes('file', withChecksums(bytes)), () => {});
    expect(fuzz(files, read)).toBeGreaterThan(1000);
  });

  it('npz', () => {
    const arrays = { x_train: npy('|u1', [240], data), y_train: npy('|u1', [0], new Uint8Array(0)) };
    const refused = fuzz([npz(arrays, 0), npz(arrays, 6)], (bytes) => {
      const source = memoryBytes('file', bytes);
      for (const [name, entry] of readZipDirectory(source)) readNpy(name, readZipEntry(source, entry));
    });
    expect(refused).toBeGreaterThan(1000);
  });
});
