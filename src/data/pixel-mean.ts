import type { ImageSet } from './dataset.ts';

/**
 * The mean image of a training set, in units of 1. Bytes are summed as integers, so that it is the same on every machine.
 * @returns [height, width, channels]
 */
export function pixelMean({ count, images }: Pick<ImageSet, 'count' | 'images'>): Float32Array {
  const size = images.length / count;
  const sums = new Float64Array(size);
  for (let i = 0, at = 0; i < count; i++) {
    for (let j = 0; j < size; j++) sums[j] += images[at++];
  }
  return Float32Array.from(sums, (sum) => sum / (255 * count));
}
