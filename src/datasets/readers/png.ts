/**
 * PNG (ISO/IEC 15948) of 1 to 16 bits. The decoder is fast-png's; before it allocates for a picture, chunks, checksums and
 * the unpacked size are held against what the header declares.
 */
import { inflateSync } from 'node:zlib';
import { decode } from 'fast-png';
import { DataError } from '../../errors/index.ts';
import { type ByteSource, readBytes } from './bytes.ts';
import { unpack } from './deflate.ts';
import { chunksOf, frameBytes, headerBytes, headerOf, type PngHeader, signature } from './png-chunks.ts';
import { bytesOfPng } from './png-pixels.ts';

/** A picture in memory takes some ten bytes a pixel while it is decoded. */
export const mostPixels = 2 ** 24;

/** By colour type, the values that a pixel has in the file. */
const samples: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

export interface PngImage extends PngHeader {
  /** values of a pixel, a palette looked up: 1 grey, 2 with alpha, 3 RGB, 4 with alpha */
  readonly channels: number;
  /** [height, width, channels], 0 to 255 of whatever depth */
  readonly data: Uint8Array;
}

/**
 * @param check throws where the picture is not what the caller expects, before anything is unpacked
 * @throws DataError where it is no such PNG, a checksum is wrong, or it unpacks to another size than declared
 */
export function readPng(source: ByteSource, check: (header: PngHeader) => void): PngImage {
  const { name } = source;
  const bytes = readBytes(source, 0, source.length);
  const { header, parts, clear, compressed } = chunksOf(name, bytes);
  check(header);
  checkPixels(name, header);
  const pixels = Buffer.concat(compressed);
  unpack(name, pixels, unpackedBytes(header), inflateSync, 'Fetch or copy it again');
  try {
    // Without its ancillary chunks, which may hold compressed data of their own, and with all pixels in one.
    const frame = Buffer.from('....IDAT');
    frame.writeUInt32BE(pixels.length);
    const noChecksum = new Uint8Array(4);
    const whole = [bytes.subarray(0, signature.length), ...parts, frame, pixels, noChecksum, endChunk];
    const decoded = decode(Buffer.concat(whole));
    return { ...header, ...bytesOfPng(decoded, header, clear) };
  } catch (cause) {
    const got = cause instanceof Error ? cause.message : String(cause);
    throw new DataError(`${name} is damaged`, { got, remedy: 'Fetch or copy it again', cause });
  }
}

/**
 * The header alone, and whether a chunk before the pixels makes some of them transparent.
 * @throws DataError where the file does not begin as a PNG that is read
 */
export function readPngHeader(source: ByteSource): PngHeader & { readonly hasAlpha: boolean } {
  const { name, length } = source;
  const first = signature.length + frameBytes + headerBytes;
  if (length < first) throw new DataError(`${name} is no picture`, { expected: 'a PNG or JPEG file' });
  const start = readBytes(source, 0, first);
  const header = headerOf(name, 'IHDR', start.subarray(signature.length + 8, first - 4));
  let hasAlpha = header.colour === 4 || header.colour === 6;
  for (let at = first, type = ''; !hasAlpha && type !== 'IDAT' && at + 8 <= length; ) {
    const frame = readBytes(source, at, 8);
    type = String.fromCharCode(...frame.subarray(4));
    hasAlpha = type === 'tRNS';
    at += frameBytes + new DataView(frame.buffer).getUint32(0);
  }
  return { ...header, hasAlpha };
}

export function checkPixels(
  name: string,
  { width, height }: { readonly width: number; readonly height: number },
): void {
  if (width * height <= mostPixels) return;
  throw new DataError(`${name} has too many pixels`, {
    got: `${width}x${height}`,
    expected: `at most ${mostPixels}`,
    remedy: 'Cut it, or scale it down',
  });
}

/** What the pixels unpack to: rows, and the number of a filter before each. */
function unpackedBytes({ width, height, colour, depth, isInterlaced }: PngHeader): number {
  const rows = (columns: number, count: number): number =>
    columns === 0 ? 0 : count * (1 + Math.ceil((columns * samples[colour]! * depth) / 8));
  if (!isInterlaced) return rows(width, height);
  // Adam7: first column, first row, steps
  const passes = [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
  ];
  return passes.reduce(
    (sum, [x, y, right, down]) => sum + rows(Math.ceil((width - x) / right), Math.ceil((height - y) / down)),
    0,
  );
}

const endChunk = Uint8Array.of(0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82);
