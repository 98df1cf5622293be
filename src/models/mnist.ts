import {
  conv2d,
  conv2dFlipout,
  conv2dReparameterization,
  dense,
  denseFlipout,
  denseReparameterization,
  flatten,
  maxPool2d,
  sequential,
} from '../layers/index.ts';
import type { Layer } from '../layers/index.ts';
import type { Network } from './network.ts';

const filters = { filters: 64, kernelSize: 5, activation: 'relu' } as const;
const hidden = { units: 64, activation: 'relu' } as const;

const convolutional =
  (layer: Layer): Network =>
  (outputs) =>
    sequential(layer, maxPool2d({ window: 2 }), flatten(), dense({ units: outputs }));

const fullyConnected =
  (layer: Layer): Network =>
  (outputs) =>
    sequential(flatten(), layer, dense({ units: outputs }));

/** The networks for small images, under their names in the system that credence succeeds. */
export const mnistNetworks: Readonly<Record<string, Network>> = {
  BNN_conv_flip: convolutional(conv2dFlipout(filters)),
  BNN_conv_nonflip: convolutional(conv2dReparameterization(filters)),
  BNN_FC_flip: fullyConnected(denseFlipout(hidden)),
  BNN_FC_nonflip: fullyConnected(denseReparameterization(hidden)),
  CNN_conv: convolutional(conv2d(filters)),
  CNN_FC: fullyConnected(dense(hidden)),
};
