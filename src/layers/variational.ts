import { normalKlDivergenceOf } from '../distributions/index.ts';
import type { Tensor } from '../graph/index.ts';
import { purpose } from '../random/index.ts';
import type { LayerContext } from './layer.ts';

/** Keeps the standard deviation positive where softplus underflows: float32's machine epsilon, as in TFP's layers. */
const scaleOffset = 1.1920929e-7;

export interface VariationalKernel {
  readonly mean: Tensor;
  /** standard deviation x standard normal noise, of the shape of `mean` */
  readonly perturbation: Tensor;
  /** the posterior's number in the noise's key */
  readonly number: number;
}

/**
 * A kernel with a mean-field normal posterior q and the prior N(0, 1): declares its mean and untransformed scale
 * (standard deviation = epsilon + softplus(untransformed scale)), its KL(q || p), and draws its noise. Initial values are
 * those of TensorFlow Probability's layers: N(0, 0.1) for the mean, N(-3, 0.1) for the untransformed scale.
 */
export function variationalKernel(context: LayerContext, shape: readonly number[]): VariationalKernel {
  const { graph, mode } = context;
  const mean = context.parameter('kernel/mean', shape, { kind: 'normal', mean: 0, standardDeviation: 0.1 });
  const untransformedScale = context.parameter('kernel/untransformedScale', shape, {
    kind: 'normal',
    mean: -3,
    standardDeviation: 0.1,
  });
  const scale = graph.apply('softplusScale', [untransformedScale], { offset: scaleOffset }, 'standardDeviation')[0]!;
  const kl = normalKlDivergenceOf(graph, { mean, scale }, { mean: 0, scale: 1 });
  const number = context.posterior({ mean, untransformedScale, kl });
  const noise = graph.apply(
    'normalNoise',
    [],
    { purpose: mode === 'training' ? purpose.weightNoise : purpose.predictionNoise, layer: number, shape },
    'noise',
  )[0]!;
  const perturbation = graph.apply('multiply', [scale, noise], {}, 'perturbation')[0]!;
  return { mean, perturbation, number };
}

/** One draw of the kernel, mean + perturbation (Kingma and Welling 2014, section 2.4). */
export function drawnKernel({ graph }: LayerContext, { mean, perturbation }: VariationalKernel): Tensor {
  return graph.apply('add', [mean, perturbation], {}, 'kernel')[0]!;
}

export interface FlipoutSigns {
  /** [batch, input features] */
  readonly input: Tensor;
  /** [batch, output features] */
  readonly output: Tensor;
}

/** Rademacher signs, one pair of vectors per example (Wen et al. 2018, section 3.2). */
export function flipoutSigns(
  { graph }: LayerContext,
  layer: number,
  examples: number,
  inputs: number,
  outputs: number,
): FlipoutSigns {
  const signs = (use: number, features: number, label: string) =>
    graph.apply('signNoise', [], { purpose: use, layer, examples, features }, label)[0]!;
  return {
    input: signs(purpose.inputSigns, inputs, 'inputSigns'),
    output: signs(purpose.outputSigns, outputs, 'outputSigns'),
  };
}
