/**
 * Thousands of damaged files per reader: each is read, or refused with an error of credence; never another exception, and
 * never an array that is larger than what the file's own length allows.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { encode } from 'fast-png';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ArrayFile } from '../../src/datasets/own/arrays/array-file.ts';
import { sizeOf } from '../../src/graph/index.ts';
import { openNumbers } from '../../src/datasets/own/stream/open.ts';
import { withHdf5 } from '../../src/datasets/own/arrays/hdf5.ts';
import { openNpz } from '../../src/datasets/own/arrays/numpy.ts';
import { readCsv } from '../../src/datasets/own/csv/read.ts';
import { readParquet } from '../../src/datasets/own/parquet/read.ts';
import { readPicture, readPictureHeader } from '../../src/datasets/own/pictures/picture.ts';
import { memoryBytes } from '../../src/datasets/readers/bytes.ts';
import { gunzip } from '../../src/datasets/readers/deflate.ts';
import { readIdx } from '../../src/datasets/readers/idx.ts';
import { readNpy } from '../../src/datasets/readers/npy.ts';
import { PickledArray, readPickle } from '../../src/datasets/readers/pickle/index.ts';
import { readPng } from '../../src/datasets/readers/png.ts';
import { readZipEntry } from '../../src/datasets/readers/zip.ts';
import { readZipDirectory } from '../../src/datasets/readers/zip-directory.ts';
import { bytesOfPixels, integersOf } from '../../src/datasets/sets/pixels.ts';
import { CredenceError } from '../../src/errors/index.ts';
import { pickle, pickledArray } from './cifar-fixtures.ts';
import { changes } from './damage.ts';
import { scratchFolders } from '../run/disk.ts';
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

/** @returns how many damaged files were refused */
async function fuzzOwn(
  files: readonly Uint8Array[],
  read: (bytes: Uint8Array) => Promise<void> | void,
  numRuns: number,
): Promise<number> {
  for (const file of files) await read(file);
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...files), changes, async (file, todo) => {
      const bytes = todo.reduce((changed, change) => change(changed), file);
      largestAllocation = 0;
      try {
        await read(bytes);
      } catch (error) {
        if (!(error instanceof CredenceError)) throw error;
        expect(error.message).not.toContain('\n');
        refused++;
      }
      expect(largestAllocation).toBeLessThanOrEqual(largestRatio * bytes.length + slack);
    }),
    { numRuns, seed: 20261125 },
  );
  return refused;
}

describe("damaged files of one's own", () => {
  const scratch = scratchFolders();
  const fixture = (name: string) => new Uint8Array(readFileSync(join(import.meta.dirname, 'fixtures-own', name)));

  it('CSV', async () => {
    const encoder = new TextEncoder();
    const files = [
      'a,b,y\n1,red,2\n3,"gr ""e"" en",4\n\n5,,6\n',
      '\ufeffa;y\r\n1;2\r\n3;"x\r\nz"\r\n',
      'é\tn\n漢\t1e3\n',
    ];
    const read = async (bytes: Uint8Array): Promise<void> => {
      const table = await readCsv('file', () => [bytes.subarray(0, 20), bytes.subarray(20)], {
        delimiter: null,
        choose: (_, names) => names,
      });
      for (const column of table.columns) {
        expect(column.kind === 'number' ? column.values : column.codes).toHaveLength(table.count);
      }
      expect(table.count * table.columns.length).toBeLessThanOrEqual(bytes.length);
    };
    expect(
      await fuzzOwn(
        files.map((text) => encoder.encode(text)),
        read,
        4000,
      ),
    ).toBeGreaterThan(1000);
  });

  it('Parquet', async () => {
    const files = ['snappy.parquet', 'gzip.parquet', 'plain.parquet'].map(fixture);
    const read = async (bytes: Uint8Array): Promise<void> => {
      const table = await readParquet(memoryBytes('file', bytes), (_, names) => names);
      for (const column of table.columns) {
        expect(column.kind === 'number' ? column.values : column.codes).toHaveLength(table.count);
      }
    };
    expect(await fuzzOwn(files, read, 4000)).toBeGreaterThan(1000);
  });

  it('HDF5', async () => {
    const path = join(scratch(), 'file.h5');
    const read = async (bytes: Uint8Array): Promise<void> => {
      writeFileSync(path, bytes);
      await withHdf5(path, bytes.length, async (file) => {
        for (const name of file.names) {
          if (name === 'more/complex') continue;
          const own = await file.read(name);
          // what is read at once is the same, read row by row
          const place = await file.placeOf?.(name);
          if (!place || own.kind === 'texts') continue;
          const rows = openNumbers(place);
          const [count = 0, ...rest] = place.shape;
          const size = sizeOf(rest);
          for (let row = 0; row < count; row++) {
            const expected = own.data.subarray(row * size, (row + 1) * size);
            expect(Array.from(rows.read(row, 1))).toEqual(Array.from(expected));
          }
        }
      });
    };
    // A thread and the library anew for each.
    expect(await fuzzOwn([fixture('arrays.h5')], read, 16)).toBeGreaterThan(5);
  });

  it('HDF5, with damage that lets the library go round in circles', async () => {
    const path = join(scratch(), 'file.h5');
    const bytes = fixture('arrays.h5');
    bytes[8816] = 0;
    bytes[13194] = 120;
    writeFileSync(path, bytes);
    const all = async (file: ArrayFile): Promise<void> => {
      for (const name of file.names) if (name !== 'more/complex') await file.read(name);
    };
    const error: unknown = await withHdf5(path, bytes.length, all, 4000).catch((own: unknown) => own);
    expect(String(error).replace(path, 'file.h5')).toMatchInlineSnapshot(
      `"DataError: file.h5 is no HDF5 file, or is damaged: got no end of reading after 4 s. Fetch or copy it again"`,
    );
  });

  it('JPEG', async () => {
    const files = ['colour.jpg', 'halved.jpg', 'grey.jpg'].map(fixture);
    const read = async (bytes: Uint8Array): Promise<void> => {
      const source = memoryBytes('file', bytes);
      const { width, height, channels } = readPictureHeader(source);
      expect(await readPicture(source, [height, width, channels], 'dropped')).toHaveLength(width * height * channels);
    };
    expect(await fuzzOwn(files, read, 2000)).toBeGreaterThan(500);
  });

  it('npz of any type', async () => {
    const names = npy('<U3', [2], Uint32Array.from([97, 0, 0, 98, 99, 0]));
    const arrays = { x: npy('<f2', [4], new Uint16Array(4)), y: npy('|b1', [4], new Uint8Array(4)), names };
    const read = (bytes: Uint8Array): void => {
      const file = openNpz(memoryBytes('file', bytes));
      for (const name of file.names) file.read(name);
    };
    expect(await fuzzOwn([npz(arrays, 0), npz(arrays, 6)], read, 4000)).toBeGreaterThan(1000);
  });
});
