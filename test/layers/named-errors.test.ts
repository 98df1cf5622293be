/** What is no layer, no activation or no number of units, said by name when it is met. */
import { expect, test } from 'vitest';
import { UsageError } from '../../src/errors/index.ts';
import { Graph } from '../../src/graph/index.ts';
import {
  type ActivationName,
  Declarations,
  type Layer,
  activation,
  dense,
  denseFlipout,
  sequential,
  weightsDefaults,
} from '../../src/layers/index.ts';

function built(layer: Layer): void {
  const graph = new Graph();
  const x = graph.input('x', [2, 3], 'f32');
  new Declarations(graph, 'training', weightsDefaults).context().apply(layer, x);
}

test('what is no layer', () => {
  const nothing = undefined as unknown as Layer;
  expect(() => built(nothing)).toThrowErrorMatchingInlineSnapshot(
    `[UsageError: a layer: got undefined, expected an object with kind and build]`,
  );
  expect(() => built(sequential(dense({ units: 2 }), nothing))).toThrow(UsageError);
  expect(() => built({ kind: 'own' } as Layer)).toThrowErrorMatchingInlineSnapshot(
    `[UsageError: a layer: got an object, expected an object with kind and build]`,
  );
});

test('what is no activation', () => {
  const swish = 'swish' as ActivationName;
  expect(() => built(activation(swish))).toThrowErrorMatchingInlineSnapshot(
    `[UsageError: an activation: got "swish", expected none, relu, tanh, softplus, sigmoid, elu, leakyRelu, gelu or silu]`,
  );
  expect(() => built(dense({ units: 2, activation: swish }))).toThrow(UsageError);
  // a name that the graph knows as another operation
  expect(() => built(activation('matmul' as ActivationName))).toThrow(UsageError);
});

test.each([Number.NaN, -1, 0, 2.5, Number.POSITIVE_INFINITY, undefined])('%s units', (units) => {
  expect(() => dense({ units: units! })).toThrow(`dense, units: got ${units}, expected a whole number from 1 on`);
  expect(() => denseFlipout({ units: units! })).toThrow(UsageError);
});
