import type { Graph, Resolve, Rewritten } from './graph.ts';
import { sameShape, sizeOf } from './shapes.ts';
import { dependOnNoise, needed } from './stages.ts';
import type { Node, OperationName, Operations, SeveralDraws, Tensor } from './types.ts';

/** Operations whose rows have nothing to do with each other, and that know of no batch. */
const rowByRow: ReadonlySet<OperationName> = new Set<OperationName>([
  ...(['negate', 'exp', 'log', 'sqrt', 'square', 'scale', 'shift', 'softplusScale'] as const),
  ...(['relu', 'tanh', 'softplus', 'sigmoid', 'elu', 'leakyRelu'] as const),
  ...(['add', 'subtract', 'multiply', 'divide', 'matmul', 'concat', 'sliceLast'] as const),
  ...(['softmax', 'softmaxEntropy'] as const),
]);

/**
 * Several draws in one run of a prediction's graph: what depends on the draw gets a row for each example of each draw,
 * draw by draw, in place of a row for each example. A call's price is then shared by the draws, and products have
 * rows enough to be fast where there are few examples: a draw of one example is a row.
 *
 * That needs the draws' noise to be added to what examples have (`perturb`, from reparameterizeLocally) and nothing
 * behind it to mix rows: dense layers, activations, what likelihoods predict. Drawn weights are not of that kind.
 * @param outputs tensors that the caller reads; those that depend on the draw get `draws.count` times their rows
 * @returns null where the graph has something else behind its noise
 */
export function drawsInRows(graph: Graph, outputs: readonly Tensor[], draws: SeveralDraws): Rewritten | null {
  const drawn = dependOnNoise(graph);
  const used = needed(graph, outputs);
  const affected = used.filter((node) => node.outputs.some((output) => drawn.has(output)));
  const isNoiseOfDraw = ({ operation }: Node) => operation === 'normalNoise';
  const noise = new Set(affected.filter(isNoiseOfDraw).flatMap((node) => node.outputs));
  if (!affected.every((node) => isNoiseOfDraw(node) || fits(node, drawn, noise))) return null;
  const known = new Set(affected);
  return graph.rewrite((node, target, resolve) => (known.has(node) ? emit(node, target, resolve) : null));

  function emit(node: Node, target: Graph, resolve: Resolve): readonly Tensor[] | null {
    const { name } = node.outputs[0]!;
    const inputs = node.inputs.map(resolve);
    switch (node.operation) {
      case 'normalNoise':
        return target.apply('normalNoise', [], { ...(node.attributes as Operations['normalNoise']), draws }, name);
      case 'perturb': {
        const repeat = drawn.has(node.inputs[0]!) ? 1 : draws.count;
        return target.apply('perturb', inputs, { ...(node.attributes as Operations['perturb']), repeat }, name);
      }
      case 'reshape': {
        const [rows, ...rest] = (node.attributes as Operations['reshape']).shape;
        return target.apply('reshape', inputs, { shape: [rows! * draws.count, ...rest] }, name);
      }
      default:
        return null;
    }
  }
}

/** Whether a node does the same to more rows. */
function fits(node: Node, drawn: ReadonlySet<Tensor>, noise: ReadonlySet<Tensor>): boolean {
  const [first, ...others] = node.inputs as [Tensor, ...Tensor[]];
  if (node.operation === 'perturb') {
    const [scale, factor] = others as [Tensor, Tensor];
    return noise.has(factor) && !noise.has(first) && !noise.has(scale) && drawn.has(first) === drawn.has(scale);
  }
  // noise that is read by anything else
  if (node.inputs.some((input) => noise.has(input)) || !drawn.has(first)) return false;
  if (node.operation === 'reshape') return sameRows(first, node.outputs[0]!);
  if (!rowByRow.has(node.operation)) return false;
  switch (node.operation) {
    case 'matmul':
      return !drawn.has(others[0]!) && !(node.attributes as Operations['matmul']).transposeA;
    case 'concat':
      return others.every((other) => drawn.has(other));
    case 'add':
    case 'subtract':
    case 'multiply':
    case 'divide':
      return others.every((other) =>
        drawn.has(other) ? sameShape(other.shape, first.shape) : other.shape.length < first.shape.length,
      );
    default:
      return true;
  }
}

/** Whether the leading axis stays what it is. */
function sameRows({ shape: from }: Tensor, { shape: to }: Tensor): boolean {
  return from[0] === to[0] && sizeOf(from) === sizeOf(to);
}
