/** One picture, PNG or JPEG: its header alone, or its pixels as the network gets them. */
import { DataError } from '../../../errors/index.ts';
import { type ByteSource, readBytes } from '../../readers/bytes.ts';
import { readPng, readPngHeader } from '../../readers/png.ts';
import { isJpeg, jpegHeader, type PictureHeader, readJpeg } from './jpeg.ts';

export const pictureEndings: ReadonlySet<string> = new Set(['.png', '.jpg', '.jpeg']);

function isPng(start: Uint8Array): boolean {
  return String.fromCharCode(...start.subarray(0, 4)) === '\x89PNG';
}

export function isPicture(start: Uint8Array): boolean {
  return isPng(start) || isJpeg(start);
}

/** Without a look at the pixels. */
export function readPictureHeader(source: ByteSource): PictureHeader {
  const start = readBytes(source, 0, Math.min(4, source.length));
  if (isJpeg(start)) return jpegHeader(source.name, readBytes(source, 0, source.length));
  if (!isPng(start)) throw new DataError(`${source.name} is no picture`, { expected: 'a PNG or JPEG file' });
  const { width, height, colour, hasAlpha } = readPngHeader(source);
  return { width, height, channels: colour === 0 || colour === 4 ? 1 : 3, hasAlpha };
}

/**
 * @param shape [height, width, channels]: grey becomes colour, all channels alike, and colour grey where all pixels are
 * @param transparency what becomes of it: the colours beneath are taken, or it is an error; of what is opaque, nothing
 * @throws DataError where it has another size, is damaged, or is in colour and must be grey
 */
export async function readPicture(
  source: ByteSource,
  shape: readonly number[],
  transparency: 'dropped' | 'refused',
): Promise<Uint8Array> {
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
  const picture = isPng(readBytes(source, 0, 4)) ? readPng(source, () => {}) : await readJpeg(source);
  const { data } = picture;
  const own: number = picture.channels;
  const colours = own - (own % 2 === 0 ? 1 : 0);
  if (own === channels) return data;
  const image = new Uint8Array(height * width * channels);
  for (let i = 0; i < height * width; i++) {
    if (colours < own && transparency === 'refused' && data[i * own + colours] !== 255) {
      throw new DataError(`${name} is transparent`, {
        remedy: 'Save it without transparency, on the background it needs',
      });
    }
    for (let c = 0; c < channels; c++) image[i * channels + c] = data[i * own + (colours === 1 ? 0 : c)];
    if (channels === 1 && colours === 3) {
      const [red, green, blue] = data.subarray(i * own, i * own + 3);
      if (red === green && green === blue) continue;
      throw new DataError(`${name} is a picture in colour`, {
        expected: 'shades of grey',
        remedy: 'Save it as a greyscale picture',
      });
    }
  }
  return image;
}
