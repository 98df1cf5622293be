import { describe, expect, it } from 'vitest';
import { Graph } from '../../src/graph/index.ts';
import { referenceKernels } from '../../src/kernels/reference/index.ts';
import {
  Declarations,
  type Layer,
  conv2d,
  conv2dFlipout,
  dense,
  denseFlipout,
  denseReparameterization,
  flatten,
  heads,
  parallel,
  residual,
  sequential,
  weightsDefaults,
} from '../../src/layers/index.ts';
import { ElboFixture } from '../support/elbo.ts';
import { expectGradients } from '../support/finite-differences.ts';
import { buildLayers, runLayers } from '../support/layer.ts';
import { classifier } from '../support/model.ts';

const names = (layer: Layer, shape: readonly number[]) =>
  buildLayers([layer], shape).parameters.map(({ tensor }) => tensor.name);

describe('names of parameters', () => {
  it('of layers in a row are numbered where their kind comes again', () => {
    const row = sequential(dense({ units: 3 }), denseFlipout({ units: 3, bias: 'none' }), dense({ units: 2 }));
    expect(names(row, [2, 4])).toEqual([
      'sequential/dense/kernel',
      'sequential/dense/bias',
      'sequential/denseFlipout/kernel/mean',
      'sequential/denseFlipout/kernel/untransformedScale',
      'sequential/dense_1/kernel',
      'sequential/dense_1/bias',
    ]);
  });

  it('say in which head, block and branch a layer is, and a sequence within one has a scope of its own', () => {
    const linear = dense({ units: 4, bias: 'none' });
    const network = sequential(
      residual(sequential(linear, linear)),
      residual(linear, dense({ units: 4 })),
      parallel([linear, sequential(linear), linear]),
      heads({ mass: linear, spin: sequential(linear, denseReparameterization({ units: 1, bias: 'normal' })) }),
    );
    expect(names(network, [2, 4])).toEqual([
      'sequential/residual/sequential/dense/kernel',
      'sequential/residual/sequential/dense_1/kernel',
      'sequential/residual_1/shortcut/kernel',
      'sequential/residual_1/shortcut/bias',
      'sequential/residual_1/dense/kernel',
      'sequential/parallel/dense/kernel',
      'sequential/parallel/sequential/dense/kernel',
      'sequential/parallel/dense_1/kernel',
      'sequential/heads/mass/kernel',
      'sequential/heads/spin/dense/kernel',
      'sequential/heads/spin/denseReparameterization/kernel/mean',
      'sequential/heads/spin/denseReparameterization/kernel/untransformedScale',
      'sequential/heads/spin/denseReparameterization/bias/mean',
      'sequential/heads/spin/denseReparameterization/bias/untransformedScale',
    ]);
  });

  it('of posteriors are the scopes of their layers; each noise of the network has a number of its own', () => {
    const bayesian = denseFlipout({ units: 3, bias: 'normal' });
    const graph = new Graph();
    const declarations = new Declarations(graph, 'training', weightsDefaults);
    heads({ a: bayesian, b: sequential(bayesian, bayesian) }).build(
      graph.input('x', [2, 3], 'f32'),
      declarations.context(),
    );
    expect(declarations.posteriors.map(({ layer }) => layer)).toEqual([
      ...['a', 'a/bias', 'b/denseFlipout', 'b/denseFlipout/bias', 'b/denseFlipout_1', 'b/denseFlipout_1/bias'],
    ]);
    const numbers = graph.nodes.flatMap(({ operation, attributes }) =>
      operation === 'normalNoise' && 'layer' in attributes ? [attributes.layer] : [],
    );
    expect(numbers).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

/** x -> factor x, without a parameter. */
const times = (factor: number): Layer => ({
  kind: 'times',
  build: (x, { graph }) => graph.apply('scale', [x], { factor })[0]!,
});

describe('what combinators compute', () => {
  const x = { shape: [2, 2], data: [1, 2, 3, 4] };

  it.each([
    ['sequential', sequential(times(2), times(5)), [10, 20, 30, 40]],
    ['residual', residual(times(2)), [3, 6, 9, 12]],
    ['residual with a shortcut', residual(times(2), times(10)), [12, 24, 36, 48]],
    ['parallel, added', parallel([times(2), times(3), times(4)]), [9, 18, 27, 36]],
    ['one branch', parallel([times(2)]), [2, 4, 6, 8]],
  ])('%s', (_, layer, expected) => expect(runLayers([layer], x)).toEqual({ shape: [2, 2], data: expected }));

  it.each([
    ['parallel, joined', parallel([times(1), times(2)], 'concat')],
    ['heads', heads({ one: times(1), two: times(2) })],
  ])('%s: the outputs of an example side by side, in the order in which they are written', (_, layer) => {
    expect(runLayers([layer], x)).toEqual({ shape: [2, 4], data: [1, 2, 2, 4, 3, 4, 6, 8] });
  });
});

const units = { units: 5, activation: 'tanh' } as const;
const map = { filters: 2, kernelSize: 3, activation: 'tanh' } as const;
const networks: Record<string, Layer> = {
  sequential: sequential(flatten(), sequential(dense(units), denseFlipout(units))),
  heads: sequential(flatten(), heads({ a: denseFlipout(units), b: sequential(dense(units), dense({ units: 2 })) })),
  residual: sequential(residual(conv2dFlipout(map)), flatten()),
  'residual with a shortcut': sequential(
    residual(conv2d({ ...map, filters: 4 }), conv2d({ filters: 4, kernelSize: 1 })),
    flatten(),
  ),
  'parallel, added': sequential(
    flatten(),
    dense(units),
    parallel([denseReparameterization(units), denseFlipout(units)]),
  ),
  'parallel, joined': sequential(parallel([conv2d(map), conv2dFlipout({ ...map, filters: 3 })], 'concat'), flatten()),
};

describe.each(Object.entries(networks))('gradients of %s', (name, network) => {
  it('agree with finite differences', () => {
    const model = classifier(name, sequential(network, dense({ units: 3 })), { shape: [6, 5, 2], classes: 3 });
    expectGradients(new ElboFixture(referenceKernels, model, 3, 0));
  });
});

describe('what does not fit', () => {
  const building = (layer: Layer, shape: readonly number[]) => () => buildLayers([layer], shape);
  const three = dense({ units: 3 });

  it('is not added', () => {
    expect(building(residual(three), [2, 4])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: residual adds tensors of one shape: got 2x4 and 2x3. Give it a shortcut: residual(layer, conv2d({ filters, kernelSize: 1 }))]`,
    );
    expect(building(parallel([three, dense({ units: 4 })]), [2, 4])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: parallel adds tensors of one shape: got 2x3 and 2x4]`,
    );
  });

  it('is not joined', () => {
    const halved = conv2d({ ...map, strides: 2 });
    expect(building(parallel([conv2d(map), halved], 'concat'), [1, 4, 4, 1])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: shape mismatch in concat, first 1x4x4x2, other 1x2x2x2: they may differ in the last axis only]`,
    );
  });

  it('is not nothing', () => {
    expect(building(parallel([]), [2, 4])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: parallel has no layers: expected at least one]`,
    );
    expect(building(parallel([], 'concat'), [2, 4])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: parallel has no layers: expected at least one]`,
    );
    expect(building(heads({}), [2, 4])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: heads has no layers: expected at least one]`,
    );
  });

  it('is refused by the layer inside', () => {
    expect(building(sequential(conv2d(map), three), [1, 4, 4, 1])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: dense works on batch x features; put flatten in front: got 1x4x4x2]`,
    );
    expect(building(heads({ a: conv2d(map) }), [2, 4])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: conv2d works on batch x height x width x channels: got 2x4]`,
    );
  });
});
