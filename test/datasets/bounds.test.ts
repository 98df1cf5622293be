/** Time and memory that a file takes are bounded by its length: CONTRIBUTING.md promises it of every reader. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openOwnData } from '../../src/datasets/index.ts';
import { readCsv } from '../../src/datasets/own/csv/read.ts';
import { jpegHeader } from '../../src/datasets/own/pictures/jpeg.ts';
import { memoryBytes } from '../../src/datasets/readers/bytes.ts';
import { npzArrays } from '../../src/datasets/readers/npz.ts';
import { readPickle } from '../../src/datasets/readers/pickle/index.ts';
import { readPng } from '../../src/datasets/readers/png.ts';
import { CredenceError } from '../../src/errors/index.ts';
import { bombBytes, bombs } from './bombs.ts';
import { bytesOf, type Part } from './cifar-fixtures.ts';
import { enterTemporaryFolder } from './fixtures.ts';
import { defaults } from './own/fixtures.ts';

let leave: () => void;
beforeEach(() => {
  leave = enterTemporaryFolder();
});
afterEach(() => leave());

describe('memory', () => {
  /**
   * MiB that a process may grow by while it reads all of them, one after the other: a quarter of what each of them
   * unpacks to. What is kept of a mebibyte of a file in the worst case, a table of short cells, is less.
   */
  const ceiling = bombBytes / 4 / 2 ** 20;

  it('of small files that unpack to a gigabyte stays small, and each is refused', () => {
    for (const { files } of bombs) {
      for (const [path, bytes] of Object.entries(files())) {
        expect(bytes.length, path).toBeLessThan(2 ** 21);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, bytes);
      }
    }
    const jobs = JSON.stringify(bombs.map(({ as, path }) => ({ as, path })));
    const program = join(import.meta.dirname, 'peak.ts');
    const { stdout, stderr } = spawnSync(process.execPath, ['--import', import.meta.resolve('tsx'), program, jobs], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const results = JSON.parse(stdout) as readonly { path: string; said: string; grown: number }[];
    for (const { path, grown } of results) expect(grown, path).toBeLessThan(ceiling);
    expect(results.map(({ said }) => said).join('\n')).toMatchInlineSnapshot(`
      "size.npz, x_train is longer than it declares: got 1073741824 bytes of data, expected 7840 (shape 10x28x28, |u1). Fetch or copy it again
      count.npz, x_train and count.npz, y_train do not belong together: got 1369569 images and 10 labels, expected as many labels as images
      count/train-images-idx3-ubyte.gz and count/train-labels-idx1-ubyte do not belong together: got 1369569 images and 10 labels, expected as many labels as images
      shape/train-images-idx3-ubyte.gz does not hold images of MNIST: got shape 262144x64x64, expected Nx28x28. Check that it is the file of this data set
      in.npz, x does not hold images of the shape that the network expects: got 262144x64x64, expected count x 28x28x1. Cut or scale the images before, and keep the order count, height, width, channels
      in.gz does not hold images of the shape that the network expects: got 262144x64x64, expected count x 28x28x1. Cut or scale the images before, and keep the order count, height, width, channels
      in.png does not have the size that the network expects: got 32768x32767 pixels, expected 28x28. Cut or scale it before
      batch/data_batch_1.png and batch/train_lables.json do not belong together: got 349000 images and 1 labels, expected as many labels as images
      pickled/data_batch_1 is damaged: got more than 10000 dictionaries, before byte 10003 of 1000002. Fetch or copy it again
      rows.csv.gz unpacks to far more than its length: got over 39374720 bytes, expected at most 64 times its length. Unpack it with gunzip and give the unpacked file
      columns.csv has missing cells in column c0: got 1 of 2, line 3, expected a value in each row. Fill them in, or choose missing: drop (without these rows) or missing: mean (the mean of the training part)
      own.npz, x is longer than it declares: got 1073741824 bytes of data, expected 7840 (shape 10x28x28, |u1). Fetch or copy it again
      pair.npz, y does not hold one target per example: got shape 10, expected 1369569, as there are inputs, or 1369569 x targets
      pictures/a/1.png has too many pixels: got 32768x32767, expected at most 16777216. Cut it, or scale it down"
    `);
  });
});

/** Work that is done with what somebody made to be much of it; refused or not does not matter. */
interface Family {
  readonly name: string;
  /** the smallest size: eight times as much is compared with it */
  readonly size: number;
  make(size: number): () => unknown;
}

function chunk(type: string, content: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(12 + content.length);
  bytes.writeUInt32BE(content.length);
  bytes.write(type, 4, 'latin1');
  bytes.set(content, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + content.length)), 8 + content.length);
  return bytes;
}

function csv(text: string): () => Promise<unknown> {
  const bytes = Buffer.from(text);
  return () => readCsv('a.csv', () => [bytes], { delimiter: ',', choose: (_, names) => names });
}

const pickled = (...parts: readonly Part[]) => {
  const bytes = bytesOf('\x80\x02', ...parts);
  return () => readPickle('file', bytes);
};

const array = 'cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85U\x01b\x87Rq\0';
const type = 'cnumpy\ndtype\nU\x02u1K\0K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb';

const families: readonly Family[] = [
  {
    name: 'a pickled array that is filled again and again, of a shape of many axes',
    size: 4000,
    make: (n) => pickled(array, '(K\x01(', 'K\x01'.repeat(n), `l${type}\x89U\x01xtq\x01b`, 'h\x01b'.repeat(n), '.'),
  },
  {
    name: 'one in the order of Fortran',
    size: 4000,
    make: (n) =>
      pickled(
        array,
        `(K\x01J`,
        Uint8Array.of(n & 255, n >> 8, 0, 0),
        `K\x01\x86${type}\x88T`,
        Uint8Array.of(n & 255, n >> 8, 0, 0),
        'x'.repeat(n),
        'tq\x01b',
        'h\x01b'.repeat(n),
        '.',
      ),
  },
  {
    name: 'a pickled list that is appended to itself, and names in a dictionary',
    size: 8000,
    make: (n) =>
      pickled(']q\0', 'h\0a'.repeat(n), `}q\x01U\xff${'k'.repeat(255)}q\x02`, 'h\x01h\x02Ns0'.repeat(n), '.'),
  },
  { name: 'a table of many columns', size: 4000, make: (n) => csv(`${names(n)}\n${'1,'.repeat(n - 1)}1\n`) },
  { name: 'a table of many different words', size: 20_000, make: (n) => csv(`a\n${names(n).replaceAll(',', '\n')}\n`) },
  {
    name: 'a table whose last line is not UTF-8',
    size: 40_000,
    make: (n) => {
      const bytes = bytesOf('\n'.repeat(n), 0xff, 'x');
      return () => readCsv('a.csv', () => [bytes], { delimiter: ',', choose: (_, all) => all });
    },
  },
  {
    name: 'an archive of many entries that are no arrays',
    size: 500,
    make: (n) => {
      const entries = Object.fromEntries(Array.from({ length: n }, (_, i) => [`f${i}`, new Uint8Array(2000)]));
      const source = memoryBytes('a.npz', zipSync(entries));
      return () => npzArrays(source);
    },
  },
  {
    name: 'a PNG of many chunks',
    size: 4000,
    make: (n) => {
      const rows = deflateSync(new Uint8Array(2 * n), { level: 0 });
      const pixels = Array.from(rows, (byte) => chunk('IDAT', Uint8Array.of(byte)));
      const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 0, 8, 0, 0, 0, 0]);
      header.writeUInt32BE(n, 4);
      const source = memoryBytes(
        'a.png',
        bytesOf('\x89PNG\r\n\x1a\n', chunk('IHDR', header), ...pixels, chunk('IEND', new Uint8Array(0))),
      );
      return () => readPng(source, () => {});
    },
  },
  {
    name: 'a JPEG of many segments',
    size: 20_000,
    make: (n) => {
      const bytes = bytesOf('\xff\xd8', '\xff\xe1\0\x02'.repeat(n));
      return () => jpegHeader('a.jpg', bytes);
    },
  },
  {
    name: 'data of many columns, from the file to the examples',
    size: 2000,
    make: (n) => {
      const line = (value: string) => `${Array.from({ length: n }, () => value).join()},${value}\n`;
      writeFileSync(`${n}.csv`, `${names(n)},y\n${line('1')}${line('2')}${line('3')}`);
      return () => openOwnData({ ...defaults, path: `${n}.csv`, target: 'y', standardize: true });
    },
  },
];

function names(count: number): string {
  return Array.from({ length: count }, (_, i) => `name${i}`).join();
}

/** Seconds of processor time, the least of three: what else the machine does only adds. */
async function cost(work: () => unknown): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < 3; i++) {
    const start = process.cpuUsage();
    try {
      await work();
    } catch (error) {
      if (!(error instanceof CredenceError)) throw error;
    }
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1e6);
  }
  return least;
}

describe('time', () => {
  const factor = 8;
  /** As far from what grows with the size, 8 times, as from what grows with its square, 64 times. */
  const bound = Math.sqrt(factor * factor ** 2);
  /** Below that, a clock and a collector are measured: seconds. */
  const least = 0.005;

  it.each(families)('grows with the length of the file: $name', async ({ size, make }) => {
    const small = Math.max(least, await cost(make(size)));
    const large = await cost(make(factor * size));
    expect(large / small).toBeLessThan(bound);
  });
});
