import { Graph, type Shape, type Tensor, sizeOf } from '../../src/graph/index.ts';
import { type KernelsFactory, Program, control } from '../../src/kernels/index.ts';
import { referenceKernels } from '../../src/kernels/reference/index.ts';
import {
  Declarations,
  type Layer,
  type LayerMode,
  initialize,
  sequential,
  weightsDefaults,
} from '../../src/layers/index.ts';
import { purpose } from '../../src/random/index.ts';

/** Where noise is drawn: 0 and `seed` 1 unless given. */
export interface NoisePlace {
  readonly seed?: number;
  /** training step or draw */
  readonly step?: number;
  readonly replica?: number;
  readonly firstExample?: number;
}

export interface LayerRun {
  readonly mode?: LayerMode;
  /** in the place of the initial values, by the names of the parameters */
  readonly parameters?: Readonly<Record<string, readonly number[]>>;
  readonly noise?: NoisePlace;
  readonly engine?: KernelsFactory;
}

/** The graph of some layers over one input. */
export function buildLayers(layers: readonly Layer[], shape: Shape, mode: LayerMode = 'training') {
  const graph = new Graph();
  const x = graph.input('x', shape, 'f32');
  const declarations = new Declarations(graph, mode, weightsDefaults);
  const y = sequential(...layers).build(x, declarations.context());
  const { parameters } = declarations;
  return { graph, x, y, parameters };
}

/** What some layers make of x. */
export function runLayers(
  layers: readonly Layer[],
  x: { readonly shape: Shape; readonly data: ArrayLike<number> },
  { mode = 'training', parameters = {}, noise = {}, engine = referenceKernels }: LayerRun = {},
): { shape: Shape; data: number[] } {
  const built = buildLayers(layers, x.shape, mode);
  const layout: readonly Tensor[] = built.parameters.map(({ tensor }) => tensor);
  const program = new Program(engine, {
    graph: built.graph,
    outputs: [built.y],
    layout,
    regions: { parameters: layout },
    nesting: mode,
  });
  for (const [layer, { tensor, initializer }] of built.parameters.entries()) {
    const key = { seed: 1, purpose: purpose.initialValue, step: 0, replica: 0, layer, example: 0 };
    const part = program.regionPart('parameters', tensor);
    initialize(part, initializer, key);
    part.set(parameters[tensor.name] ?? part);
  }
  program.setSeed(noise.seed ?? 1);
  const { integers } = program.control;
  integers[control.step] = noise.step ?? 0;
  integers[control.replica] = noise.replica ?? 0;
  integers[control.firstExample] = noise.firstExample ?? 0;
  program.floats(built.x).set(x.data);
  for (const stage of mode === 'training' ? trainingStages : predictionStages) program.run(stage);
  return { shape: built.y.shape, data: [...program.floats(built.y).subarray(0, sizeOf(built.y.shape))] };
}

const trainingStages = ['step', 'replica', 'slice'] as const;
const predictionStages = ['step', 'examples', 'draw'] as const;
