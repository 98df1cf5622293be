/**
 * IDX, the format of MNIST's files (LeCun, Cortes and Burges): two zero bytes, the type (0x08: unsigned bytes), the
 * number of dimensions, each dimension as a big-endian 32-bit integer, then the elements in row-major order.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { DataError } from '../../errors/index.ts';
import { type ByteSource, readBytes, sharedBytes } from './bytes.ts';

const unsignedByte = 0x08;

export interface IdxHeader {
  readonly shape: readonly number[];
  /** where the elements start */
  readonly offset: number;
  /** number of elements: bytes */
  readonly size: number;
}

export interface IdxArray {
  readonly shape: readonly number[];
  /** row-major, on a SharedArrayBuffer */
  readonly data: Uint8Array;
}

/**
 * Reads the header and holds the declared size against the length of the source.
 * @param dimensions how many the file must have: 3 for grey images, 4 for colour, 1 for labels
 * @throws DataError on another magic number, or where the file is shorter or longer than declared
 */
export function readIdxHeader(source: ByteSource, dimensions: number): IdxHeader {
  const { name } = source;
  const offset = 4 + 4 * dimensions;
  const header = readBytes(source, 0, Math.min(offset, source.length));
  const view = new DataView(header.buffer);
  const expected = (unsignedByte << 8) | dimensions;
  if (header.length < 4 || view.getUint32(0) !== expected) {
    throw new DataError(`${name} is not the IDX file it should be`, {
      got: header.length < 4 ? `${header.length} bytes` : `magic number ${hex(view.getUint32(0))}`,
      expected: `${hex(expected)} (unsigned bytes, ${dimensions} dimension${dimensions > 1 ? 's' : ''})`,
      remedy: 'Check that images and labels have not changed places, and fetch or copy the file again',
    });
  }
  if (header.length < offset) {
    throw new DataError(`${name} is truncated`, {
      got: `${header.length} bytes`,
      expected: `a header of ${offset}`,
      remedy: 'Fetch or copy it again',
    });
  }
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  if (offset + size !== source.length) {
    throw new DataError(`${name} is ${source.length < offset + size ? 'truncated' : 'longer than it declares'}`, {
      got: `${source.length} bytes`,
      expected: `${offset + size} (${shape.join('x')} and a header of ${offset})`,
      remedy: 'Fetch or copy it again',
    });
  }
  return { shape, offset, size };
}

/** Reads the whole file, straight into shared memory; throws as readIdxHeader does. */
export function readIdx(source: ByteSource, dimensions: number): IdxArray {
  const { shape, offset, size } = readIdxHeader(source, dimensions);
  const data = sharedBytes(source.name, size);
  source.readInto(data, offset);
  return { shape, data };
}

/** Writes bytes row-major of that shape. A write that fails is an error of the file system, and the file is no good. */
export function writeIdx(path: string, shape: readonly number[], data: Uint8Array): void {
  const header = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  header.setUint32(0, (unsignedByte << 8) | shape.length);
  for (const [i, dimension] of shape.entries()) header.setUint32(4 + 4 * i, dimension);
  const file = openSync(path, 'wx');
  try {
    for (const bytes of [new Uint8Array(header.buffer), data]) {
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done);
    }
  } finally {
    closeSync(file);
  }
}

function hex(magic: number): string {
  return `0x${magic.toString(16).padStart(8, '0')}`;
}
