import { UsageError, alternatives, describeValue } from '../errors/index.ts';
import type { Activation, Graph, Tensor } from '../graph/index.ts';
import type { Layer } from './layer.ts';

/**
 * What may stand behind a product: the activations that are operations, which the fusion pass moves into the product, and
 * those that are composed of several, since their derivative does not follow from their value.
 */
export type ActivationName = Activation | 'gelu' | 'silu';

/** In the order in which messages list them. */
export const activationNames = [
  'none',
  'relu',
  'tanh',
  'softplus',
  'sigmoid',
  'elu',
  'leakyRelu',
  'gelu',
  'silu',
] as const satisfies readonly ActivationName[];

/**
 * Appends an activation, by name, to a graph.
 *
 * gelu: x Phi(x) in its tanh form, x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) (Hendrycks and Gimpel 2016, arXiv
 * 1606.08415, section 2). silu: x sigmoid(x) (the same, and Elfwing et al. 2017). elu: x above 0, e^x - 1 below (Clevert
 * et al. 2015, alpha 1). leakyRelu: x above 0, 0.01 x below.
 * @returns a tensor of the shape of x; x itself for `none`
 * @throws UsageError for another name
 */
export function activate(graph: Graph, x: Tensor, name: ActivationName): Tensor {
  switch (name) {
    case 'none':
      return x;
    case 'gelu':
      return graph.scoped(name, () => gelu(graph, x));
    case 'silu':
      return graph.scoped(name, () => gated(graph, x, x));
    default:
      if (!activationNames.includes(name)) {
        throw new UsageError('an activation', { got: describeValue(name), expected: alternatives(activationNames) });
      }
      return graph.apply(name, [x], {}, name)[0]!;
  }
}

/** (1 + tanh u) / 2 is sigmoid(2u): u = x (a + b x^2), with the factor 2 in a and b. */
function gelu(graph: Graph, x: Tensor): Tensor {
  const a = 2 * Math.sqrt(2 / Math.PI);
  const square = graph.apply('square', [x], {})[0]!;
  const scaled = graph.apply('scale', [square], { factor: 0.044715 * a })[0]!;
  const slope = graph.apply('shift', [scaled], { offset: a })[0]!;
  return gated(graph, x, graph.apply('multiply', [x, slope], {}, 'gate')[0]!);
}

/** x sigmoid(gate) */
function gated(graph: Graph, x: Tensor, gate: Tensor): Tensor {
  const open = graph.apply('sigmoid', [gate], {})[0]!;
  return graph.apply('multiply', [x, open], {}, 'gated')[0]!;
}

/** An activation as a layer of its own; x of any shape. */
export function activation(name: ActivationName): Layer {
  return {
    kind: 'activation',
    build: (x, { graph }) => activate(graph, x, name),
  };
}
