import { isActivation } from './activations.ts';
import type { Graph, Rewritten } from './graph.ts';
import { soleReaders } from './readers.ts';
import { sameShape } from './shapes.ts';
import type { Activation, Node, Operations, Tensor } from './types.ts';

/** activation(x (mean + scale . noise) + bias), the noise of the kernel's shape and read by nothing else */
interface Site {
  readonly product: Node;
  readonly mean: Tensor;
  readonly scale: Tensor;
  readonly noise: Operations['normalNoise'];
  readonly bias: Tensor | null;
  readonly activation: Activation;
  /** the nodes behind the product that become part of it, in order */
  readonly links: readonly Node[];
}

/**
 * Draws the pre-activations of a Bayesian dense layer and not its weights (Kingma, Salimans and Welling 2015, arXiv
 * 1506.02557, section 2.2): for a product y = x W with independent W_io ~ N(mean_io, scale_io^2) and an x that owes
 * nothing to W,
 *
 *     y_o = x mean_o + sqrt(x^2 scale_o^2) e_o,   e_o ~ N(0, 1) independent over the units o.
 *
 * That is the distribution of y for one x, exactly and jointly over the units, because each unit has weights of its own;
 * with an e that is new for each layer and draw, so is that of all that follows. A draw costs `units` normals per layer in
 * place of its weights, for a second product; where x does not depend on the draw, both are taken once per example. One e
 * serves all examples, as one W would. What changes is the joint distribution over examples: with W, corr(y_o(x), y_o(x'))
 * follows from how alike x and x' are, here it is 1. Nothing that is predicted for an example depends on it; a joint
 * statement about several examples needs draws of W.
 *
 * Left as weight draws: convolutions (the positions of one example share weights, so their pre-activations are not
 * independent).
 * @param outputs tensors that the caller reads
 */
export function reparameterizeLocally(graph: Graph, outputs: readonly Tensor[]): Rewritten {
  const readers = soleReaders(graph, outputs);
  const sites = new Map<Node, Site>();
  const absorbed = new Set<Node>();
  for (const node of graph.nodes) {
    const site = node.operation === 'matmul' ? match(node, graph, readers) : null;
    if (!site) continue;
    const chain = [node, ...site.links];
    const last = chain.pop()!;
    for (const link of chain) absorbed.add(link);
    sites.set(last, site);
  }
  return graph.rewrite((node, target, resolve) => {
    if (absorbed.has(node)) return [];
    const site = sites.get(node);
    return site ? [emit(site, target, resolve)] : null;
  });
}

function match(product: Node, graph: Graph, readers: ReadonlyMap<Tensor, Node>): Site | null {
  const { transposeA, transposeB } = product.attributes as Operations['matmul'];
  if (transposeA || transposeB) return null;
  const made = (tensor: Tensor | undefined, operation: Node['operation']) => {
    const producer = tensor && readers.has(tensor) ? graph.producer(tensor) : undefined;
    return producer?.operation === operation ? producer : undefined;
  };
  const kernel = made(product.inputs[1], 'add');
  const perturbation = made(kernel?.inputs[1], 'multiply');
  const noise = made(perturbation?.inputs[1], 'normalNoise');
  if (!kernel || !perturbation || !noise) return null;
  const [mean, scale] = [kernel.inputs[0]!, perturbation.inputs[0]!];
  if (!sameShape(noise.outputs[0]!.shape, mean.shape)) return null;
  const units = mean.shape[1]!;
  const links: Node[] = [];
  let end = product.outputs[0]!;
  let bias: Tensor | null = null;
  const sum = readers.get(end);
  if (sum?.operation === 'add' && sum.inputs[0] === end && sameShape(sum.inputs[1]!.shape, [units])) {
    bias = sum.inputs[1]!;
    links.push(sum);
    end = sum.outputs[0]!;
  }
  const next = readers.get(end);
  const activation = next && isActivation(next.operation) ? next.operation : 'none';
  if (activation !== 'none') links.push(next!);
  const attributes = noise.attributes as Operations['normalNoise'];
  return { product, mean, scale, noise: attributes, bias, activation, links };
}

function emit(site: Site, target: Graph, resolve: (tensor: Tensor) => Tensor): Tensor {
  const { product, noise, activation } = site;
  const [x, mean, scale] = [product.inputs[0]!, site.mean, site.scale].map(resolve) as [Tensor, Tensor, Tensor];
  const { name } = product.outputs[0]!;
  const plain = { transposeA: false, transposeB: false };
  const centre = target.apply('matmul', [x, mean], plain, `${name}/mean`)[0]!;
  const shifted = site.bias ? target.apply('add', [centre, resolve(site.bias)], {}, `${name}/biased`)[0]! : centre;
  const squares = [x, scale].map((tensor) => target.apply('square', [tensor], {}, `${name}/square`)[0]!);
  const variance = target.apply('matmul', squares, plain, `${name}/variance`)[0]!;
  const deviation = target.apply('sqrt', [variance], {}, `${name}/standardDeviation`)[0]!;
  const shape = [mean.shape[1]!];
  const draw = target.apply('normalNoise', [], { ...noise, shape }, `${name}/noise`)[0]!;
  return target.apply('perturb', [shifted, deviation, draw], { activation, repeat: 1 }, name)[0]!;
}
