/** Small valid files of every format that is read, written here by hand: tests change them byte by byte. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';

export const pixels = 28 * 28;

export function idx(shape: readonly number[], data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x0800 | shape.length);
  shape.forEach((dimension, i) => view.setUint32(4 + 4 * i, dimension));
  bytes.set(data, 4 + 4 * shape.length);
  return bytes;
}

export function npyOfHeader(header: string, data: Uint8Array, version = 1): Uint8Array {
  const lengthBytes = version === 1 ? 2 : 4;
  const unpadded = 8 + lengthBytes + header.length + 1;
  const text = `${header}${' '.repeat((64 - (unpadded % 64)) % 64)}\n`;
  const bytes = Buffer.alloc(8 + lengthBytes + text.length + data.length);
  bytes.write('\x93NUMPY', 'latin1');
  bytes[6] = version;
  if (version === 1) bytes.writeUInt16LE(text.length, 8);
  else bytes.writeUInt32LE(text.length, 8);
  bytes.write(text, 8 + lengthBytes, 'latin1');
  bytes.set(data, 8 + lengthBytes + text.length);
  return new Uint8Array(bytes);
}

/** As NumPy writes it. */
export function npy(descr: string, shape: readonly number[], data: ArrayBufferView, version = 1): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  return npyOfHeader(header, new Uint8Array(data.buffer, data.byteOffset, data.byteLength), version);
}

export function npz(arrays: Readonly<Record<string, Uint8Array>>, level: 0 | 6 = 6): Uint8Array {
  return zipSync(Object.fromEntries(Object.entries(arrays).map(([name, bytes]) => [`${name}.npy`, bytes])), { level });
}

/** `count` images of which image i has the pixels i, i + 1, ... mod 256, and the label i mod 10. */
export function digits(count: number): { images: Uint8Array; labels: Uint8Array } {
  return {
    images: Uint8Array.from({ length: count * pixels }, (_, i) => Math.floor(i / pixels) + (i % pixels)),
    labels: Uint8Array.from({ length: count }, (_, i) => i % 10),
  };
}

export const trainCount = 20;
export const testCount = 10;

export function idxFiles(): Record<string, Uint8Array> {
  const train = digits(trainCount);
  const test = digits(testCount);
  return {
    'train-images-idx3-ubyte': idx([trainCount, 28, 28], train.images),
    'train-labels-idx1-ubyte': idx([trainCount], train.labels),
    't10k-images-idx3-ubyte': idx([testCount, 28, 28], test.images),
    't10k-labels-idx1-ubyte': idx([testCount], test.labels),
  };
}

export function gzipped(files: Readonly<Record<string, Uint8Array>>): Record<string, Uint8Array> {
  return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)]));
}

export function npzArrays(): Record<'x_train' | 'y_train' | 'x_test' | 'y_test', Uint8Array> {
  const train = digits(trainCount);
  const test = digits(testCount);
  return {
    x_train: npy('|u1', [trainCount, 28, 28], train.images),
    y_train: npy('|u1', [trainCount], train.labels),
    x_test: npy('|u1', [testCount, 28, 28], test.images),
    y_test: npy('|u1', [testCount], test.labels),
  };
}

export function writeFolder(folder: string, files: Readonly<Record<string, Uint8Array>>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
}

/** Goes into a new empty folder, so that messages name short relative paths; the result goes back and removes it. */
export function enterTemporaryFolder(): () => void {
  const before = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), 'credence-data-'));
  process.chdir(folder);
  return () => {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  };
}
