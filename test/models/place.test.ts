import { expect, it } from 'vitest';
import { ShapeError } from '../../src/errors/index.ts';
import { Graph } from '../../src/graph/index.ts';
import { categorical } from '../../src/likelihoods/index.ts';
import { declarationsOf, layersOf } from '../../src/models/index.ts';

function errorOf(layers: unknown, shape: readonly number[]): Error {
  const model = {
    name: 'm',
    input: { shape, dtype: 'f32' },
    network: layersOf(layers, 'model.layers'),
    likelihood: categorical(3),
  };
  try {
    declarationsOf(model as Parameters<typeof declarationsOf>[0], new Graph());
  } catch (error) {
    return error as Error;
  }
  throw new Error('it fits');
}

it('a layer that does not fit says where it stands in what is written down, however deep', () => {
  const messages = [
    errorOf([{ dense: { units: 3 } }, { conv2d: { filters: 4, kernelSize: 3 } }], [8]),
    errorOf(
      [
        { conv1d: { filters: 4, kernelSize: 3 } },
        { residual: { layers: [{ conv2d: { filters: 4, kernelSize: 3 } }] } },
      ],
      [8, 1],
    ),
    errorOf(
      [{ heads: { spin: [{ reshape: { shape: [5] } }, { dense: { units: 2 } }], mass: [{ dense: { units: 1 } }] } }],
      [8],
    ),
  ].map((error) => {
    expect(error).toBeInstanceOf(ShapeError);
    return error.message;
  });
  expect(messages).toMatchInlineSnapshot(`
    [
      "model.layers[1].conv2d: conv2d works on batch x height x width x channels: got 1x3",
      "model.layers[1].residual.layers[0].conv2d: conv2d works on batch x height x width x channels: got 1x8x4",
      "model.layers[0].heads.spin[0].reshape: reshape keeps the number of elements of an example: got 8, 8 elements, expected 5 elements, as in 5",
    ]
  `);
});
