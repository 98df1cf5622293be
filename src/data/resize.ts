import { ShapeError, describeValue, isNumbers, isWhole } from '../errors/index.ts';
import { sharedBuffer } from './shared.ts';

/** [height, width, channels] */
export type ImageShape = readonly [number, number, number];

/**
 * Images in another size, and in grey or colour: each pixel is the mean of those beneath it, weighted by a triangle as wide as
 * the step from pixel to pixel of the smaller of both sizes, so that what is made smaller has no aliases. Grey becomes colour
 * with all channels alike, colour becomes grey by 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601).
 * @param images [count, ...from]
 * @returns [count, ...to], on shared memory
 * @throws ShapeError where the images are not of their shape, or channels would have to change otherwise than 1 and 3
 */
export function resizedImages(images: Uint8Array, count: number, from: ImageShape, to: ImageShape): Uint8Array {
  checkImages(images, count, from);
  checkImages(null, count, to);
  const isRecoloured = from[2] !== to[2];
  if (isRecoloured && !(from[2] === 1 && to[2] === 3) && !(from[2] === 3 && to[2] === 1)) {
    throw new ShapeError('channels of images', {
      got: `${from[2]} that should become ${to[2]}`,
      expected: 'grey to colour, 1 to 3, or colour to grey',
    });
  }
  const [height, width, channels] = from;
  const size = to[0] * to[1] * to[2];
  const out = new Uint8Array(sharedBuffer('resized images', count * size));
  const rows = weightsOf(height, to[0]);
  const columns = weightsOf(width, to[1]);
  const own = new Float64Array(height * width * to[2]);
  const narrow = new Float64Array(height * to[1] * to[2]);
  for (let n = 0; n < count; n++) {
    recolour(images.subarray(n * height * width * channels, (n + 1) * height * width * channels), channels, own, to[2]);
    alongRows(own, width, to[2], columns, narrow, height);
    const image = out.subarray(n * size, (n + 1) * size);
    for (let y = 0; y < to[0]; y++) {
      const { first, weights } = rows[y]!;
      for (let i = 0; i < to[1] * to[2]; i++) {
        let sum = 0;
        for (const [k, weight] of weights.entries()) sum += weight * narrow[(first + k) * to[1] * to[2] + i]!;
        image[y * to[1] * to[2] + i] = Math.round(sum);
      }
    }
  }
  return out;
}

interface Weights {
  readonly first: number;
  readonly weights: readonly number[];
}

/** Of each place of the new axis: the places of the old one that it takes from, and how much of each. */
function weightsOf(from: number, to: number): Weights[] {
  const scale = from / to;
  const reach = Math.max(1, scale);
  return Array.from({ length: to }, (_, place) => {
    const centre = (place + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - reach));
    const last = Math.min(from, Math.ceil(centre + reach));
    const raw = Array.from({ length: last - first }, (_w, k) =>
      Math.max(0, 1 - Math.abs(first + k + 0.5 - centre) / reach),
    );
    const sum = raw.reduce((all, one) => all + one, 0);
    return { first, weights: raw.map((weight) => weight / sum) };
  });
}

function alongRows(
  image: Float64Array,
  width: number,
  channels: number,
  columns: readonly Weights[],
  out: Float64Array,
  height: number,
): void {
  for (let y = 0; y < height; y++) {
    for (const [x, { first, weights }] of columns.entries()) {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (const [k, weight] of weights.entries()) sum += weight * image[(y * width + first + k) * channels + c]!;
        out[(y * columns.length + x) * channels + c] = sum;
      }
    }
  }
}

function recolour(image: Uint8Array, channels: number, out: Float64Array, wanted: number): void {
  if (channels === wanted) return out.set(image);
  for (let i = 0; i < image.length / channels; i++) {
    if (channels === 1) out.fill(image[i]!, wanted * i, wanted * (i + 1));
    else out[i] = 0.299 * image[3 * i]! + 0.587 * image[3 * i + 1]! + 0.114 * image[3 * i + 2]!;
  }
}

/** @param images null: of the shape alone */
export function checkImages(images: Uint8Array | null, count: number, shape: ImageShape): void {
  const [height, width, channels] = shape;
  const isSize = (value: number) => isWhole(value, 1, 2 ** 16);
  if (!isWhole(count, 1) || !isSize(height) || !isSize(width) || !isSize(channels)) {
    throw new ShapeError('images', {
      got: `${describeValue(count)} of ${shape.join('x')}`,
      expected: 'at least one of height x width x channels',
    });
  }
  const size = count * height * width * channels;
  if (images === null || (images instanceof Uint8Array && images.length === size)) return;
  throw new ShapeError('images do not fit their array', {
    got: isNumbers(images) ? `${(images as ArrayLike<number>).length}` : describeValue(images),
    expected: `${size} bytes: ${count} of ${shape.join('x')}`,
  });
}
