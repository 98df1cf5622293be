/**
 * JPEG (ITU-T T.81), baseline and progressive, grey or in colour. The decoder is jpeg-js; what the header declares is held
 * against the length of the file before it allocates.
 */
import { DataError } from '../../../errors/index.ts';
import { type ByteSource, readBytes } from '../../readers/bytes.ts';

export interface PictureHeader {
  readonly width: number;
  readonly height: number;
  /** 1: grey, 3: red, green, blue */
  readonly channels: 1 | 3;
  readonly hasAlpha: boolean;
}

/** Pixels of a picture. */
const mostPixels = 2 ** 28;
/** A block of 64 pixels takes a bit at least. */
const pixelsPerByte = 8 * 64;

export function isJpeg(start: Uint8Array): boolean {
  return start[0] === 0xff && start[1] === 0xd8 && start[2] === 0xff;
}

/** @throws DataError where there is no frame of one or three components of 8 bits, or the file is too short for it */
export function jpegHeader(name: string, bytes: Uint8Array): PictureHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 9 < bytes.length; ) {
    if (bytes[at] !== 0xff) throw damaged(name, `no marker at byte ${at}`);
    const marker = bytes[at + 1];
    // Fill bytes, and markers that stand alone.
    if (marker === 0xff || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += marker === 0xff ? 1 : 2;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return frameOf(name, view, at + 4, marker);
    if (marker === 0xda || marker === 0xd9) break;
    at += 2 + view.getUint16(at + 2);
  }
  throw damaged(name, `${bytes.length} bytes without a frame header`);
}

function frameOf(name: string, view: DataView, at: number, marker: number): PictureHeader {
  const [depth, height, width, channels] = [
    view.getUint8(at),
    view.getUint16(at + 1),
    view.getUint16(at + 3),
    view.getUint8(at + 5),
  ];
  const isRead = depth === 8 && marker <= 0xc2 && width * height > 0;
  if (!isRead || (channels !== 1 && channels !== 3)) {
    throw new DataError(`${name} is a kind of JPEG that is not read`, {
      got: `${width}x${height} pixels of ${channels} components, ${depth} bits, frame type ${marker - 0xc0}`,
      expected: 'grey or RGB of 8 bits, baseline or progressive',
      remedy: 'Save it again as such a JPEG, or as PNG',
    });
  }
  if (width * height > Math.min(mostPixels, pixelsPerByte * view.byteLength)) {
    throw damaged(name, `${width}x${height} pixels in ${view.byteLength} bytes`);
  }
  return { width, height, channels, hasAlpha: false };
}

/** @returns [height, width, channels] */
export async function readJpeg(source: ByteSource): Promise<PictureHeader & { readonly data: Uint8Array }> {
  const { name } = source;
  const bytes = readBytes(source, 0, source.length);
  const header = jpegHeader(name, bytes);
  const { width, height, channels } = header;
  const { decode } = (await import('jpeg-js')).default;
  try {
    const image = decode(bytes, {
      ...{ useTArray: true, formatAsRGBA: false, tolerantDecoding: false },
      // Its own account: about twenty bytes per pixel and component.
      ...{ maxResolutionInMP: mostPixels / 1e6 + 1, maxMemoryUsageInMB: 16 + (width * height * channels * 64) / 1e6 },
    });
    if (image.width !== width || image.height !== height) throw new Error(`${image.width}x${image.height} pixels`);
    if (channels === 3) return { ...header, data: image.data };
    return { ...header, data: image.data.filter((_, i) => i % 3 === 0) };
  } catch (cause) {
    throw damaged(name, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function damaged(name: string, got: string, cause?: unknown): DataError {
  return new DataError(`${name} is no JPEG file, or is damaged`, { got, remedy: 'Fetch or copy it again', cause });
}
