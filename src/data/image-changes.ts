/** What is done to the pixels of one image [height, width, channels]: reals in 0 .. 255, not rounded yet. */
import type { ImageShape } from './resize.ts';

/** By an angle in radians around the middle, to the left where it is positive; what comes in from outside is the nearest edge. */
export function rotated(image: Uint8Array, [height, width, channels]: ImageShape, angle: number): Float64Array {
  const out = new Float64Array(image.length);
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const [middleY, middleX] = [(height - 1) / 2, (width - 1) / 2];
  const within = (place: number, last: number) => Math.min(last, Math.max(0, place));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [dy, dx] = [y - middleY, x - middleX];
      const fromY = within(middleY + cosine * dy + sine * dx, height - 1);
      const fromX = within(middleX + cosine * dx - sine * dy, width - 1);
      const [top, left] = [Math.floor(fromY), Math.floor(fromX)];
      const [bottom, right] = [Math.min(height - 1, top + 1), Math.min(width - 1, left + 1)];
      const [down, along] = [fromY - top, fromX - left];
      for (let c = 0; c < channels; c++) {
        const at = (row: number, column: number) => image[(row * width + column) * channels + c]!;
        const above = at(top, left) + along * (at(top, right) - at(top, left));
        const below = at(bottom, left) + along * (at(bottom, right) - at(bottom, left));
        out[(y * width + x) * channels + c] = above + down * (below - above);
      }
    }
  }
  return out;
}

/** By a Gaussian of a standard deviation in pixels, cut off at three of them; edges go on outside. */
export function blurred(image: Uint8Array, [height, width, channels]: ImageShape, deviation: number): Float64Array {
  const reach = Math.ceil(3 * deviation);
  const raw = Array.from({ length: 2 * reach + 1 }, (_, k) => Math.exp(-0.5 * ((k - reach) / deviation) ** 2));
  const sum = raw.reduce((all, one) => all + one, 0);
  const weights = Float64Array.from(raw, (weight) => weight / sum);
  const along = (source: ArrayLike<number>, length: number, stride: number) =>
    Float64Array.from({ length: image.length }, (_, i) => {
      const place = Math.floor(i / stride) % length;
      let value = 0;
      for (let k = -reach; k <= reach; k++) {
        const from = Math.min(length - 1, Math.max(0, place + k));
        value += weights[k + reach]! * source[i + (from - place) * stride]!;
      }
      return value;
    });
  return along(along(image, width, channels), height, width * channels);
}

/** Each channel moved towards its mean over the image: `share` is left of the distance. */
export function faded(image: Uint8Array, [height, width, channels]: ImageShape, share: number): Float64Array {
  const means = new Float64Array(channels);
  for (let i = 0; i < image.length; i++) means[i % channels]! += image[i]! / (height * width);
  return Float64Array.from(image, (pixel, i) => means[i % channels]! + share * (pixel - means[i % channels]!));
}
