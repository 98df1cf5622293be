/** The parameters of a trained network, put where its program reads them. */
import { NotFiniteError, ShapeError, firstNotFinite } from '../errors/index.ts';
import { type Tensor, sizeOf } from '../graph/index.ts';
import type { Program } from '../kernels/index.ts';

/** A parameter's values by its name; undefined where there is none. */
export type ParameterSource = (name: string) => Float32Array | undefined;

/** @throws ShapeError where a parameter is missing or of another size, NotFiniteError where it is not finite */
export function parametersInto(program: Program, layout: readonly Tensor[], parameters: ParameterSource): void {
  for (const tensor of layout) program.regionPart('parameters', tensor).set(valuesOf(tensor, parameters));
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
