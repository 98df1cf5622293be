import { isActivation } from './activations.ts';
import type { Graph, Rewritten } from './graph.ts';
import { soleReaders } from './readers.ts';
import { sameShape } from './shapes.ts';
import type { Activation, ConvolutionAttributes, Node, Operations, Tensor, Window2d } from './types.ts';

/**
 * Moves bias, activation and pooling into the convolution or matrix product in front of them, so that an engine can
 * apply them while the result is still in registers or cache. Run before differentiation: the gradient of a fused node
 * is one fused node again.
 *
 * The pattern is producer (-> add bias) (-> activation) (-> maxPool2d), each the only reader of the one before;
 * reshapes that keep the last axis may stand between (conv1d is a conv2d of height 1) and end up behind.
 * @param outputs tensors that the caller reads: they are never fused away
 */
export function fuse(graph: Graph, outputs: readonly Tensor[]): Rewritten {
  const readers = soleReaders(graph, outputs);
  const chains = new Map<Node, Chain>();
  const absorbed = new Set<Node>();
  for (const node of graph.nodes) {
    if (!isProducer(node)) continue;
    const chain = follow(node, readers);
    if (chain.links.length === 0) continue;
    for (const link of [node, ...chain.links]) absorbed.add(link);
    const last = chain.links[chain.links.length - 1]!;
    absorbed.delete(last);
    chains.set(last, chain);
  }
  return graph.rewrite((node, target, resolve) => {
    if (absorbed.has(node)) return [];
    const chain = chains.get(node);
    return chain ? emit(chain, target, resolve) : null;
  });
}

interface Chain {
  readonly producer: Node;
  /** the nodes behind the producer that become part of it, in order */
  readonly links: readonly Node[];
  readonly bias: Tensor | null;
  readonly activation: Activation;
  readonly pool: Window2d | null;
  /** what the caller sees */
  readonly outputs: readonly Tensor[];
}

function isProducer(node: Node): boolean {
  if (node.operation === 'conv2d' || node.operation === 'flipoutConv2d') {
    const { bias, activation, pool } = node.attributes as ConvolutionAttributes;
    return !bias && activation === 'none' && pool === null;
  }
  if (node.operation !== 'matmul') return false;
  const { transposeA, transposeB } = node.attributes as Operations['matmul'];
  return !transposeA && !transposeB;
}

function follow(producer: Node, readers: ReadonlyMap<Tensor, Node>): Chain {
  const convolution = producer.operation !== 'matmul';
  const channels = producer.outputs[0]!.shape[producer.outputs[0]!.shape.length - 1]!;
  let bias: Tensor | null = null;
  let activation: Activation = 'none';
  let pool: Window2d | null = null;
  const links: Node[] = [];
  const pending: Node[] = []; // reshapes: part of the chain only if something is fused behind them
  let outputs = producer.outputs;
  for (let next = readers.get(outputs[0]!); next && !pool; next = readers.get(outputs[0]!)) {
    const { operation, inputs } = next;
    if (operation === 'reshape') {
      const { shape } = next.outputs[0]!;
      if (shape[shape.length - 1] !== channels) break;
      pending.push(next);
    } else {
      if (operation === 'add' && !bias && activation === 'none' && isBias(inputs, outputs[0]!, channels)) {
        bias = inputs[1]!;
      } else if (isActivation(operation) && activation === 'none') {
        activation = operation;
      } else if (operation === 'maxPool2d' && convolution && sameShape(inputs[0]!.shape, producer.outputs[0]!.shape)) {
        pool = next.attributes as Window2d;
      } else {
        break;
      }
      links.push(...pending.splice(0), next);
    }
    outputs = next.outputs;
  }
  const end = links[links.length - 1] ?? producer;
  return { producer, links, bias, activation, pool, outputs: end.outputs };
}

/** A parameter, or what was drawn from its posterior: the fused node stands behind both. */
function isBias(inputs: readonly Tensor[], sum: Tensor, channels: number): boolean {
  const [a, b] = inputs as [Tensor, Tensor];
  return a === sum && sameShape(b.shape, [channels]);
}

function emit(chain: Chain, target: Graph, resolve: (tensor: Tensor) => Tensor): readonly Tensor[] {
  const { producer, bias, activation, pool, outputs } = chain;
  const inputs = [...producer.inputs, ...(bias ? [bias] : [])].map(resolve);
  const name = producer.outputs[0]!.name;
  const fused =
    producer.operation === 'matmul'
      ? target.apply('dense', inputs, { bias: bias !== null, activation }, name)
      : target.apply(
          producer.operation as 'conv2d' | 'flipoutConv2d',
          inputs,
          { ...(producer.attributes as ConvolutionAttributes), bias: bias !== null, activation, pool },
          name,
        );
  const { shape } = outputs[0]!;
  const first = sameShape(fused[0]!.shape, shape)
    ? fused[0]!
    : target.apply('reshape', [fused[0]!], { shape }, name)[0]!;
  return [first, ...fused.slice(1)];
}
