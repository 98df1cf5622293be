import { describe, expect, it } from 'vitest';
import { referenceKernels } from '../../src/kernels/reference/index.ts';
import {
  type Layer,
  activation,
  averagePool1d,
  averagePool2d,
  conv1d,
  conv1dFlipout,
  conv1dReparameterization,
  conv2d,
  conv2dFlipout,
  conv2dReparameterization,
  dense,
  denseFlipout,
  denseReparameterization,
  dropout,
  embedding,
  filterResponseNormalization,
  flatten,
  globalAveragePool,
  globalMaxPool,
  groupNormalization,
  layerNormalization,
  maxPool1d,
  maxPool2d,
  reshape,
  sequential,
} from '../../src/layers/index.ts';
import { ElboFixture } from '../support/elbo.ts';
import { expectGradients } from '../support/finite-differences.ts';
import { classifier } from '../support/model.ts';

const examples = 3;
const classes = 3;

/** [batch, height, width, channels] -> [batch, height * width, channels]: what 1-d layers work on. */
const line: Layer = {
  kind: 'line',
  build(x, { graph }) {
    const [batch, height, width, channels] = x.shape as [number, number, number, number];
    return graph.apply('reshape', [x], { shape: [batch, height * width, channels] })[0]!;
  },
};

const model = (name: string, layers: readonly Layer[]) =>
  classifier(name, sequential(...layers, flatten(), dense({ units: classes })), { shape: [6, 5, 2], classes });

const smooth = { filters: 4, activation: 'tanh' } as const;
/** A last feature that is a category: 2, 0 and 2. */
const category: Layer = {
  kind: 'category',
  build(x, { graph }) {
    const ids = graph.constant('categories', [examples, 1], Float32Array.of(2, 0, 2));
    return graph.apply('concat', [x, ids], {})[0]!;
  },
};

/** The layer with each threshold far above its channel or far below it, so that no difference meets a kink. */
function thresholdsApart(layer: Layer): Layer {
  return {
    ...layer,
    build: (x, context) =>
      layer.build(x, {
        ...context,
        parameter(name, shape, initializer) {
          const far = { kind: 'normal', mean: 0, standardDeviation: 20 } as const;
          return context.parameter(name, shape, name === 'threshold' ? far : initializer);
        },
      }),
  };
}

const smoothMap = conv2d({ ...smooth, kernelSize: 3 });
const layers: Record<string, readonly Layer[]> = {
  dense: [flatten(), dense({ units: 5, activation: 'softplus' })],
  denseReparameterization: [flatten(), denseReparameterization({ units: 5, activation: 'tanh' })],
  denseFlipout: [flatten(), denseFlipout({ units: 5, activation: 'sigmoid' }), denseFlipout({ units: 4 })],
  conv2d: [conv2d({ ...smooth, kernelSize: 3 }), conv2d({ ...smooth, kernelSize: [2, 3], strides: 2 })],
  conv2dReparameterization: [
    conv2dReparameterization({ ...smooth, kernelSize: 3, dilation: 2 }),
    maxPool2d({ window: 2 }),
  ],
  conv2dFlipout: [
    conv2dFlipout({ ...smooth, kernelSize: 3 }),
    conv2dFlipout({ ...smooth, kernelSize: 3, padding: 'VALID' }),
  ],
  'conv2dFlipout with overlapping pools': [
    conv2dFlipout({ ...smooth, kernelSize: [2, 3], strides: [1, 2] }),
    maxPool2d({ window: 3, strides: 2 }),
  ],
  conv1d: [line, conv1d({ ...smooth, kernelSize: 4, dilation: 2 }), maxPool1d({ window: 4 })],
  conv1dReparameterization: [line, conv1dReparameterization({ ...smooth, kernelSize: 3, padding: 'VALID' })],
  conv1dFlipout: [
    line,
    conv1dFlipout({ ...smooth, kernelSize: 4 }),
    conv1dFlipout({ ...smooth, kernelSize: 3, strides: 2 }),
  ],
  'elu, then gelu and silu': [
    conv2d({ filters: 4, kernelSize: 3, activation: 'elu' }),
    conv2d({ filters: 4, kernelSize: 3 }),
    activation('gelu'),
    flatten(),
    dense({ units: 6 }),
    activation('silu'),
  ],
  averagePool2d: [conv2d({ ...smooth, kernelSize: 3 }), averagePool2d({ window: [2, 3], strides: 2 }), smoothMap],
  averagePool1d: [
    line,
    conv1d({ ...smooth, kernelSize: 3 }),
    averagePool1d({ window: 4 }),
    reshape({ shape: [2, 16] }),
  ],
  globalAveragePool: [conv2d({ ...smooth, kernelSize: 3 }), globalAveragePool()],
  globalMaxPool: [line, conv1d({ ...smooth, kernelSize: 3 }), globalMaxPool()],
  layerNormalization: [conv2d({ filters: 12, kernelSize: 3 }), layerNormalization(), smoothMap],
  groupNormalization: [smoothMap, groupNormalization({ groups: 2 }), smoothMap],
  filterResponseNormalization: [smoothMap, thresholdsApart(filterResponseNormalization()), smoothMap],
  embedding: [
    flatten(),
    category,
    embedding({ column: 60, levels: 3, units: 2 }),
    dense({ units: 4, activation: 'tanh' }),
  ],
  'embedding behind what is learned': [
    flatten(),
    dense({ units: 3 }),
    category,
    embedding({ column: 3, levels: 3, units: 2 }),
  ],
  dropout: [smoothMap, dropout({ rate: 0.3 }), smoothMap, flatten(), dropout({ rate: 0.5 })],
};

describe.each(Object.entries(layers))('%s', (name, stack) => {
  for (const [path, perExampleFrom] of [
    ['a kernel per example', 0],
    ['two convolutions', Number.POSITIVE_INFINITY],
  ] as const) {
    if (perExampleFrom !== 0 && !name.includes('conv2dFlipout') && !name.includes('conv1dFlipout')) continue;
    it(`gradients agree with finite differences, noise held fixed (${path})`, () => {
      expectGradients(new ElboFixture(referenceKernels, model(name, stack), examples, perExampleFrom));
    });
  }
});

describe('flipout', () => {
  it('gives the same loss and gradients per example and as two convolutions', () => {
    const stack = [
      conv2dFlipout({ filters: 5, kernelSize: 3, activation: 'relu' }),
      maxPool2d({ window: 2 }),
      conv2dFlipout({ filters: 8, kernelSize: 3, activation: 'relu' }),
    ];
    const [own, shared] = [0, Number.POSITIVE_INFINITY].map((from): Result => {
      const fixture = new ElboFixture(referenceKernels, model('flipout', stack), 4, from);
      const operations = fixture.elbo.graph.nodes.map(({ operation }) => operation);
      return { ...fixture.run(), gradient: fixture.gradient('loss'), operations };
    });
    expect(own!.operations.filter((operation) => operation === 'flipoutConv2d')).toHaveLength(2);
    expect(shared!.operations).not.toContain('flipoutConv2d');
    expect(shared!.nll / own!.nll).toBeCloseTo(1, 5);
    const scale = Math.max(...own!.gradient.map(Math.abs));
    for (const [i, g] of own!.gradient.entries()) expect(Math.abs(g - shared!.gradient[i]!)).toBeLessThan(1e-5 * scale);
  });
});

interface Result {
  readonly nll: number;
  readonly gradient: Float32Array;
  readonly operations: readonly string[];
}
