import type { ImageSet } from '../data/index.ts';
import type { ImageDataset } from './dataset.ts';

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
