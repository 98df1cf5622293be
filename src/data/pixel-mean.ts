import type { ImageDataset, ImageSet } from './dataset.ts';

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

/**
 * The same data set, with what a network subtracts from its images.
 * @param mean asked once, when the first images are
 */
export function withPixelMean(dataset: ImageDataset, mean: () => Float32Array): ImageDataset {
  let known: Float32Array | undefined;
  const carrying = (set: ImageSet): ImageSet => ({ ...set, pixelMean: (known ??= mean()) });
  return {
    ...{ name: dataset.name, classes: dataset.classes, source: dataset.source },
    get train() {
      return carrying(dataset.train);
    },
    get test() {
      return carrying(dataset.test);
    },
  };
}
