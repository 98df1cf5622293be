import { denseFlipout, flatten, sequential } from '../layers/index.ts';
import type { Network } from './network.ts';

/** One hidden layer of 50, all weights with a posterior: the network of the regression benchmarks (Hernandez-Lobato and Adams 2015). */
export const tableNetworks: Readonly<Record<string, Network>> = {
  BNN_table: (outputs) =>
    sequential(
      flatten(),
      denseFlipout({ units: 50, activation: 'relu', bias: 'normal' }),
      denseFlipout({ units: outputs, bias: 'normal' }),
    ),
};
