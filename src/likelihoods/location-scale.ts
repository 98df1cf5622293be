/** Likelihoods of reals with a location that the network predicts and a scale that is fixed, learned or predicted too. */
import { logGamma } from '../distributions/index.ts';
import { UsageError, describeValue, isObject } from '../errors/index.ts';
import type { Graph, Tensor } from '../graph/index.ts';
import { type Family, normalFamily, studentTFamily } from './families.ts';
import type { Likelihood, LikelihoodContext, Units } from './likelihood.ts';
import { checkOptions, checkTargetCount } from './requests.ts';
import type { RealPredictive } from './real-predictive.ts';
import { RealGathering, realFigures, realQuality } from './reals.ts';

/**
 * The noise's scale: a number in the unit of the targets; `learned`, one per target; or `predicted`, by as many further
 * outputs of the network (heteroscedastic: Nix and Weigend 1994).
 */
export type Noise = number | 'learned' | 'predicted';

export interface NormalOptions {
  /** learned unless given */
  readonly noise?: Noise;
  /** numbers per example; 1 unless given */
  readonly targets?: number;
}

/** y ~ N(output, noise^2), independent over the targets. */
export function normal(options: NormalOptions = {}): Likelihood<RealPredictive> {
  checkOptions('a normal likelihood', options);
  const { noise = 'learned', targets = 1 } = options;
  return locationScale('normal', {
    noise,
    targets,
    family: normalFamily,
    energy: halfSquare,
    constant: 0.5 * Math.log(2 * Math.PI),
  });
}

export interface StudentTOptions extends NormalOptions {
  /** of freedom, above 0; 4 unless given. Below 2 the variance is infinite */
  readonly degrees?: number;
}

/** y ~ output + noise T, T of Student's t distribution: a few wild targets do not spoil the rest (Lange et al. 1989). */
export function studentT(options: StudentTOptions = {}): Likelihood<RealPredictive> {
  checkOptions('a studentT likelihood', options);
  const { noise = 'learned', targets = 1, degrees = 4 } = options;
  if (!(degrees > 0 && Number.isFinite(degrees))) {
    throw new UsageError('degrees of freedom', { got: describeValue(degrees), expected: 'a number above 0' });
  }
  const constant = logGamma(degrees / 2) + 0.5 * Math.log(degrees * Math.PI) - logGamma((degrees + 1) / 2);
  const energy = (graph: Graph, z: Tensor): Tensor => {
    const square = graph.apply('square', [z], {})[0]!;
    const ratio = graph.apply('shift', [graph.apply('scale', [square], { factor: 1 / degrees })[0]!], {
      offset: 1,
    })[0]!;
    return graph.apply('scale', [graph.apply('log', [ratio], {})[0]!], { factor: (degrees + 1) / 2 })[0]!;
  };
  return locationScale('studentT', { noise, targets, family: studentTFamily(degrees), energy, constant });
}

/** z^2 / 2 */
function halfSquare(graph: Graph, z: Tensor): Tensor {
  return graph.apply('scale', [graph.apply('square', [z], {})[0]!], { factor: 0.5 })[0]!;
}

/** A density of z = (y - location) / scale. */
export interface LocationScaleOptions {
  readonly noise: Noise;
  readonly targets: number;
  /** what a draw predicts, in numbers: a is the location, b the scale */
  readonly family: Family;
  /** its -ln, but for `constant`, of z [batch, targets], in the graph */
  energy(graph: Graph, z: Tensor): Tensor;
  readonly constant: number;
}

/** Keeps the scale away from 0, in units of the standardised target: float32's resolution there. */
const leastScale = 1e-6;

/**
 * A likelihood of reals from the density of its noise: `normal` and `studentT` are two of them, and so may be anybody's own.
 * @param kind what it is called
 */
export function locationScale(kind: string, options: LocationScaleOptions): Likelihood<RealPredictive> {
  if (typeof kind !== 'string' || kind === '') {
    throw new UsageError('the name of a likelihood', { got: describeValue(kind), expected: 'a text' });
  }
  checkOptions(`a ${kind} likelihood`, options);
  const { noise, targets, family, energy, constant } = options;
  checkTargetCount(kind, targets);
  if (!isObject(family) || typeof energy !== 'function' || !Number.isFinite(constant)) {
    throw new UsageError(`the density of a ${kind} likelihood`, {
      got: `${describeValue(family)}, ${describeValue(energy)} and ${describeValue(constant)}`,
      expected: 'a family, a function energy and a finite constant',
    });
  }
  if (noise !== 'learned' && noise !== 'predicted' && !(noise > 0 && Number.isFinite(noise))) {
    throw new UsageError(`noise of a ${kind} likelihood`, {
      got: typeof noise === 'number' ? `${noise}` : describeValue(noise),
      expected: 'a standard deviation above 0, learned or predicted',
    });
  }
  /** location [batch, targets], and scale of that shape or [targets], in the units of the network */
  const split = (outputs: Tensor, context: LikelihoodContext): readonly [Tensor, Tensor] => {
    const { graph, units } = context;
    if (noise === 'predicted') {
      const part = (begin: number) => graph.apply('sliceLast', [outputs], { begin, size: targets })[0]!;
      return [part(0), graph.apply('softplusScale', [part(targets)], { offset: leastScale }, 'noise')[0]!];
    }
    if (typeof noise === 'number') {
      const scales = Float32Array.from({ length: targets }, (_, o) => noise / (units?.scale[o] ?? 1));
      return [outputs, graph.constant('noise', [targets], scales)];
    }
    // softplus(0.5413) = 1: the noise begins as wide as standardised targets are spread
    const raw = context.parameter('untransformedNoise', [targets], { kind: 'constant', value: 0.5413 });
    return [outputs, graph.apply('softplusScale', [raw], { offset: leastScale }, 'noise')[0]!];
  };
  return {
    kind,
    outputs: noise === 'predicted' ? 2 * targets : targets,
    target: { dtype: 'f32', width: targets },
    stepFigure: { name: 'rmse', title: 'RMSE', unit: '', better: 'lower', ofMean: Math.sqrt },
    figures: realFigures,
    loss(outputs, target, context) {
      const { graph, units } = context;
      const [location, scale] = split(outputs, context);
      const difference = graph.apply('subtract', [location, target], {}, 'difference')[0]!;
      const z = graph.apply('divide', [difference, scale], {}, 'z')[0]!;
      const density = graph.apply('add', [energy(graph, z), graph.apply('log', [scale], {})[0]!], {})[0]!;
      const perExample = graph.apply('sum', [density], { leading: 0, trailing: 1 })[0]!;
      const offset = targets * constant + logJacobian(units, targets);
      const nll = graph.apply('shift', [perExample], { offset }, 'nll')[0]!;
      return { nll, figure: meanSquare(graph, difference, units, targets) };
    },
    predict(outputs, context) {
      const [location, scale] = split(outputs, context);
      if (scale.shape.length === 2) return [location, scale];
      const { graph } = context;
      return [location, graph.apply('broadcast', [scale], { shape: location.shape, leading: 1, trailing: 0 })[0]!];
    },
    gather: (request) => new RealGathering(request, family, targets),
    quality: realQuality,
  };
}

/** What a density loses when it is told of y and not of (y - shift) / scale: sum of ln scale, nats per example. */
function logJacobian(units: Units | null, targets: number): number {
  let sum = 0;
  for (let o = 0; o < targets; o++) sum += Math.log(units?.scale[o] ?? 1);
  return sum;
}

/** [batch]: mean over the targets of the square of the difference, in the user's units */
export function meanSquare(graph: Graph, difference: Tensor, units: Units | null, targets: number): Tensor {
  const scales = units && graph.constant('targetScale', [targets], Float32Array.from(units.scale));
  const own = scales === null ? difference : graph.apply('multiply', [difference, scales], {})[0]!;
  const square = graph.apply('square', [own], {})[0]!;
  const sum = graph.apply('sum', [square], { leading: 0, trailing: 1 })[0]!;
  return graph.apply('scale', [sum], { factor: 1 / targets }, 'squaredError')[0]!;
}
