import type { Shape, Tensor } from '../../graph/index.ts';
import { purpose } from '../../random/index.ts';
import type { LayerContext } from '../layer.ts';
import { type Prior, divergence } from './priors/index.ts';
import type { NormalDraw } from './priors/kl.ts';
import type { Weights } from './weights.ts';

/** Keeps the standard deviation positive where softplus underflows: float32's machine epsilon, as in TFP's layers. */
const scaleOffset = 1.1920929e-7;

export interface NormalWeightsOptions {
  /** the run's unless given */
  readonly prior?: Prior;
  /**
   * `flipout` (Wen et al. 2018, eq. 4) decorrelates the examples of a batch; `reparameterization` (Kingma and Welling 2014,
   * section 2.4) takes one draw for all examples of a replica. flipout unless given
   */
  readonly estimator?: 'flipout' | 'reparameterization';
  /** mean of the untransformed scales at the start; the run's unless given */
  readonly initialScale?: number;
}

/**
 * A mean-field normal posterior: mean and untransformed scale per weight, standard deviation = epsilon +
 * softplus(untransformed scale). It starts as in TensorFlow Probability's layers: means N(0, 0.1), untransformed scales
 * N(initialScale, 0.1).
 */
export function normalWeights(options: NormalWeightsOptions = {}): Weights {
  const { estimator = 'flipout' } = options;
  return {
    kind: 'normal',
    map(x, linear, context) {
      const { graph, mode } = context;
      const { kernel: shape, fanIn, apply, flipout } = linear;
      const kernel = normalTensor(context, 'kernel', shape, fanIn, options);
      if (estimator === 'reparameterization' || mode === 'prediction' || flipout === null) {
        return apply(graph, x, drawn(context, kernel));
      }
      const [inputs, outputs] = shape.slice(-2) as [number, number];
      // Rademacher signs, one pair of vectors per example (Wen et al. 2018, section 3.2)
      const signs = (use: number, features: number, label: string) =>
        graph.apply(
          'signNoise',
          [],
          { purpose: use, layer: kernel.number, examples: x.shape[0]!, features },
          label,
        )[0]!;
      return flipout(graph, x, kernel.mean, kernel.perturbation, [
        signs(purpose.inputSigns, inputs, 'inputSigns'),
        signs(purpose.outputSigns, outputs, 'outputSigns'),
      ]);
    },
    bias: (units, context) => normalBias(units, context, options),
  };
}

/** Biases with a normal posterior, one draw for all examples of a replica; their means start at 0. */
export function normalBias(units: number, context: LayerContext, options: NormalWeightsOptions = {}): Tensor {
  // one number goes into each sum: a prior that shrinks with the fan-in leaves it alone
  return drawn(context, normalTensor(context, 'bias', [units], 1, options));
}

interface NormalTensor extends NormalDraw {
  /** in the noise's key */
  readonly number: number;
}

/** Declares a tensor of weights with its posterior and its KL, and draws its noise. */
function normalTensor(
  context: LayerContext,
  name: 'kernel' | 'bias',
  shape: Shape,
  fanIn: number,
  { prior = context.defaults.prior, initialScale = context.defaults.initialScale }: NormalWeightsOptions,
): NormalTensor {
  const { graph, mode } = context;
  const start = { kind: 'normal', standardDeviation: 0.1 } as const;
  const mean = context.parameter(`${name}/mean`, shape, name === 'bias' ? { kind: 'zeros' } : { ...start, mean: 0 });
  const untransformedScale = context.parameter(`${name}/untransformedScale`, shape, { ...start, mean: initialScale });
  const scale = graph.apply('softplusScale', [untransformedScale], { offset: scaleOffset }, 'standardDeviation')[0]!;
  const number = context.stream();
  const use = mode === 'training' ? purpose.weightNoise : purpose.predictionNoise;
  const noise = graph.apply('normalNoise', [], { purpose: use, layer: number, shape }, 'noise')[0]!;
  const perturbation = graph.apply('multiply', [scale, noise], {}, 'perturbation')[0]!;
  const draw = { mean, scale, noise, perturbation };
  context.weights({
    ...(name === 'bias' ? { part: name } : {}),
    mean,
    scale,
    kl: divergence(graph, prior, draw, fanIn),
  });
  return { ...draw, number };
}

/** One draw: mean + perturbation. */
function drawn({ graph }: LayerContext, { mean, perturbation }: NormalDraw): Tensor {
  return graph.apply('add', [mean, perturbation], {}, 'kernel')[0]!;
}
