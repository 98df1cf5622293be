import type { Graph } from './graph.ts';
import type { Node, OperationName, Tensor } from './types.ts';

/**
 * How often a node runs. `step`: depends on parameters only, once; `figures`: so too, but only an occasional output needs it,
 * when that is wanted, between `step` and the next or behind all others. In training, `replica`: depends on the weight noise,
 * once per replica; `slice`: depends on the examples or their signs, once per slice of a replica's batch. In prediction,
 * `examples`: depends on the examples, once for each batch of them; `draw`: depends on noise, once per draw and batch.
 */
export type Stage = 'step' | 'figures' | 'replica' | 'slice' | 'examples' | 'draw';

/**
 * The loops of a program, outermost first. Training goes through the slices within a draw of the weights, prediction
 * through the draws within a batch of examples: what does not depend on the draw is computed once.
 */
const nestings = {
  training: ['step', 'replica', 'slice', 'figures'],
  prediction: ['step', 'examples', 'draw'],
} as const satisfies Readonly<Record<string, readonly Stage[]>>;

export type Nesting = keyof typeof nestings;

export const stageNames: readonly Stage[] = ['step', 'replica', 'slice', 'examples', 'draw', 'figures'];

type Noise = 'normalNoise' | 'signNoise' | 'maskNoise';

/** The outermost loop that renews what a node reads. */
const origins: Readonly<Record<Nesting, Readonly<Record<Noise | 'input', Stage>>>> = {
  training: { normalNoise: 'replica', signNoise: 'slice', maskNoise: 'slice', input: 'slice' },
  prediction: { normalNoise: 'draw', signNoise: 'draw', maskNoise: 'draw', input: 'examples' },
};

export function isNoise(operation: OperationName): operation is Noise {
  return operation === 'normalNoise' || operation === 'signNoise' || operation === 'maskNoise';
}

/** What is another with each draw of the weights, signs or masks. */
export function dependOnNoise(graph: Graph): ReadonlySet<Tensor> {
  const drawn = new Set<Tensor>();
  for (const { operation, inputs, outputs } of graph.nodes) {
    if (isNoise(operation) || inputs.some((input) => drawn.has(input))) for (const output of outputs) drawn.add(output);
  }
  return drawn;
}

/** The nodes that `outputs` and `occasional` need, each with its stage, in the order of execution. */
export function schedule(
  graph: Graph,
  outputs: readonly Tensor[],
  nesting: Nesting,
  occasional: readonly Tensor[] = [],
): { node: Node; stage: Stage }[] {
  const stages: readonly Stage[] = nestings[nesting];
  const origin = origins[nesting];
  const leaf = ({ role }: Tensor) => (role === 'input' ? stages.indexOf(origin.input) : 0);
  const intrinsic = ({ operation }: Node) => (isNoise(operation) ? stages.indexOf(origin[operation]) : 0);
  const rank = new Map<Tensor, number>();
  const scheduled = needed(graph, [...outputs, ...occasional]).map((node): { node: Node; stage: Stage } => {
    const level = Math.max(intrinsic(node), ...node.inputs.map((input) => rank.get(input) ?? leaf(input)));
    for (const output of node.outputs) rank.set(output, level);
    return { node, stage: stages[level]! };
  });
  // an occasional output that depends on examples or noise is computed with them
  const regular = occasional.filter((tensor) => (rank.get(tensor) ?? 0) > 0);
  const always = new Set(needed(graph, [...outputs, ...regular]));
  for (const entry of scheduled) if (!always.has(entry.node)) entry.stage = 'figures';
  return stages.flatMap((stage) => scheduled.filter((entry) => entry.stage === stage));
}

/** Those that the outputs need, in their order: dead code is left out. */
export function needed(graph: Graph, outputs: readonly Tensor[]): Node[] {
  const wanted = new Set(outputs);
  const nodes: Node[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((output) => wanted.has(output))) continue;
    for (const input of node.inputs) wanted.add(input);
    nodes.push(node);
  }
  return nodes.reverse();
}
