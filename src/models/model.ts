import { ShapeError } from '../errors/index.ts';
import { type Graph, type Shape, type Tensor, formatShape } from '../graph/index.ts';
import {
  Declarations,
  type Layer,
  type LayerContext,
  type LayerMode,
  type ParameterDeclaration,
  type PosteriorDeclaration,
  type WeightsDefaults,
  weightsDefaults,
} from '../layers/index.ts';
import type { Likelihood, LikelihoodContext, PredictiveBase, Units } from '../likelihoods/index.ts';

/** A network, what goes in, and what its outputs say of the targets: a value, which anybody may make and pass in. */
export interface Model<P extends PredictiveBase = PredictiveBase> {
  readonly name: string;
  readonly input: InputEncoding;
  readonly network: Layer;
  readonly likelihood: Likelihood<P>;
  /** targets are kept as (y - shift) / scale, and what is predicted is told in y's units; null or absent: as they are */
  readonly units?: Units | null;
}

/**
 * What examples look like, and what was done to them. Bytes become x / 255 - shift in the graph (shift of the shape of an
 * example); reals are kept as (x - shift) / scale already, in double when they were read, one of each per column of a
 * table or channel of a signal.
 */
export interface InputEncoding {
  /** of one example */
  readonly shape: Shape;
  readonly dtype: 'u8' | 'f32';
  readonly shift?: ArrayLike<number> | null;
  readonly scale?: ArrayLike<number> | null;
}

export interface ForwardGraph {
  /** as `input` says: u8 or f32 [batch, ...shape] */
  readonly inputs: Tensor;
  /** f32 [batch, ...shape]: what the network is given */
  readonly encoded: Tensor;
  /** [batch, likelihood.outputs] */
  readonly outputs: Tensor;
  /** in the order of declaration, which is that of every region of memory; complete once the likelihood has declared its own */
  readonly parameters: readonly ParameterDeclaration[];
  readonly posteriors: readonly PosteriorDeclaration[];
  /** [batch, ...]: what goes into the last layer that is trained */
  readonly features: Tensor;
  /** for the likelihood, behind the network */
  readonly context: LikelihoodContext;
}

/**
 * Appends a model's input and network to a graph.
 * @throws ShapeError naming the operation and shapes where a layer does not fit the one before, or the likelihood the last
 */
export function buildNetwork(
  { input, network, likelihood, units = null }: Model,
  graph: Graph,
  batch: number,
  mode: LayerMode,
  defaults: WeightsDefaults = weightsDefaults,
): ForwardGraph {
  const { inputs, x } = encoded(graph, input, batch);
  const declarations = new Declarations(graph, mode, defaults);
  const outputs = applied(network, x, declarations.context());
  const expected = [batch, likelihood.outputs];
  if (formatShape(outputs.shape) !== formatShape(expected)) {
    throw new ShapeError(`the network does not fit its ${likelihood.kind} likelihood`, {
      got: `outputs of ${formatShape(outputs.shape)}`,
      expected: `${formatShape(expected)}: ${likelihood.outputs} per example`,
      remedy: 'Change the last layer, or the likelihood',
    });
  }
  const { width } = likelihood.target;
  if (units !== null && (units.shift.length !== width || units.scale.length !== width)) {
    throw new ShapeError(`the units do not fit the ${likelihood.kind} likelihood`, {
      got: `${units.shift.length} shifts and ${units.scale.length} scales`,
      expected: `${width} of each, one per target`,
    });
  }
  const context = { ...declarations.context('likelihood'), units };
  const { parameters, posteriors, features } = declarations;
  return { inputs, encoded: x, outputs, parameters, posteriors, features: features ?? x, context };
}

/** The layers of a sequence are the network's own; a network that is one layer has it in a scope of its own, as in a sequence. */
function applied(network: Layer, x: Tensor, context: LayerContext): Tensor {
  return network.kind === 'sequential' ? network.build(x, context) : context.apply(network, x);
}

/** What a model declares, its likelihood's parameters included, without anything being computed. */
export function declarationsOf(model: Model, graph: Graph): Pick<ForwardGraph, 'parameters' | 'posteriors'> {
  const { outputs, parameters, posteriors, context } = buildNetwork(model, graph, 1, 'prediction');
  model.likelihood.predict(outputs, context);
  return { parameters, posteriors };
}

function encoded(graph: Graph, { shape, dtype, shift }: InputEncoding, batch: number): { inputs: Tensor; x: Tensor } {
  const inputs = graph.input('inputs', [batch, ...shape], dtype);
  if (dtype === 'f32') return { inputs, x: inputs };
  const mean = shift ? [graph.constant('pixelMean', shape, Float32Array.from(shift))] : [];
  return { inputs, x: graph.apply('fromBytes', [inputs, ...mean], { scale: 1 / 255 }, 'pixels')[0]! };
}
