import type { Activation, OperationName } from './types.ts';

/** Every activation that is an operation of its own: complete, or it does not compile. */
const activations: Readonly<Record<Exclude<Activation, 'none'>, true>> = {
  relu: true,
  tanh: true,
  softplus: true,
  sigmoid: true,
  elu: true,
  leakyRelu: true,
};

/** Whether a node with this operation can become part of the product or convolution in front of it. */
export function isActivation(operation: OperationName): operation is Exclude<Activation, 'none'> {
  return operation in activations;
}
