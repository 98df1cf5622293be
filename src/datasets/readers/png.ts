/**
 * PNG (ISO/IEC 15948) at 8 bits, not interlaced. The decoder is fast-png's; before it allocates for a picture, chunks,
 * checksums and the unpacked size are held against what the header declares.
 */
import { crc32, inflateSync } from 'node:zlib';
import { convertIndexedToRgb, decode } from 'fast-png';
import { DataError } from '../../errors/index.ts';
import { type ByteSource, readBytes } from './bytes.ts';
import { unpack } from './deflate.ts';

const signature = '\x89PNG\r\n\x1a\n';
/** length, type and checksum around a chunk's content */
const frameBytes = 12;
const headerBytes = 13;

/** By colour type, the values that a pixel has in the file. */
const samples: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** colour type: 0 grey, 2 RGB, 3 by a palette, 4 grey with alpha, 6 RGB with alpha */
  readonly colour: number;
}

export interface PngImage extends PngHeader {
  /** values of a pixel, a palette looked up: 1 grey, 2 with alpha, 3 RGB, 4 with alpha */
  readonly channels: number;
  /** [height, width, channels] */
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
  const { width, height, colour } = header;
  unpack(
    name,
    Buffer.concat(compressed),
    height * (1 + width * samples[colour]!),
    inflateSync,
    'Fetch or copy it again',
  );
  try {
    // Without its ancillary chunks, which may hold compressed data of their own.
    const decoded = decode(Buffer.concat([bytes.subarray(0, signature.length), ...parts, endChunk]));
    const data = decoded.palette ? convertIndexedToRgb(decoded) : decoded.data;
    const channels = data.length / (width * height);
    if (data instanceof Uint8Array && Number.isInteger(channels)) return { ...header, channels, data };
    throw new Error(`${data.length} values`);
  } catch (cause) {
    const got = cause instanceof Error ? cause.message : String(cause);
    throw new DataError(`${name} is damaged`, { got, remedy: 'Fetch or copy it again', cause });
  }
}

const endChunk = Uint8Array.of(0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82);

/** What makes the picture: the rest may be passed over. */
const essential: ReadonlySet<string> = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT']);

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
    if (essential.has(type)) parts.push(bytes.subarray(at, end));
    if (type === 'IDAT') compressed.push(bytes.subarray(at + 8, end - 4));
    at = end;
  }
}

function headerOf(name: string, type: string, content: Uint8Array): PngHeader {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const isHeader = type === 'IHDR' && content.length === headerBytes;
  const [depth, colour, compression, filter, interlace] = isHeader ? content.subarray(8) : [];
  const isRead = depth === 8 && compression === 0 && filter === 0 && interlace === 0;
  if (!isRead || colour === undefined || samples[colour] === undefined || view.getUint32(0) * view.getUint32(4) === 0) {
    throw new DataError(`${name} is a kind of PNG that is not read`, {
      got: isHeader
        ? `${view.getUint32(0)}x${view.getUint32(4)} pixels, colour type ${colour}, ${depth} bits, interlace ${interlace}`
        : 'no header',
      expected: '8 bits per channel, not interlaced',
      remedy: 'Save it again as such a PNG',
    });
  }
  return { width: view.getUint32(0), height: view.getUint32(4), colour };
}
