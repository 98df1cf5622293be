/** Test images made worse step by step: what a network should know less of, and say so. */
import { UsageError, describeValue, isWhole } from '../errors/index.ts';
import { fillNormal, fillUniform, purpose } from '../random/index.ts';
import { blurred, faded, rotated } from './image-changes.ts';
import { type ImageShape, checkImages } from './resize.ts';
import { sharedBuffer } from './shared.ts';

/**
 * How strong each corruption is at the severities 1 to 5. Noise and contrast are those of Hendrycks and Dietterich 2019
 * (arXiv 1903.12261; noise as for ImageNet, contrast as for CIFAR-10); blur is a share of the shorter side, so that it means
 * the same for images of any size; rotation is not among theirs, and follows Ovadia et al. 2019 (arXiv 1906.02530).
 */
export const corruptionStrengths = {
  /** degrees, by a coin to the left or right */
  rotation: [10, 20, 30, 45, 60],
  /** standard deviation of Gaussian noise on each pixel and channel, white being 1 */
  noise: [0.08, 0.12, 0.18, 0.26, 0.38],
  /** standard deviation of a Gaussian, over the shorter side */
  blur: [0.02, 0.03, 0.045, 0.06, 0.08],
  /** what is left of the distance of each pixel from its channel's mean */
  contrast: [0.75, 0.5, 0.4, 0.3, 0.15],
} as const;

export type Corruption = keyof typeof corruptionStrengths;

/** In the order in which their noise is keyed. */
export const corruptions = Object.keys(corruptionStrengths) as readonly Corruption[];

export interface CorruptionOptions {
  readonly kind: Corruption;
  /** 1, the weakest, to 5 */
  readonly severity: number;
  readonly seed: number;
}

/**
 * Corrupted copies of images. Noise is keyed by (seed, corruption, kind, example), and is the same at each severity but for
 * its strength, so that an example's severities differ by that alone.
 * @param images [count, ...shape]
 * @param shape [height, width, channels]
 * @returns the same, on shared memory
 * @throws ShapeError where the images are not of their shape; UsageError for a kind, severity or seed that is none
 */
export function corruptedImages(
  images: Uint8Array,
  count: number,
  shape: ImageShape,
  { kind, severity, seed }: CorruptionOptions,
): Uint8Array {
  checkImages(images, count, shape);
  const layer = corruptions.indexOf(kind);
  if (layer < 0) {
    throw new UsageError('a corruption', { got: describeValue(kind), expected: corruptions.join(', ') });
  }
  if (!isWhole(severity, 1, 5)) {
    throw new UsageError('the severity of a corruption', { got: describeValue(severity), expected: '1 to 5' });
  }
  const strength = corruptionStrengths[kind][severity - 1]!;
  const size = shape[0] * shape[1] * shape[2];
  const out = new Uint8Array(sharedBuffer('corrupted images', count * size));
  for (let example = 0; example < count; example++) {
    const key = { seed, purpose: purpose.corruption, step: 0, replica: 0, layer, example };
    const image = images.subarray(example * size, (example + 1) * size);
    out.set(rounded(changed[kind](image, shape, strength, key)), example * size);
  }
  return out;
}

type Key = Parameters<typeof fillNormal>[1];
type Change = (image: Uint8Array, shape: ImageShape, strength: number, key: Key) => Float64Array;

const changed: Readonly<Record<Corruption, Change>> = {
  rotation(image, shape, degrees, key) {
    const coin = new Float32Array(1);
    fillUniform(coin, key);
    return rotated(image, shape, (Math.PI / 180) * (coin[0]! < 0.5 ? -degrees : degrees));
  },
  noise(image, _shape, deviation, key) {
    const normals = new Float32Array(image.length);
    fillNormal(normals, key);
    return Float64Array.from(image, (pixel, i) => pixel + 255 * deviation * normals[i]!);
  },
  blur: (image, shape, share) => blurred(image, shape, share * Math.min(shape[0], shape[1])),
  contrast: faded,
};

function rounded(pixels: Float64Array): Uint8ClampedArray {
  return Uint8ClampedArray.from(pixels);
}
