import { conv2d, conv2dFlipout, dense, denseFlipout, flatten, maxPool2d, sequential } from '../layers/index.ts';
import type { Layer } from '../layers/index.ts';
import type { Network } from './network.ts';

/** The layers that tell a Bayesian network from its deterministic twin. */
interface Family {
  readonly convolution: typeof conv2d;
  readonly dense: typeof dense;
}

const bayesian: Family = { convolution: conv2dFlipout, dense: denseFlipout };
const deterministic: Family = { convolution: conv2d, dense };

/** Two convolutions and a halving of the image, as in VGG (Simonyan and Zisserman 2015). */
function block({ convolution }: Family, filters: number): Layer[] {
  const layer = convolution({ filters, kernelSize: 3, activation: 'relu' });
  return [layer, layer, maxPool2d({ window: 2 })];
}

const network =
  (family: Family): Network =>
  (outputs) =>
    sequential(
      ...block(family, 32),
      ...block(family, 64),
      ...block(family, 128),
      flatten(),
      family.dense({ units: 128, activation: 'relu' }),
      family.dense({ units: outputs }),
    );

/**
 * Three blocks of VGG for colour images, all weights with a posterior, and the same networks without. What follows CIFAR
 * in a name is the number of classes of the data that goes with it (datasets); the networks are the same.
 */
export const cifarNetworks: Readonly<Record<string, Network>> = Object.fromEntries(
  ['CIFAR10', 'CIFAR20', 'CIFAR100'].flatMap((set) => [
    [`${set}_BNN_model`, network(bayesian)],
    [`${set}_CNN_model`, network(deterministic)],
  ]),
);
