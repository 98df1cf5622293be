/**
 * IDX, the format of MNIST's files (LeCun, Cortes and Burges): two zero bytes, the type (0x08: unsigned bytes), the
 * number of dimensions, each dimension as a big-endian 32-bit integer, then the elements in row-major order.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { DataError } from '../../errors/index.ts';
import { type ByteSource, readBytes, sharedBytes } from './bytes.ts';
import { gunzip, gzipStart, isGzip } from './deflate.ts';

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
 * @param allowed how many dimensions the file must have, or may: 3 for grey images, 4 with their channels, 1 for labels
 * @throws DataError on another magic number, or where the file is shorter or longer than declared
 */
function readIdxHeader(source: ByteSource, allowed: number | readonly number[]): IdxHeader {
  const { name } = source;
  const own = source.length < 4 ? 0 : readBytes(source, 3, 1)[0];
  const [usual, ...others] = [allowed].flat();
  const dimensions = others.includes(own) ? own : usual;
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

/**
 * Reads the whole file, gzip or not, into shared memory.
 * @param check throws where the shape is not what the caller expects, before anything is unpacked
 * @throws DataError as readIdxHeader does
 */
export function readIdx(
  source: ByteSource,
  dimensions: number | readonly number[],
  check: (shape: readonly number[]) => void = () => {},
): IdxArray {
  const header = (from: ByteSource): IdxHeader => {
    const own = readIdxHeader(from, dimensions);
    check(own.shape);
    return own;
  };
  const plain = isGzip(source) ? gunzip(source, header) : source;
  const { shape, offset, size } = header(plain);
  const data = sharedBytes(source.name, size);
  plain.readInto(data, offset);
  return { shape, data };
}

/** The shape that a file declares, gzip or not, without reading the rest; throws as readIdx does. */
export function readIdxShape(source: ByteSource, dimensions: number | readonly number[]): readonly number[] {
  if (!isGzip(source)) return readIdxHeader(source, dimensions).shape;
  return readIdxHeader(gzipStart(source), dimensions).shape;
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
