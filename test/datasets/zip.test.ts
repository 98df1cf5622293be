import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryBytes } from '../../src/datasets/readers/bytes.ts';
import { readZipDirectory, readZipEntry } from '../../src/datasets/readers/zip.ts';
import { npz } from './fixtures.ts';

const text = new TextEncoder().encode('some text, some text, some text, some text');

function readAll(bytes: Uint8Array): Record<string, Uint8Array> {
  const source = memoryBytes('mnist.npz', bytes);
  return Object.fromEntries(
    [...readZipDirectory(source)].map(([name, entry]) => [name, new Uint8Array(readZipEntry(source, entry))]),
  );
}

/** The archive with bytes written over it, `from` the start of the signature's first (or last) occurrence. */
function edited(bytes: Uint8Array, signature: number, from: number, values: readonly number[]): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  let at = 0;
  while (view.getUint32(at, true) !== signature) at++;
  copy.set(values, at + from);
  return copy;
}

const local = 0x04034b50;
const directory = 0x02014b50;
const end = 0x06054b50;

describe('readZip', () => {
  it('gives back what was packed, stored and deflated', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^[a-z_]{1,9}$/), fc.uint8Array({ maxLength: 500 })),
        fc.constantFrom(0, 6),
        (files, level) => {
          const arrays = Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`${name}.npy`, bytes]));
          expect(readAll(npz(files, level as 0 | 6))).toEqual(arrays);
        },
      ),
    );
  });

  it('finds the end of the archive behind a comment', () => {
    const bytes = npz({ a: text });
    const comment = 'made by hand';
    bytes[bytes.length - 2] = comment.length;
    expect(readAll(new Uint8Array([...bytes, ...new TextEncoder().encode(comment)]))).toEqual({ 'a.npy': text });
  });

  const deflated = npz({ a: text });
  const stored = npz({ a: text }, 0);

  it('refuses what is no archive, or half of one', () => {
    expect(() => readAll(new Uint8Array(0))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: mnist.npz is no .npz file, or is truncated: got 0 bytes without the end of a ZIP archive. Give an .npz file, or the folder with the IDX files, and fetch or copy it again if it is one]`,
    );
    expect(() => readAll(deflated.subarray(0, 60))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: mnist.npz is no .npz file, or is truncated: got 60 bytes without the end of a ZIP archive. Give an .npz file, or the folder with the IDX files, and fetch or copy it again if it is one]`,
    );
    expect(() => readAll(deflated.subarray(20))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: mnist.npz is damaged or truncated: got a directory of 1 entries in 51 bytes at 50 in 103 bytes. Fetch or copy it again]`,
    );
  });

  it('refuses what it does not unpack', () => {
    expect(() => readAll(edited(deflated, directory, 8, [1]))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: mnist.npz, a.npy cannot be unpacked: got an encrypted entry, expected stored or deflated, as numpy.savez and numpy.savez_compressed write]`,
    );
    expect(() => readAll(edited(deflated, directory, 10, [12]))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: mnist.npz, a.npy cannot be unpacked: got compression method 12, expected stored or deflated, as numpy.savez and numpy.savez_compressed write]`,
    );
    expect(() => readAll(edited(deflated, end, 16, [255, 255, 255, 255]))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: mnist.npz is damaged or truncated: got a directory of 1 entries in 51 bytes at 4294967295 in 123 bytes. Fetch or copy it again]`,
    );
  });

  it('refuses a directory that lies', () => {
    expect(() => readAll(edited(deflated, end, 10, [2]))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: mnist.npz is damaged or truncated: got a directory of 2 entries in 51 bytes at 50 in 123 bytes. Fetch or copy it again]`,
    );
    expect(() => readAll(edited(deflated, directory, 0, [0]))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: mnist.npz is damaged or truncated: got no directory entry 0 of 1 in 123 bytes. Fetch or copy it again]`,
    );
    expect(() => readAll(edited(deflated, directory, 28, [200]))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: mnist.npz is damaged or truncated: got directory entry 0 beyond the end in 123 bytes. Fetch or copy it again]`,
    );
    expect(() => readAll(edited(deflated, directory, 42, [0, 1]))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: mnist.npz is damaged or truncated: got a.npy at 256 in 123 bytes. Fetch or copy it again]`,
    );
    expect(() => readAll(edited(deflated, local, 0, [0]))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: mnist.npz is damaged or truncated: got no entry a.npy at 0 in 123 bytes. Fetch or copy it again]`,
    );
    expect(() => readAll(edited(stored, directory, 20, [0, 1]))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: mnist.npz is damaged or truncated: got 256 bytes of a.npy at 35 in 150 bytes. Fetch or copy it again]`,
    );
  });

  it('refuses an entry of another size or content than declared', () => {
    expect(() => readAll(edited(deflated, directory, 24, [10]))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: mnist.npz, a.npy unpacks to more than it declares: got more than 10 bytes, expected 10. Unpack it with gunzip or unzip and give the unpacked files]`,
    );
    expect(() => readAll(edited(deflated, directory, 24, [0, 0, 0, 1]))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: mnist.npz, a.npy is damaged or truncated: got 15 compressed bytes, expected them to unpack to 16777216, which deflate cannot. Fetch or copy it again]`,
    );
    expect(() => readAll(edited(stored, local, 40, [0]))).toThrowErrorMatchingInlineSnapshot(
      `[DataError: mnist.npz, a.npy is damaged: got CRC-32 c3769736, expected 58e150fb. Fetch or copy it again]`,
    );
  });
});
