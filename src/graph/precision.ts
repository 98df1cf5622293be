import type { Graph, Rewritten } from './graph.ts';
import type { Node, OperationName, Tensor } from './types.ts';

/** Some inputs of some operations, by their places. */
type Places = { readonly [O in OperationName]?: readonly number[] };

/** Which inputs of a node are multiplied and summed: what a processor with bfloat16 takes in bfloat16. */
const factors: Places = {
  matmul: [0, 1],
  dense: [0, 1],
  conv2d: [0, 1],
  conv2dBackward: [0, 1, 2, 3],
  // mean and perturbation are no factors: W_n is, formed from them in float32
  flipoutConv2d: [0],
  flipoutConv2dBackward: [0, 5, 6],
};

/** Which inputs of a node are numbers of rows: exact, or they name another row. */
const rowNumbers: Places = {
  gatherRows: [0],
  gatherRowsBackward: [0],
};

/**
 * Mixed precision: keeps in bfloat16 what convolutions and matrix products multiply, and nothing else. These are the
 * activations and the gradients that pass from layer to layer, in half the memory, and the kernels, as copies of float32
 * parameters. Sums of products, bias, activation and pooling behind them, gradients of parameters, noise, the likelihood,
 * the KL divergence, what is read from outside, and all that the number of a table's row comes from stay in float32.
 *
 * Run on the whole graph, after differentiation: the gradient of a step through bfloat16 is the step's own.
 * @param outputs tensors that the caller reads: they stay as they are
 */
export function keepOperandsInBfloat16(graph: Graph, outputs: readonly Tensor[]): Rewritten {
  const rootOf = rootsOf(graph.nodes);
  const kept = new Set([...outputs, ...ancestors(graph.nodes, rowNumbers)].map(rootOf));
  const isFree = (root: Tensor) => root.role === 'value' && root.dtype === 'f32' && !kept.has(root);
  const narrow = new Set(
    graph.nodes
      .flatMap((node) => inputsAt(node, factors))
      .map(rootOf)
      .filter(isFree),
  );
  const copies = new Map<Tensor, Tensor>();

  return graph.rewrite((node, target, resolve) => {
    if (node.operation === 'reshape') return null;
    const places = factors[node.operation] ?? [];
    const inputs = node.inputs.map((input, i) => {
      const own = resolve(input);
      if (own.dtype !== 'f32' || !places.includes(i)) return own;
      let copy = copies.get(own);
      if (!copy) {
        [copy] = target.apply('convert', [own], { dtype: 'bf16' }, `${own.name} in bfloat16`) as [Tensor];
        copies.set(own, copy);
      }
      return copy;
    });
    const stored = node.outputs.map((output) => (narrow.has(output) ? 'bf16' : output.dtype));
    return target.apply(node.operation, inputs, node.attributes, node.outputs[0]!.name, stored);
  });
}

function inputsAt({ operation, inputs }: Node, places: Places): Tensor[] {
  return (places[operation] ?? []).map((place) => inputs[place]!);
}

/** The inputs at these places, and all that they are computed from. */
function ancestors(nodes: readonly Node[], places: Places): ReadonlySet<Tensor> {
  const found = new Set(nodes.flatMap((node) => inputsAt(node, places)));
  for (const { inputs, outputs } of [...nodes].reverse()) {
    if (outputs.some((output) => found.has(output))) for (const input of inputs) found.add(input);
  }
  return found;
}

/** From a reshape's output to the tensor whose memory it is. */
function rootsOf(nodes: readonly Node[]): (tensor: Tensor) => Tensor {
  const roots = new Map<Tensor, Tensor>();
  const rootOf = (tensor: Tensor): Tensor => roots.get(tensor) ?? tensor;
  for (const { operation, inputs, outputs } of nodes) {
    if (operation === 'reshape') roots.set(outputs[0]!, rootOf(inputs[0]!));
  }
  return rootOf;
}
