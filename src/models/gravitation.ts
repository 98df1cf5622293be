import {
  type Layer,
  conv1d,
  conv1dFlipout,
  denseFlipout,
  flatten,
  heads,
  maxPool1d,
  sequential,
} from '../layers/index.ts';
import type { Network } from './network.ts';

/**
 * Seven convolutions, then of each output a leaf of three dense layers whose weights have a posterior (Shen, Huerta et al.
 * 2019, arXiv 1903.01998). The middle layer of a leaf is linear, as there, and so is the last: targets are standardised, where
 * the original has numbers from 0 to 1 and a tanh.
 * @param secondDilation of the second convolution
 */
const network =
  (convolution: typeof conv1d, secondDilation: number): Network =>
  (outputs) => {
    const root = (filters: number, kernelSize: number, dilation: number): Layer =>
      convolution({ filters, kernelSize, dilation, padding: 'VALID', activation: 'relu' });
    const same = (filters: number, kernelSize: number): Layer =>
      convolution({ filters, kernelSize, dilation: 2, padding: 'SAME', activation: 'relu' });
    const quarter = maxPool1d({ window: 4, padding: 'VALID' });
    const leaf = sequential(
      denseFlipout({ units: 128, activation: 'relu' }),
      denseFlipout({ units: 128 }),
      denseFlipout({ units: 1 }),
    );
    const leaves = Array.from({ length: outputs }, (_, i) => [`leaf_${i + 1}`, leaf] as const);
    return sequential(
      ...[root(64, 16, 1), quarter, root(128, 16, secondDilation), quarter, root(256, 16, 2), quarter],
      ...[same(256, 32), quarter, same(128, 4), same(128, 4), same(64, 2)],
      flatten(),
      heads(Object.fromEntries(leaves)),
    );
  };

/** The networks for black holes that merge: a trunk of numbers, and one all of whose weights have a posterior. */
export const gravitationNetworks: Readonly<Record<string, Network>> = {
  GW_BNN: network(conv1d, 2),
  GW_BNN_full: network(conv1dFlipout, 1),
};

/** What is not known of a faint signal is more than of a loud one: each of them has leaves that predict the noise. */
export const gravitationLikelihood = { normal: { noise: 'predicted' } };
