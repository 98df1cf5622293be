import { UsageError, describeValue, suggestion } from '../errors/index.ts';
import { cifarNetworks } from './cifar.ts';
import { gravitationLikelihood, gravitationNetworks } from './gravitation.ts';
import { mnistNetworks } from './mnist.ts';
import type { Network } from './network.ts';
import { tableNetworks } from './table.ts';

export { type InputRows, type Inputs, areInMemory, dtypeOf } from './input-rows.ts';
export { type ForwardGraph, type InputEncoding, type Model, buildNetwork, declarationsOf } from './model.ts';
export { layersOf } from './description/layers.ts';
export { type TargetInfo, likelihoodOf, targetsOf } from './description/likelihood.ts';
export { isMapping } from './description/options.ts';
export { type DescribedModel, type Network, isModulePath, nameOf } from './network.ts';

const networks: Readonly<Record<string, Network>> = {
  ...mnistNetworks,
  ...cifarNetworks,
  ...tableNetworks,
  ...gravitationNetworks,
};

/** Names of all networks. */
export const modelNames: readonly string[] = Object.keys(networks);

/** What a network's outputs say of its targets where nobody says otherwise, written as in a configuration; null: by the targets. */
export function usualLikelihood(name: string): unknown {
  return Object.hasOwn(gravitationNetworks, name) ? gravitationLikelihood : null;
}

/**
 * The network of a name.
 * @throws UsageError listing the names
 */
export function networkOf(name: string): Network {
  const network = typeof name === 'string' && Object.hasOwn(networks, name) ? networks[name] : undefined;
  if (network) return network;
  const remedy = typeof name === 'string' ? suggestion(name, modelNames) : undefined;
  throw new UsageError('unknown model', {
    got: typeof name === 'string' ? name : describeValue(name),
    expected: modelNames.join(', '),
    ...(remedy && { remedy }),
  });
}
