import type { Graph } from './graph.ts';
import type { Node, Tensor } from './types.ts';

/**
 * How often a node runs in a training step. `step`: depends on parameters only, once. `replica`: depends on the weight
 * noise, once per replica. `slice`: depends on the examples or their signs, once per slice of a replica's batch.
 */
export type Stage = 'step' | 'replica' | 'slice';

export const stageNames: readonly Stage[] = ['step', 'replica', 'slice'];

/** The nodes that `outputs` need, each with its stage, in the order of execution. */
export function schedule(graph: Graph, outputs: readonly Tensor[]): { node: Node; stage: Stage }[] {
  const rank = new Map<Tensor, number>();
  const scheduled = needed(graph, outputs).map((node) => {
    const level = Math.max(intrinsic(node), ...node.inputs.map((input) => rank.get(input) ?? leaf(input)));
    for (const output of node.outputs) rank.set(output, level);
    return { node, stage: stageNames[level]! };
  });
  return stageNames.flatMap((stage) => scheduled.filter((entry) => entry.stage === stage));
}

function intrinsic({ operation }: Node): number {
  if (operation === 'normalNoise') return stageNames.indexOf('replica');
  if (operation === 'signNoise') return stageNames.indexOf('slice');
  return 0;
}

function leaf({ role }: Tensor): number {
  return role === 'input' ? stageNames.indexOf('slice') : 0;
}

/** Dead code is left out. */
function needed(graph: Graph, outputs: readonly Tensor[]): Node[] {
  const wanted = new Set(outputs);
  const nodes: Node[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((output) => wanted.has(output))) continue;
    for (const input of node.inputs) wanted.add(input);
    nodes.push(node);
  }
  return nodes.reverse();
}
