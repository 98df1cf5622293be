/** Small files that unpack to, or declare, far more than they should: a few hundred kilobytes for a gigabyte each. */
import { constants, crc32, deflateRawSync } from 'node:zlib';
import { bytesOf, json, pickle } from './cifar-fixtures.ts';
import { idx, npy, npyOfHeader } from './fixtures.ts';

const mebibyte = 2 ** 20;
export const bombBytes = 1024 * mebibyte;

/** Deflate's form of a start and of so many equal pieces behind it: blocks that stand alone can be repeated. */
function deflated(start: Uint8Array, piece: Uint8Array, count: number): Uint8Array {
  const block = (bytes: Uint8Array) => deflateRawSync(bytes, { finishFlush: constants.Z_FULL_FLUSH });
  const last = Uint8Array.of(3, 0);
  return bytesOf(block(start), repeated(block(piece), count), last);
}

function repeated(bytes: Uint8Array, count: number): Uint8Array {
  const all = new Uint8Array(bytes.length * count);
  for (let i = 0; i < count; i++) all.set(bytes, i * bytes.length);
  return all;
}

const zeros = new Uint8Array(mebibyte);

/** Of `start` and zeros up to a gigabyte. */
function checksum(start: Uint8Array, piece: Uint8Array, count: number): number {
  let crc = crc32(start);
  for (let i = 0; i < count; i++) crc = crc32(piece, crc);
  return crc;
}

interface Entry {
  readonly name: string;
  readonly packed: Uint8Array;
  readonly size: number;
  readonly crc: number;
}

function words(...values: readonly (readonly [value: number, bytes: 2 | 4])[]): Uint8Array {
  return bytesOf(
    ...values.flatMap(([value, bytes]) => Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256)),
  );
}

/** A ZIP archive of deflated entries. */
function zip(entries: readonly Entry[]): Uint8Array {
  const local: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, packed, size, crc } of entries) {
    const common = words([20, 2], [0, 2], [8, 2], [0, 4], [crc, 4], [packed.length, 4], [size, 4], [name.length, 2]);
    const own = bytesOf('PK\x03\x04', common, words([0, 2]), name, packed);
    directory.push(
      bytesOf('PK\x01\x02', words([20, 2]), common, words([0, 2], [0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]), name),
    );
    local.push(own);
    offset += own.length;
  }
  const whole = bytesOf(...directory);
  const count = entries.length;
  return bytesOf(
    ...local,
    whole,
    'PK\x05\x06',
    words([0, 4], [count, 2], [count, 2], [whole.length, 4], [offset, 4], [0, 2]),
  );
}

function plain(name: string, bytes: Uint8Array): Entry {
  return { name, packed: deflateRawSync(bytes), size: bytes.length, crc: crc32(bytes) };
}

/** The zeros that a gigabyte lacks to be as many as a shape says, where it says about as many. */
function padding(shape: readonly number[]): Uint8Array {
  const missing = shape.reduce((product, extent) => product * extent, 1) - bombBytes;
  return new Uint8Array(Math.max(0, missing));
}

/** An array of a gigabyte of zeros, whatever its header says. */
function zeroArray(name: string, shape: readonly number[]): Entry {
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`;
  const start = npyOfHeader(header, padding(shape));
  return {
    ...{ name, packed: deflated(start, zeros, 1024), size: start.length + bombBytes },
    crc: checksum(start, zeros, 1024),
  };
}

/** A gzip file of a start and of pieces behind it. */
function gzip(start: Uint8Array, piece: Uint8Array, count: number): Uint8Array {
  const size = start.length + piece.length * count;
  return bytesOf(
    ...['\x1f\x8b\x08\0\0\0\0\0\0\x03', deflated(start, piece, count)],
    words([checksum(start, piece, count), 4], [size % 2 ** 32, 4]),
  );
}

/** A PNG of zeros, every row with the filter 0. */
function blackPng(width: number, height: number, colour: 0 | 2): Uint8Array {
  const big = (value: number): Uint8Array => words([value, 4]).reverse();
  const chunk = (type: string, content: Uint8Array): Uint8Array => {
    const named = bytesOf(type, content);
    return bytesOf(big(content.length), named, big(crc32(named)));
  };
  const bytes = height * (1 + width * (colour === 2 ? 3 : 1));
  const count = Math.floor(bytes / mebibyte);
  const rest = zeros.subarray(0, bytes % mebibyte);
  // Adler-32 of zeros: the first sum stays 1, the second is their number.
  const sum = bytesOf(big((bytes % 65521) * 65536 + 1));
  const packed = bytesOf('\x78\x9c', deflated(rest, zeros, count), sum);
  return bytesOf(
    '\x89PNG\r\n\x1a\n',
    chunk('IHDR', bytesOf(big(width), big(height), 8, colour, 0, 0, 0)),
    chunk('IDAT', packed),
    chunk('IEND', new Uint8Array(0)),
  );
}

const few = npy(
  '|u1',
  [10],
  Uint8Array.from({ length: 10 }, (_, i) => i),
);
const images = npy('|u1', [10, 28, 28], new Uint8Array(7840));
const many = Math.ceil(bombBytes / 784);

function mnistZip(xTrain: Entry): Uint8Array {
  return zip([xTrain, plain('y_train.npy', few), plain('x_test.npy', images), plain('y_test.npy', few)]);
}

function idxFolder(shape: readonly number[]): Record<string, Uint8Array> {
  const start = idx(shape, padding(shape));
  const labels = idx([10], new Uint8Array(10));
  return {
    'train-images-idx3-ubyte.gz': gzip(start, zeros, 1024),
    'train-labels-idx1-ubyte': labels,
    't10k-images-idx3-ubyte': idx([10, 28, 28], new Uint8Array(7840)),
    't10k-labels-idx1-ubyte': labels,
  };
}

/** How a bomb is read: as a set of that name, as images to predict for, as data of one's own. */
export type Reading = 'mnist' | 'cifar10' | 'inputs' | 'own';

/** By the path that is read, the files of each. */
export const bombs: readonly {
  readonly as: Reading;
  readonly path: string;
  readonly files: () => Record<string, Uint8Array>;
}[] = [
  { as: 'mnist', path: 'size.npz', files: () => ({ 'size.npz': mnistZip(zeroArray('x_train.npy', [10, 28, 28])) }) },
  {
    as: 'mnist',
    path: 'count.npz',
    files: () => ({ 'count.npz': mnistZip(zeroArray('x_train.npy', [many, 28, 28])) }),
  },
  { as: 'mnist', path: 'count', files: () => prefixed('count', idxFolder([many, 28, 28])) },
  { as: 'mnist', path: 'shape', files: () => prefixed('shape', idxFolder([bombBytes / 4096, 64, 64])) },
  { as: 'inputs', path: 'in.npz', files: () => ({ 'in.npz': zip([zeroArray('x', [bombBytes / 4096, 64, 64])]) }) },
  {
    as: 'inputs',
    path: 'in.gz',
    files: () => ({ 'in.gz': gzip(idx([bombBytes / 4096, 64, 64], zeros.subarray(0, 0)), zeros, 1024) }),
  },
  { as: 'inputs', path: 'in.png', files: () => ({ 'in.png': blackPng(32768, 32767, 0) }) },
  {
    as: 'cifar10',
    path: 'batch',
    files: () =>
      prefixed('batch', {
        ...Object.fromEntries(
          [1, 2, 3, 4, 5].map((i) => [`data_batch_${i}.png`, blackPng(1024, i === 1 ? 349_000 : 1, 2)]),
        ),
        ...{ 'test_batch.png': blackPng(1024, 1, 2), 'train_lables.json': json([1]), 'test_lables.json': json([1]) },
      }),
  },
  {
    as: 'cifar10',
    path: 'pickled',
    files: () => {
      const bomb = bytesOf('\x80\x02', '}'.repeat(999_999), '.');
      const good = pickle({ labels: [']'], data: [']'] });
      return prefixed('pickled', {
        ...Object.fromEntries([1, 2, 3, 4, 5].map((i) => [`data_batch_${i}`, i === 1 ? bomb : good])),
        test_batch: good,
      });
    },
  },
  {
    as: 'own',
    path: 'rows.csv.gz',
    files: () => ({
      'rows.csv.gz': gzip(Buffer.from('a,y\n'), repeated(Buffer.from(`0,${'1'.repeat(61)}\n`), mebibyte / 64), 200),
    }),
  },
  {
    as: 'own',
    path: 'columns.csv',
    files: () => {
      const names = Array.from({ length: 65_000 }, (_, i) => `c${i.toString(36)}`);
      return {
        'columns.csv': Buffer.from(
          `${names.join()},y\n${names.map(() => 'a').join()},b\n${names.map(() => '').join()},c\n`,
        ),
      };
    },
  },
  {
    as: 'own',
    path: 'own.npz',
    files: () => ({ 'own.npz': zip([zeroArray('x.npy', [10, 28, 28]), plain('y.npy', few)]) }),
  },
  {
    as: 'own',
    path: 'pair.npz',
    files: () => ({ 'pair.npz': zip([zeroArray('x.npy', [many, 28, 28]), plain('y.npy', few)]) }),
  },
  {
    as: 'own',
    path: 'pictures',
    files: () => ({ 'pictures/a/1.png': blackPng(32768, 32767, 0), 'pictures/b/1.png': blackPng(32768, 32767, 0) }),
  },
];

function prefixed(folder: string, files: Readonly<Record<string, Uint8Array>>): Record<string, Uint8Array> {
  return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`${folder}/${name}`, bytes]));
}
