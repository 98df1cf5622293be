/**
 * PNG (ISO/IEC 15948) of 1 to 16 bits. The decoder is fast-png's; before it allocates for a picture, chunks, checksums and
 * the unpacked size are held against what the header declares.
 */
import { crc32, inflateSync } from 'node:zlib';
import { decode } from 'fast-png';
import { DataError } from '../../errors/index.ts';
import { type ByteSource, readBytes } from './bytes.ts';
import { unpack } from './deflate.ts';
import { bytesOfPng } from './png-pixels.ts';

const signature = '\x89PNG\r\n\x1a\n';
/** length, type and checksum around a chunk's content */
const frameBytes = 12;
const headerBytes = 13;
/** A picture in memory takes some ten bytes a pixel while it is decoded. */
export const mostPixels = 2 ** 24;

/** By colour type, the values that a pixel has in the file. */
const samples: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** Colour type of pictures whose pixels are places in a palette. */
export const byPalette = 3;

export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** colour type: 0 grey, 2 RGB, 3 by a palette, 4 grey with alpha, 6 RGB with alpha */
  readonly colour: number;
  /** of a value: 1, 2, 4, 8 or 16 */
  readonly depth: number;
  readonly isInterlaced: boolean;
}

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
  const { header, parts, compressed } = chunksOf(name, bytes);
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
    return { ...header, ...bytesOfPng(decoded, header) };
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

/** What makes the picture, beside its pixels: the rest may be passed over. */
const essential: ReadonlySet<string> = new Set(['IHDR', 'PLTE', 'tRNS']);

/** @returns the header, the chunks that make the picture, and the contents of those that hold its pixels */
function chunksOf(name: string, bytes: Uint8Array) {
  const start = String.fromCharCode(...bytes.subarray(0, signature.length));
  if (start !== signature) {
    throw new DataError(`${name} is no PNG file`, { got: JSON.stringify(start), expected: 'the signature of PNG' });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Uint8Array[] = [];
  const compressed: Uint8Array[] = [];
  let header: PngHeader | null = null;
  for (let at = signature.length; ; ) {
    const length = at + frameBytes <= bytes.length ? view.getUint32(at) : Number.NaN;
    if (!(at + frameBytes + length <= bytes.length)) {
      throw new DataError(`${name} is truncated`, {
        got: `${bytes.length} bytes`,
        expected: Number.isNaN(length) ? 'a further chunk' : `at least ${at + frameBytes + length}`,
        remedy: 'Fetch or copy it again',
      });
    }
    const end = at + frameBytes + length;
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) {
      throw new DataError(`${name} is damaged`, {
        got: `a wrong checksum of the chunk at byte ${at}`,
        remedy: 'Fetch or copy it again',
      });
    }
    if (header === null) header = headerOf(name, type, bytes.subarray(at + 8, end - 4));
    if (type === 'IEND') return { header, parts, compressed };
    // A palette that is only suggested, beside true colours, is none of theirs.
    if (essential.has(type) && (type !== 'PLTE' || header.colour === byPalette)) parts.push(bytes.subarray(at, end));
    if (type === 'IDAT') compressed.push(bytes.subarray(at + 8, end - 4));
    at = end;
  }
}

/** The depths that a colour type may have. */
const depths: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

function headerOf(name: string, type: string, content: Uint8Array): PngHeader {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const isHeader = type === 'IHDR' && content.length === headerBytes;
  const [depth = 0, colour = 7, compression, filter, interlace = 0] = isHeader ? content.subarray(8) : [];
  const [width, height] = isHeader ? [view.getUint32(0), view.getUint32(4)] : [0, 0];
  const isKnown = depths[colour]?.includes(depth) && compression === 0 && filter === 0 && width * height > 0;
  // The decoder does not take apart bytes of several pixels where rows are interlaced.
  if (!isKnown || interlace > 1 || (interlace === 1 && depth < 8)) {
    throw new DataError(`${name} is a kind of PNG that is not read`, {
      got: isHeader
        ? `${width}x${height} pixels, colour type ${colour}, ${depth} bits, interlace ${interlace}`
        : 'no header',
      expected: '1 to 16 bits per channel, interlaced only from 8 bits on',
      remedy: 'Save it again as such a PNG',
    });
  }
  return { width, height, colour, depth, isInterlaced: interlace === 1 };
}
