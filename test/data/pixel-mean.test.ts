import { describe, expect, it } from 'vitest';
import { type ImageDataset, withPixelMean } from '../../src/datasets/index.ts';
import { type ImageSet, pixelMean } from '../../src/data/index.ts';

const set = (images: readonly number[]): ImageSet => ({
  ...{ count: images.length / 2, height: 1, width: 2, channels: 1 },
  images: Uint8Array.from(images),
  labels: new Uint8Array(images.length / 2),
});

describe('the mean image', () => {
  it('is that of each pixel over all images, in units of 1', () => {
    expect([...pixelMean(set([0, 255, 51, 255, 255, 0]))]).toEqual([Math.fround(306 / 765), Math.fround(510 / 765)]);
  });

  it('comes with the images of both parts, and is computed once', () => {
    let asked = 0;
    const dataset: ImageDataset = {
      ...{ name: 'cifar10', classes: 10, source: 'here' },
      train: set([1, 2]),
      test: set([3, 4]),
    };
    const { train, test, classes } = withPixelMean(dataset, () => {
      asked++;
      return Float32Array.of(0.25, 0.5);
    });
    expect(classes).toBe(10);
    expect(train.pixelMean).toEqual(Float32Array.of(0.25, 0.5));
    expect(test).toMatchObject({ images: Uint8Array.of(3, 4), pixelMean: train.pixelMean });
    expect(asked).toBe(1);
  });
});
