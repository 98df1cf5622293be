import { Graph, sizeOf } from '../../src/graph/index.ts';
import { initialize } from '../../src/layers/index.ts';
import { type Model, declarationsOf } from '../../src/models/index.ts';
import { fillUniform, purpose } from '../../src/random/index.ts';

/** What a network starts from, by name. */
export function initialParameters(model: Model, seed: number): Map<string, Float32Array> {
  const { parameters } = declarationsOf(model, new Graph());
  return new Map(
    parameters.map(({ tensor, initializer }, layer) => {
      const values = new Float32Array(sizeOf(tensor.shape));
      initialize(values, initializer, { seed, purpose: purpose.initialValue, step: 0, replica: 0, layer, example: 0 });
      return [tensor.name, values];
    }),
  );
}

/** Images of random pixels, most of them black. */
export function drawnImages(count: number, shape: readonly number[], seed: number): Uint8Array {
  const uniforms = new Float32Array(count * sizeOf(shape));
  fillUniform(uniforms, { seed, purpose: purpose.dataOrder, step: 0, replica: 0, layer: 0, example: 0 });
  return Uint8Array.from(uniforms, (u) => (u < 0.8 ? 0 : 1275 * (u - 0.8)));
}
