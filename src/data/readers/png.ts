/**
 * PNG (ISO/IEC 15948) as far as tables of images need it: 8-bit RGB, not interlaced. The decoder is fast-png's; before it
 * allocates for a picture, chunks, checksums and the unpacked size are held against what the header declares.
 */
import { crc32, inflateSync } from 'node:zlib';
import { decode } from 'fast-png';
import { DataError } from '../../errors/index.ts';
import { type ByteSource, readBytes } from './bytes.ts';
import { unpack } from './deflate.ts';

const signature = '\x89PNG\r\n\x1a\n';
/** length, type and checksum around a chunk's content */
const frameBytes = 12;
const headerBytes = 13;
const trueColour = 2;

export interface PngImage {
  readonly width: number;
  readonly height: number;
  /** [height, width, 3] */
  readonly data: Uint8Array;
}

interface Header {
  readonly width: number;
  readonly height: number;
}

/**
 * @param width of the picture that it must be, in pixels
 * @throws DataError where it is no such PNG, a checksum is wrong, or it unpacks to another size than declared
 */
export function readPng(source: ByteSource, width: number): PngImage {
  const { name } = source;
  const bytes = readBytes(source, 0, source.length);
  const { header, parts } = chunksOf(name, bytes);
  if (header.width !== width || header.height === 0) {
    throw new DataError(`${name} is not the picture it should be`, {
      got: `${header.width}x${header.height} pixels`,
      expected: `${width} pixels a row`,
      remedy: 'Check that it is the file of this data set',
    });
  }
  const compressed = Buffer.concat(parts.slice(1).map((chunk) => chunk.subarray(8, chunk.length - 4)));
  const size = header.height * (1 + 3 * width);
  unpack(name, compressed, size, inflateSync, 'Fetch or copy it again');
  try {
    // Without its ancillary chunks, which may hold compressed data of their own.
    const { data } = decode(Buffer.concat([bytes.subarray(0, signature.length), ...parts, endChunk]));
    if (data instanceof Uint8Array && data.length === header.height * width * 3) return { ...header, data };
    throw new Error(`${data.length} values`);
  } catch (cause) {
    const got = cause instanceof Error ? cause.message : String(cause);
    throw new DataError(`${name} is damaged`, { got, remedy: 'Fetch or copy it again', cause });
  }
}

const endChunk = Uint8Array.of(0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82);

/** @returns the header, and the chunks that make the picture: IHDR, then each IDAT */
function chunksOf(name: string, bytes: Uint8Array): { header: Header; parts: Uint8Array[] } {
  const start = String.fromCharCode(...bytes.subarray(0, signature.length));
  if (start !== signature) {
    throw new DataError(`${name} is no PNG file`, { got: JSON.stringify(start), expected: 'the signature of PNG' });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Uint8Array[] = [];
  let header: Header | null = null;
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
    if (type === 'IEND') return { header, parts };
    if (type === 'IDAT' || parts.length === 0) parts.push(bytes.subarray(at, end));
    at = end;
  }
}

function headerOf(name: string, type: string, content: Uint8Array): Header {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const isHeader = type === 'IHDR' && content.length === headerBytes;
  const [depth, colour, compression, filter, interlace] = isHeader ? content.subarray(8) : [];
  if (depth !== 8 || colour !== trueColour || compression !== 0 || filter !== 0 || interlace !== 0) {
    throw new DataError(`${name} is a kind of PNG that is not read`, {
      got: isHeader ? `colour type ${colour}, ${depth} bits, interlace ${interlace}` : 'no header',
      expected: 'RGB of 8 bits (colour type 2), not interlaced',
      remedy: 'Check that it is the file of this data set',
    });
  }
  return { width: view.getUint32(0), height: view.getUint32(4) };
}
