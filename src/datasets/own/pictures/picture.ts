/** One picture, PNG or JPEG: its header alone, or its pixels as the network gets them. */
import { DataError } from '../../../errors/index.ts';
import { type ByteSource, readBytes } from '../../readers/bytes.ts';
import { readPng } from '../../readers/png.ts';
import { isJpeg, jpegHeader, type PictureHeader, readJpeg } from './jpeg.ts';

export const pictureEndings: ReadonlySet<string> = new Set(['.png', '.jpg', '.jpeg']);

/** Signature, and the chunk IHDR. */
const pngHeaderBytes = 33;

function isPng(start: Uint8Array): boolean {
  return String.fromCharCode(...start.subarray(0, 4)) === '\x89PNG';
}

export function isPicture(start: Uint8Array): boolean {
  return isPng(start) || isJpeg(start);
}

/** Without a look at the pixels; the rest of a PNG's header is checked when it is decoded. */
export function readPictureHeader(source: ByteSource): PictureHeader {
  const start = readBytes(source, 0, Math.min(pngHeaderBytes, source.length));
  if (isJpeg(start)) return jpegHeader(source.name, readBytes(source, 0, source.length));
  if (!isPng(start) || start.length < pngHeaderBytes) throw noPicture(source.name);
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const colour = start[25];
  return {
    ...{ width: view.getUint32(16), height: view.getUint32(20) },
    ...{ channels: colour === 0 || colour === 4 ? 1 : 3, hasAlpha: colour === 4 || colour === 6 },
  };
}

/**
 * @param shape [height, width, channels]: grey becomes colour, all channels alike; transparency is dropped
 * @throws DataError where it has another size, is damaged, or is in colour and must be grey
 */
export async function readPicture(source: ByteSource, shape: readonly number[]): Promise<Uint8Array> {
  const [height, width, channels] = shape;
  const { name } = source;
  const header = readPictureHeader(source);
  if (header.width !== width || header.height !== height) {
    throw new DataError(`${name} does not have the size that the network expects`, {
      got: `${header.width}x${header.height} pixels`,
      expected: `${width}x${height}`,
      remedy: 'Cut or scale it before',
    });
  }
  const isOfPng = isPng(readBytes(source, 0, 4));
  const picture = isOfPng ? readPng(source, () => {}) : await readJpeg(source);
  const own: number = picture.channels;
  const colours = own - (own % 2 === 0 ? 1 : 0);
  if (colours > channels) {
    throw new DataError(`${name} is a picture in colour`, {
      expected: 'shades of grey',
      remedy: 'Save it as a greyscale picture',
    });
  }
  if (own === channels) return picture.data;
  const image = new Uint8Array(height * width * channels);
  for (let i = 0; i < height * width; i++) {
    for (let c = 0; c < channels; c++) image[i * channels + c] = picture.data[i * own + (colours === 1 ? 0 : c)];
  }
  return image;
}

function noPicture(name: string): DataError {
  return new DataError(`${name} is no picture`, { expected: 'a PNG or JPEG file' });
}
