import { conv2d, conv2dFlipout, dense, denseFlipout, flatten, maxPool2d } from '../layers/index.ts';
import type { Layer } from '../layers/index.ts';
import type { Model } from './model.ts';

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

const network = (name: string, family: Family, classes: number): Model => ({
  name,
  inputShape: [32, 32, 3],
  classes,
  layers: [
    ...block(family, 32),
    ...block(family, 64),
    ...block(family, 128),
    flatten(),
    family.dense({ units: 128, activation: 'relu' }),
    family.dense({ units: classes }),
  ],
});

/**
 * Three blocks of VGG for 32x32 colour images, all weights with a posterior, and the same networks without. CIFAR20 is
 * CIFAR-100 with its superclasses for labels.
 */
export const cifarModels: readonly Model[] = [
  network('CIFAR10_BNN_model', bayesian, 10),
  network('CIFAR10_CNN_model', deterministic, 10),
  network('CIFAR20_BNN_model', bayesian, 20),
  network('CIFAR20_CNN_model', deterministic, 20),
  network('CIFAR100_BNN_model', bayesian, 100),
  network('CIFAR100_CNN_model', deterministic, 100),
];
