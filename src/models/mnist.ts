import {
  conv2d,
  conv2dFlipout,
  conv2dReparameterization,
  dense,
  denseFlipout,
  denseReparameterization,
  flatten,
  maxPool2d,
} from '../layers/index.ts';
import type { Layer } from '../layers/index.ts';
import type { Model } from './model.ts';

const image = { inputShape: [28, 28, 1], classes: 10 } as const;
const filters = { filters: 64, kernelSize: 5, activation: 'relu' } as const;
const hidden = { units: 64, activation: 'relu' } as const;
const classifier = dense({ units: image.classes });

const convolutional = (name: string, layer: Layer): Model => ({
  name,
  ...image,
  layers: [layer, maxPool2d({ window: 2 }), flatten(), classifier],
});

const fullyConnected = (name: string, layer: Layer): Model => ({
  name,
  ...image,
  layers: [flatten(), layer, classifier],
});

/** The networks for 28x28 images in 10 classes, under their names in the system that credence succeeds. */
export const mnistModels: readonly Model[] = [
  convolutional('BNN_conv_flip', conv2dFlipout(filters)),
  convolutional('BNN_conv_nonflip', conv2dReparameterization(filters)),
  fullyConnected('BNN_FC_flip', denseFlipout(hidden)),
  fullyConnected('BNN_FC_nonflip', denseReparameterization(hidden)),
  convolutional('CNN_conv', conv2d(filters)),
  fullyConnected('CNN_FC', dense(hidden)),
];
