import { DataError } from '../../errors/index.ts';
import type { ByteSource } from './bytes.ts';
import { readPng } from './png.ts';

/**
 * A PNG as an image of the shape that a network expects. A grey picture serves a network for colour images, all channels
 * alike; a colour picture serves one for grey images if all its pixels are grey. Transparency is refused.
 * @param shape [height, width, channels]
 * @returns [height, width, channels]
 * @throws DataError where the picture has another size, or is damaged; nothing is unpacked beyond the size it declares
 */
export function decodePicture(source: ByteSource, [height, width, channels]: readonly [number, number, number]) {
  const { name } = source;
  const picture = readPng(source, (header) => {
    if (header.width === width && header.height === height) return;
    throw new DataError(`${name} does not have the size that the network expects`, {
      got: `${header.width}x${header.height} pixels`,
      expected: `${width}x${height}`,
      remedy: 'Cut or scale it before',
    });
  });
  const { channels: own, data } = picture;
  const colours = own - (own % 2 === 0 ? 1 : 0);
  const image = new Uint8Array(height * width * channels);
  for (let i = 0; i < height * width; i++) {
    if (colours < own && data[i * own + colours] !== 255) {
      throw new DataError(`${name} is transparent`, { remedy: 'Save it without an alpha channel' });
    }
    for (let c = 0; c < channels; c++) image[i * channels + c] = data[i * own + (colours === 1 ? 0 : c)]!;
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
