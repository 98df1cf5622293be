import {
  type FlipoutCost,
  Graph,
  type RealType,
  type Tensor,
  differentiate,
  fuse,
  keepOperandsInBfloat16,
  lowerFlipout,
} from '../graph/index.ts';
import {
  type ParameterDeclaration,
  type PosteriorDeclaration,
  type WeightsDefaults,
  weightsDefaults,
} from '../layers/index.ts';
import { type Model, buildNetwork } from '../models/index.ts';

/** Tensors of the graph that the caller reads. */
interface Roots {
  /** scalar: negative log-likelihood, a sum over the slice's examples, each times its weight, nats */
  readonly nll: Tensor;
  /** scalar: sum over the slice's examples of what the likelihood's step figure is the mean of */
  readonly figure: Tensor;
  /** scalar: KL(posterior || prior) of the weights for which it has a closed form, nats for the data set; null: there are none */
  readonly kl: Tensor | null;
  /** the same for the weights whose KL is estimated from the replica's draw */
  readonly sampledKl: Tensor | null;
  /** of all posteriors, in their order */
  readonly scales: readonly Tensor[];
  /** of the loss of a slice, one per parameter */
  readonly likelihoodGradients: readonly (Tensor | null)[];
  /** of `kl`, one per parameter; null where the KL does not depend on it */
  readonly divergenceGradients: readonly (Tensor | null)[];
}

/**
 * The graph of one slice of a replica's batch: the negative log-likelihood summed over the slice's examples, and the KL
 * of the whole network, each with its own gradient. Nothing in it is divided by a batch size or by N: the trainer, which
 * knows both, weighs the two terms, so that the ELBO cannot be mis-scaled by a layer.
 *
 * A KL that is estimated from a draw differs from replica to replica: its gradient is a sum over replicas as that of the
 * likelihood is, and goes the same way over the ranks. The loss of a slice is then nll + sampledWeight sampledKl.
 */
export interface ElboGraph extends Roots {
  readonly graph: Graph;
  /** u8 or f32 [examples, ...input.shape] */
  readonly inputs: Tensor;
  /** i32 [examples] or f32 [examples, width] */
  readonly targets: Tensor;
  /** f32 [examples], by which the nll of each is multiplied; null: by nothing */
  readonly exampleWeights: Tensor | null;
  /** scalar, filled before each step: beta x examples of a slice / N; null where no KL is sampled */
  readonly sampledWeight: Tensor | null;
  readonly parameters: readonly ParameterDeclaration[];
  readonly posteriors: readonly PosteriorDeclaration[];
}

export interface ElboOptions {
  /** of what convolutions and products multiply; f32 unless given */
  readonly precision?: RealType;
  /** what holds for weights whose layer says nothing else */
  readonly weights?: WeightsDefaults;
  /** whether each example has a weight; no, unless given */
  readonly isWeighted?: boolean;
}

/**
 * Builds, lowers, fuses and differentiates the negative ELBO (Blundell et al. 2015, arXiv 1505.05424, eq. 2).
 * @param examples of a slice
 */
export function buildElbo(model: Model, examples: number, cost: FlipoutCost, options: ElboOptions = {}): ElboGraph {
  const { precision = 'f32', weights = weightsDefaults, isWeighted = false } = options;
  const { likelihood } = model;
  const { dtype, width } = likelihood.target;
  const drafted = new Graph();
  const network = buildNetwork(model, drafted, examples, 'training', weights);
  const { inputs, outputs, parameters, posteriors, context } = network;
  const targets = drafted.input('targets', dtype === 'i32' ? [examples] : [examples, width], dtype);
  const perExample = likelihood.loss(outputs, targets, context);
  const sum = (tensor: Tensor, label: string) => drafted.apply('sum', [tensor], { leading: 1, trailing: 0 }, label)[0]!;
  const exampleWeights = isWeighted ? drafted.input('exampleWeights', [examples], 'f32') : null;
  const weigh = (nll: Tensor) =>
    exampleWeights === null ? nll : drafted.apply('multiply', [nll, exampleWeights], {}, 'weightedNll')[0]!;
  const nll = sum(weigh(perExample.nll), 'nll');
  const figure = sum(perExample.figure, 'figure');
  const kl = totalKl(drafted, posteriors, 'closed');
  const sampledKl = totalKl(drafted, posteriors, 'sampled');
  const sampledWeight = sampledKl && drafted.input('sampledWeight', [], 'f32');
  const loss =
    sampledKl && sampledWeight
      ? drafted.apply('add', [nll, drafted.apply('multiply', [sampledKl, sampledWeight], {})[0]!], {}, 'loss')[0]!
      : nll;

  const lowered = lowerFlipout(drafted, cost);
  const scales = posteriors.map(({ scale }) => scale);
  const kept = [nll, figure, kl, sampledKl, loss, ...scales].filter((tensor) => tensor !== null);
  const fused = fuse(lowered.graph, kept.map(lowered.resolve));
  const resolve = (tensor: Tensor) => fused.resolve(lowered.resolve(tensor));
  const { graph } = fused;
  const wanted = parameters.map(({ tensor }) => tensor);
  const resolvedKl = kl && resolve(kl);
  const elbo: ElboGraph = {
    ...{ graph, inputs, targets, exampleWeights, sampledWeight, parameters, posteriors },
    nll: resolve(nll),
    figure: resolve(figure),
    kl: resolvedKl,
    sampledKl: sampledKl && resolve(sampledKl),
    scales: scales.map(resolve),
    likelihoodGradients: own(graph, differentiate(graph, resolve(loss), wanted)),
    divergenceGradients: resolvedKl ? own(graph, differentiate(graph, resolvedKl, wanted)) : wanted.map(() => null),
  };
  return precision === 'bf16' ? inBfloat16(elbo) : elbo;
}

function totalKl(graph: Graph, posteriors: readonly PosteriorDeclaration[], kind: 'closed' | 'sampled'): Tensor | null {
  const terms = posteriors.flatMap(({ kl }) => (kl?.kind === kind ? [kl.value] : []));
  return terms.reduce<Tensor | null>((total, kl) => (total ? graph.apply('add', [total, kl], {}, 'kl')[0]! : kl), null);
}

/** What the caller reads at every step. */
export function outputsOf(elbo: ElboGraph): Tensor[] {
  const { nll, figure, sampledKl, scales, likelihoodGradients, divergenceGradients } = elbo;
  const all = [nll, figure, sampledKl, ...scales, ...likelihoodGradients, ...divergenceGradients];
  return all.filter((tensor) => tensor !== null);
}

/** What the caller reads now and then: the KL's value, which its gradient does not need. */
export function occasionalOf({ kl }: ElboGraph): Tensor[] {
  return kl ? [kl] : [];
}

function inBfloat16(elbo: ElboGraph): ElboGraph {
  const { graph, resolve } = keepOperandsInBfloat16(elbo.graph, [...outputsOf(elbo), ...occasionalOf(elbo)]);
  const resolveAll = (tensors: readonly (Tensor | null)[]) => tensors.map((tensor) => tensor && resolve(tensor));
  return {
    ...elbo,
    graph,
    nll: resolve(elbo.nll),
    figure: resolve(elbo.figure),
    kl: elbo.kl && resolve(elbo.kl),
    sampledKl: elbo.sampledKl && resolve(elbo.sampledKl),
    scales: elbo.scales.map(resolve),
    likelihoodGradients: resolveAll(elbo.likelihoodGradients),
    divergenceGradients: resolveAll(elbo.divergenceGradients),
  };
}

/** Gives every gradient memory of its own: one that is another tensor's alias, or two parameters' at once, is copied. */
function own(graph: Graph, gradients: readonly (Tensor | null)[]): (Tensor | null)[] {
  const seen = new Set<Tensor>();
  return gradients.map((gradient) => {
    if (!gradient) return null;
    const producer = graph.producer(gradient);
    const free = producer !== undefined && producer.operation !== 'reshape' && !seen.has(gradient);
    const copy = free ? gradient : graph.apply('scale', [gradient], { factor: 1 }, gradient.name)[0]!;
    seen.add(copy);
    return copy;
  });
}
