import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryBytes } from '../../src/datasets/readers/bytes.ts';
import { readZipEntry } from '../../src/datasets/readers/zip.ts';
import { readZipDirectory } from '../../src/datasets/readers/zip-directory.ts';
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

  it('reads zip64, as Python writes it for entries and archives beyond 4 GB', () => {
    const number = (value: number, bytes: number): number[] =>
      Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256);
    const of = (...parts: readonly (string | readonly number[] | Uint8Array)[]): number[] =>
      parts.flatMap((part) => (typeof part === 'string' ? [...Buffer.from(part, 'latin1')] : [...part]));
    const name = 'a.npy';
    const all = 2 ** 32 - 1;
    const sizes = [...number(text.length, 8), ...number(text.length, 8)];
    const facts = of(number(45, 2), number(0, 4), number(0, 4), number(crc32(text), 4), number(all, 4), number(all, 4));
    // With force_zip64 the local header has sizes of 64 bits too.
    const entry = of('PK\x03\x04', facts, number(5, 2), number(20, 2), name, number(1, 2), number(16, 2), sizes, text);
    const extra = of(number(0x9999, 2), number(2, 2), 'xx', number(1, 2), number(24, 2), sizes, number(0, 8));
    const places = of(number(0, 2), number(0, 2), number(0, 2), number(0, 4), number(all, 4));
    const own = of('PK\x01\x02', number(45, 2), facts, number(5, 2), number(extra.length, 2), places, name, extra);
    const [at, end] = [entry.length, entry.length + own.length];
    const record = of('PK\x06\x06', number(44, 8), number(45, 2), number(45, 2), number(0, 8));
    const counts = of(number(1, 8), number(1, 8), number(own.length, 8), number(at, 8));
    const locator = of('PK\x06\x07', number(0, 4), number(end, 8), number(1, 4));
    const last = of(
      'PK\x05\x06',
      number(0, 4),
      number(0xffff, 2),
      number(0xffff, 2),
      number(all, 4),
      number(all, 4),
      [0, 0],
    );
    const archive = Uint8Array.from(of(entry, own, record, counts, locator, last));
    expect(readAll(archive)).toEqual({ 'a.npy': text });
    // Numbers of 64 bits that lead out of the file, or are not there.
    for (const place of [end + 24 + 8 * 2, end + 48, at + 46 + 5 + 6 + 4, at + 46 + 5 + 6 + 4 + 16]) {
      const damaged = archive.slice();
      damaged[place + 6] = 1;
      expect(() => readAll(damaged)).toThrow('is damaged or truncated');
    }
    const without = archive.slice();
    without[at + 46 + 5 + 6] = 2;
    expect(() => readAll(without)).toThrow('is damaged or truncated');
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
