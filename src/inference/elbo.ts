import { categoricalNegativeLogLikelihood } from '../distributions/index.ts';
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
import { imageInput } from './image-input.ts';
import { type Model, type ParameterDeclaration, type PosteriorDeclaration, buildModel } from '../models/index.ts';

/**
 * The graph of one slice of a replica's batch: the negative log-likelihood summed over the slice's examples, and the KL
 * of the whole network, each with its own gradient. Nothing in it is divided by a batch size or by N: the trainer, which
 * knows both, weighs the two terms, so that the ELBO cannot be mis-scaled by a layer.
 */
export interface ElboGraph {
  readonly graph: Graph;
  /** bytes [examples, ...inputShape] */
  readonly images: Tensor;
  /** i32 [examples] */
  readonly labels: Tensor;
  readonly parameters: readonly ParameterDeclaration[];
  readonly posteriors: readonly PosteriorDeclaration[];
  /** scalar: sum over the slice's examples, nats */
  readonly nll: Tensor;
  /** scalar: number of the slice's examples that the drawn network classified rightly */
  readonly correct: Tensor;
  /** scalar: KL(posterior || prior) of all weights, nats for the data set; null without a Bayesian layer */
  readonly kl: Tensor | null;
  /** of `nll`, one per parameter */
  readonly likelihoodGradients: readonly (Tensor | null)[];
  /** of `kl`, one per parameter; null where the KL does not depend on it */
  readonly divergenceGradients: readonly (Tensor | null)[];
}

/**
 * Builds, lowers, fuses and differentiates the negative ELBO of a classifier (Blundell et al. 2015, arXiv 1505.05424,
 * eq. 2, with the KL in closed form).
 * @param precision of what convolutions and products multiply
 * @param pixelMean what is subtracted from each image; null: nothing
 */
export function buildElbo(
  model: Model,
  examples: number,
  cost: FlipoutCost,
  precision: RealType,
  pixelMean: Float32Array | null = null,
): ElboGraph {
  const drafted = new Graph();
  const { images, x } = imageInput(drafted, model, examples, pixelMean);
  const labels = drafted.input('labels', [examples], 'i32');
  const { logits, parameters, posteriors } = buildModel(model, drafted, x, 'training');
  const likelihood = categoricalNegativeLogLikelihood(drafted, logits, labels);
  const sum = (perExample: Tensor, label: string) =>
    drafted.apply('sum', [perExample], { leading: 1, trailing: 0 }, label)[0]!;
  const roots = { nll: sum(likelihood.nll, 'nll'), correct: sum(likelihood.correct, 'correct') };
  const klTerms = posteriors.map(({ kl }) => kl);
  const draftedKl = klTerms.reduce<Tensor | null>(
    (total, kl) => (total ? drafted.apply('add', [total, kl], {}, 'kl')[0]! : kl),
    null,
  );

  const lowered = lowerFlipout(drafted, cost);
  const kept = [roots.nll, roots.correct, ...(draftedKl ? [draftedKl] : [])].map(lowered.resolve);
  const fused = fuse(lowered.graph, kept);
  const resolve = (tensor: Tensor) => fused.resolve(lowered.resolve(tensor));
  const { graph } = fused;
  const nll = resolve(roots.nll);
  const kl = draftedKl && resolve(draftedKl);
  const wanted = parameters.map(({ tensor }) => tensor);
  const elbo: ElboGraph = {
    graph,
    images,
    labels,
    parameters,
    posteriors: posteriors.map((posterior) => ({ ...posterior, kl: resolve(posterior.kl) })),
    nll,
    correct: resolve(roots.correct),
    kl,
    likelihoodGradients: own(graph, differentiate(graph, nll, wanted)),
    divergenceGradients: kl ? own(graph, differentiate(graph, kl, wanted)) : wanted.map(() => null),
  };
  return precision === 'bf16' ? inBfloat16(elbo) : elbo;
}

/** What the caller reads at every step. */
export function outputsOf({ nll, correct, likelihoodGradients, divergenceGradients }: ElboGraph): Tensor[] {
  return [nll, correct, ...likelihoodGradients, ...divergenceGradients].filter((tensor) => tensor !== null);
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
    posteriors: elbo.posteriors.map((posterior) => ({ ...posterior, kl: resolve(posterior.kl) })),
    nll: resolve(elbo.nll),
    correct: resolve(elbo.correct),
    kl: elbo.kl && resolve(elbo.kl),
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
