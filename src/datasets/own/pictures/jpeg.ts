/**
 * JPEG (ITU-T T.81), baseline and progressive, grey or in colour. The decoder is jpeg-js; what the header declares is held
 * against the length of the file before it allocates. A picture is turned as its EXIF orientation says.
 */
import { DataError } from '../../../errors/index.ts';
import { type ByteSource, readBytes } from '../../readers/bytes.ts';
import { checkPixels, mostPixels } from '../../readers/png.ts';
import { isTurned, orientationOf, upright } from './orientation.ts';

export interface PictureHeader {
  /** as the picture is seen */
  readonly width: number;
  readonly height: number;
  /** 1: grey, 3: red, green, blue */
  readonly channels: 1 | 3;
  readonly hasAlpha: boolean;
}

/** A block of 64 pixels takes a bit at least. */
const pixelsPerByte = 8 * 64;
/** A scan may pass over all blocks in a few bytes; progressive pictures have about ten, and their thumbnails some. */
const mostScans = 100;

interface JpegHeader extends PictureHeader {
  /** of EXIF, 1: as it is */
  readonly orientation: number;
}

export function isJpeg(start: Uint8Array): boolean {
  return start[0] === 0xff && start[1] === 0xd8 && start[2] === 0xff;
}

/** @throws DataError where there is no frame of one or three components of 8 bits, or the file is too short for it */
export function jpegHeader(name: string, bytes: Uint8Array): JpegHeader {
  let orientation = 1;
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
    if (isFrame) return oriented(frameOf(name, view, at + 4, marker), orientation);
    if (marker === 0xda || marker === 0xd9) break;
    const end = at + 2 + view.getUint16(at + 2);
    if (marker === 0xe1 && orientation === 1) orientation = orientationOf(bytes.subarray(at + 4, end));
    at = end;
  }
  throw damaged(name, `${bytes.length} bytes without a frame header`);
}

function oriented({ width, height, ...rest }: PictureHeader, orientation: number): JpegHeader {
  return isTurned(orientation)
    ? { width: height, height: width, ...rest, orientation }
    : { width, height, ...rest, orientation };
}

function frameOf(name: string, view: DataView, at: number, marker: number): PictureHeader {
  if (at + 6 > view.byteLength) throw damaged(name, `${view.byteLength} bytes`);
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
  checkPixels(name, { width, height });
  if (width * height > pixelsPerByte * view.byteLength) {
    throw damaged(name, `${width}x${height} pixels in ${view.byteLength} bytes`);
  }
  return { width, height, channels, hasAlpha: false };
}

/** @returns [height, width, channels] */
export async function readJpeg(source: ByteSource): Promise<PictureHeader & { readonly data: Uint8Array }> {
  const { name } = source;
  const bytes = readBytes(source, 0, source.length);
  const header = jpegHeader(name, bytes);
  const { channels, orientation } = header;
  const [width, height] = isTurned(orientation) ? [header.height, header.width] : [header.width, header.height];
  const scans = scansOf(bytes);
  if (scans > mostScans) throw damaged(name, `${scans} scans`);
  const { decode } = (await import('jpeg-js')).default;
  try {
    const image = decode(bytes, {
      ...{ useTArray: true, formatAsRGBA: false, tolerantDecoding: false },
      // Its own account: about twenty bytes per pixel and component.
      ...{ maxResolutionInMP: mostPixels / 1e6 + 1, maxMemoryUsageInMB: 16 + (width * height * channels * 64) / 1e6 },
    });
    if (image.width !== width || image.height !== height) throw new Error(`${image.width}x${image.height} pixels`);
    const data = channels === 3 ? image.data : image.data.filter((_, i) => i % 3 === 0);
    return { ...header, data: upright(data, { height, width, channels }, orientation) };
  } catch (cause) {
    throw damaged(name, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function scansOf(bytes: Uint8Array): number {
  let scans = 0;
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) if (bytes[at + 1] === 0xda) scans++;
  return scans;
}

function damaged(name: string, got: string, cause?: unknown): DataError {
  return new DataError(`${name} is no JPEG file, or is damaged`, { got, remedy: 'Fetch or copy it again', cause });
}
