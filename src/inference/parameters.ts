/** The program of a trained network: its parameters put where it reads them. */
import { NotFiniteError, ShapeError, firstNotFinite } from '../errors/index.ts';
import { type Graph, type Tensor, sizeOf } from '../graph/index.ts';
import { type KernelsFactory, Program } from '../kernels/index.ts';

/** A parameter's values by its name; undefined where there is none. */
export type ParameterSource = (name: string) => Float32Array | undefined;

export interface TrainedGraph {
  readonly graph: Graph;
  readonly outputs: readonly Tensor[];
  /** its parameters */
  readonly layout: readonly Tensor[];
}

/**
 * A program that predicts, with what depends on the parameters alone computed.
 * @param seed keys the noise
 * @throws ShapeError where a parameter is missing or of another size, NotFiniteError where it is not finite
 */
export function trainedProgram(
  factory: KernelsFactory,
  { graph, outputs, layout }: TrainedGraph,
  parameters: ParameterSource,
  seed: number,
): Program {
  const regions = { parameters: layout };
  const program = new Program(factory, { graph, outputs, layout, regions, nesting: 'prediction' });
  for (const tensor of layout) program.regionPart('parameters', tensor).set(valuesOf(tensor, parameters));
  program.setSeed(seed);
  program.run('step');
  return program;
}

/** Where the inputs of a batch go. */
export function inputsIn(program: Program, inputs: Tensor): Uint8Array | Float32Array {
  return inputs.dtype === 'u8' ? program.bytes(inputs) : program.floats(inputs);
}

function valuesOf({ name, shape }: Tensor, parameters: ParameterSource): Float32Array {
  const values = parameters(name);
  const size = sizeOf(shape);
  if (values?.length === size) {
    const wrong = firstNotFinite(values);
    if (wrong < 0) return values;
    throw new NotFiniteError(`parameter ${name}`, {
      got: `${values[wrong]} at place ${wrong}`,
      expected: 'finite numbers',
    });
  }
  throw new ShapeError(`parameter ${name}`, {
    got: values === undefined ? 'none of this name' : `${values.length} numbers`,
    expected: `${size}, of shape ${shape.join('x')}`,
    remedy: 'Give the parameters that this model was trained to',
  });
}
