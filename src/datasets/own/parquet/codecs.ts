/** What pages of Parquet are compressed by: Snappy is hyparquet's, the others are zlib's, bounded by what a page declares. */
import * as zlib from 'node:zlib';
import type { Compressors } from 'hyparquet';

type Method = (bytes: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array;

/** Node has it from 22.15 on. */
const zstd: unknown = Reflect.get(zlib, 'zstdDecompressSync');

function bounded(method: Method): (bytes: Uint8Array, size: number) => Uint8Array {
  return (bytes, size) => new Uint8Array(method(bytes, { maxOutputLength: Math.max(1, size) }));
}

export const codecs: Compressors = {
  GZIP: bounded(zlib.gunzipSync),
  BROTLI: bounded(zlib.brotliDecompressSync),
  ...(typeof zstd === 'function' ? { ZSTD: bounded((bytes, options) => zstd(bytes, options)) } : {}),
};

/** Bytes that a byte can become: Snappy copies 64 by 2, deflate 258 by 2 bits; the others say no bound, 2^15 is theirs in practice. */
export const largestRatio: Readonly<Record<string, number>> = { UNCOMPRESSED: 1, SNAPPY: 64, GZIP: 1032 };
export const anyRatio = 2 ** 15;

export function isRead(codec: string): boolean {
  return codec === 'UNCOMPRESSED' || codec === 'SNAPPY' || Object.hasOwn(codecs, codec);
}
