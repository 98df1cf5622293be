import type { Graph } from './graph.ts';
import type { Node, Tensor } from './types.ts';

/** For each tensor its only reader; absent when it has none, several, or is read by the caller. */
export function soleReaders(graph: Graph, outputs: readonly Tensor[]): Map<Tensor, Node> {
  const kept = new Set(outputs);
  const readers = new Map<Tensor, Node>();
  for (const node of graph.nodes) {
    for (const input of node.inputs) {
      if (readers.has(input)) kept.add(input);
      readers.set(input, node);
    }
  }
  for (const tensor of kept) readers.delete(tensor);
  return readers;
}
