/** The chunks of a PNG (ISO/IEC 15948), and what its header says. */
import { crc32 } from 'node:zlib';
import { DataError } from '../../errors/index.ts';

export const signature = '\x89PNG\r\n\x1a\n';
/** length, type and checksum around a chunk's content */
export const frameBytes = 12;
export const headerBytes = 13;
/** Colour type of pictures whose pixels are places in a palette. */
const byPalette = 3;

export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** colour type: 0 grey, 2 RGB, 3 by a palette, 4 grey with alpha, 6 RGB with alpha */
  readonly colour: number;
  /** of a value: 1, 2, 4, 8 or 16 */
  readonly depth: number;
  readonly isInterlaced: boolean;
}

/** The chunks of a palette. */
const ofPalette: ReadonlySet<string> = new Set(['PLTE', 'tRNS']);

/**
 * @returns the header, the chunks that make the picture, the colour that is transparent (of a palette it is among them) and
 * the contents of the chunks that hold the pixels
 */
export function chunksOf(name: string, bytes: Uint8Array) {
  const start = String.fromCharCode(...bytes.subarray(0, signature.length));
  if (start !== signature) {
    throw new DataError(`${name} is no PNG file`, { got: JSON.stringify(start), expected: 'the signature of PNG' });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Uint8Array[] = [];
  const compressed: Uint8Array[] = [];
  let header: PngHeader | null = null;
  let clear: readonly number[] | null = null;
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
    if (type === 'IEND') return { header, parts, clear, compressed };
    // Beside true colours, a palette is only suggested.
    if (type === 'IHDR' || (ofPalette.has(type) && header.colour === byPalette)) parts.push(bytes.subarray(at, end));
    else if (type === 'tRNS') clear = Array.from({ length: length / 2 }, (_, i) => view.getUint16(at + 8 + 2 * i));
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

export function headerOf(name: string, type: string, content: Uint8Array): PngHeader {
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
