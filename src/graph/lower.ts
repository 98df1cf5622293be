import { windowGeometry } from './shapes.ts';
import type { Graph, Rewritten } from './graph.ts';
import type { ConvolutionAttributes, Node, Tensor } from './types.ts';

/** What the cost model has to know of an engine. */
export interface FlipoutCost {
  /**
   * From how many output positions on forming an example's own weights and convolving once is cheaper than two
   * convolutions. Forming W_n and folding its gradient back costs |W| per example, a convolution |W| per position.
   */
  readonly perExampleFrom: number;
}

/**
 * Chooses how each flipout convolution is computed: per example (the operation stays) or as two convolutions
 * y = conv(x, mean) + conv(x . signsIn, perturbation) . signsOut. Both give the same numbers to rounding.
 */
export function lowerFlipout(graph: Graph, cost: FlipoutCost): Rewritten {
  return graph.rewrite((node, target, resolve) => {
    if (node.operation !== 'flipoutConv2d') return null;
    const attributes = node.attributes as ConvolutionAttributes;
    if (positions(node, attributes) >= cost.perExampleFrom) return null;
    const [x, mean, perturbation, signsIn, signsOut] = node.inputs.map(resolve) as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ];
    const { name } = node.outputs[0]!;
    const shared = target.apply('conv2d', [x, mean], attributes, name)[0]!;
    const signed = target.apply('channelSigns', [x, signsIn], {}, `${name}/signedInput`)[0]!;
    const own = target.apply('conv2d', [signed, perturbation], attributes, `${name}/perturbation`)[0]!;
    const signedOwn = target.apply('channelSigns', [own, signsOut], {}, `${name}/signedOutput`)[0]!;
    return target.apply('add', [shared, signedOwn], {}, `${name}/sum`);
  });
}

function positions(node: Node, { strides, dilations, padding }: ConvolutionAttributes): number {
  const [x, kernel] = node.inputs as [Tensor, Tensor];
  let count = 1;
  for (const axis of [0, 1] as const) {
    const window = (kernel.shape[axis]! - 1) * dilations[axis] + 1;
    count *= windowGeometry(x.shape[1 + axis]!, window, strides[axis], padding).output;
  }
  return count;
}
