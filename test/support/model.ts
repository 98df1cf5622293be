import { type ClassPredictive, categorical } from '../../src/likelihoods/index.ts';
import { type Model, networkOf } from '../../src/models/index.ts';
import type { Layer } from '../../src/layers/index.ts';

interface ImagesInClasses {
  /** [height, width, channels] */
  readonly shape?: readonly number[];
  readonly classes?: number;
  /** the mean image that is subtracted; none unless given */
  readonly shift?: Float32Array | null;
}

/** The layers as a classifier of images. */
export function classifier(
  name: string,
  network: Layer,
  { shape = [28, 28, 1], classes = 10, shift = null }: ImagesInClasses = {},
): Model<ClassPredictive> {
  return { name, input: { shape, dtype: 'u8', shift }, network, likelihood: categorical(classes) };
}

/** The network of a name as a classifier of images: those of the data set that it was made for, unless others are given. */
export function modelNamed(name: string, images: ImagesInClasses = {}): Model<ClassPredictive> {
  const cifar = /^CIFAR(\d+)/.exec(name);
  const { shape = cifar ? [32, 32, 3] : [28, 28, 1], classes = cifar ? Number(cifar[1]) : 10, shift = null } = images;
  return classifier(name, networkOf(name)(classes), { shape, classes, shift });
}
