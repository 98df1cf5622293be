import { GraphError } from '../errors/index.ts';
import type { Graph } from './graph.ts';
import { operationOf } from './operations/table.ts';
import type { Node, Tensor } from './types.ts';

/**
 * Reverse mode: appends to the graph the nodes that compute the gradient of a scalar.
 * @param loss a scalar of the graph
 * @param wanted parameters or inputs
 * @returns one gradient per wanted tensor, of its shape; null where the loss does not depend on it
 * @throws GraphError when the way from the loss to a wanted tensor passes an operation without a gradient
 */
export function differentiate(graph: Graph, loss: Tensor, wanted: readonly Tensor[]): (Tensor | null)[] {
  if (loss.shape.length !== 0) {
    throw new GraphError(`only a scalar can be differentiated`, {
      got: `${loss.name} of shape ${loss.shape.join('x')}`,
    });
  }
  const forward = [...graph.nodes];
  const dependent = dependents(forward, wanted);
  const gradients = new Map<Tensor, Tensor>();
  gradients.set(loss, graph.constant('one', [], Float32Array.of(1)));

  for (const node of forward.reverse()) {
    const dy = gradients.get(node.outputs[0]!);
    if (!dy || !node.outputs.some((output) => dependent.has(output))) continue;
    const rule = operationOf(node.operation).gradient;
    if (!rule) throw new GraphError(`${node.operation} has no gradient, and ${loss.name} depends on it`);
    const needs = node.inputs.map((input) => dependent.has(input));
    const inputGradients = graph.scoped(`gradient of ${node.outputs[0]!.name}`, () => rule({ graph, node, dy, needs }));
    for (const [i, gradient] of inputGradients.entries()) {
      if (gradient && needs[i]) add(graph, gradients, node.inputs[i]!, gradient);
    }
  }
  return wanted.map((tensor) => gradients.get(tensor) ?? null);
}

/** Every tensor whose value depends on one of `sources`, the sources included. */
function dependents(nodes: readonly Node[], sources: readonly Tensor[]): ReadonlySet<Tensor> {
  const found = new Set(sources);
  for (const { inputs, outputs } of nodes) {
    if (inputs.some((input) => found.has(input))) for (const output of outputs) found.add(output);
  }
  return found;
}

/** A tensor that is used more than once receives the sum of its uses' gradients. */
function add(graph: Graph, gradients: Map<Tensor, Tensor>, tensor: Tensor, gradient: Tensor): void {
  const before = gradients.get(tensor);
  gradients.set(
    tensor,
    before ? graph.apply('add', [before, gradient], {}, `gradient of ${tensor.name}`)[0]! : gradient,
  );
}
