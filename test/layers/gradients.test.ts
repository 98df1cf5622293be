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
  sequential,
  reshape,
} from '../../src/layers/index.ts';
import { fillNormal, purpose } from '../../src/random/index.ts';
import { ElboFixture } from '../support/elbo.ts';
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

/**
 * Central differences along a random unit vector, one parameter at a time. Two float32 losses of size f differ by no less
 * than their rounding: the slope is good to about 4 * 2^-24 f / h, with 4 for the roundings on the way. The curvature
 * adds h^2 / 6 of the third derivative, well below 1e-3 for these networks.
 */
const largestStep = 0.01;
const roundings = 4 * 2 ** -24;

describe.each(Object.entries(layers))('%s', (name, stack) => {
  for (const [path, perExampleFrom] of [
    ['a kernel per example', 0],
    ['two convolutions', Number.POSITIVE_INFINITY],
  ] as const) {
    if (perExampleFrom !== 0 && !name.includes('conv2dFlipout') && !name.includes('conv1dFlipout')) continue;
    it(`gradients agree with finite differences, noise held fixed (${path})`, () => {
      const fixture = new ElboFixture(referenceKernels, model(name, stack), examples, perExampleFrom);
      fixture.run();
      const gradients = { loss: fixture.gradient('loss'), kl: fixture.gradient('kl') };
      const { elbo, program } = fixture;
      const start = program.region('parameters').byteOffset;
      for (const [i, { tensor }] of elbo.parameters.entries()) {
        const part = program.regionPart('parameters', tensor);
        const before = part.slice();
        const direction = new Float32Array(part.length);
        fillNormal(direction, { seed: 9, purpose: purpose.augmentation, step: 0, replica: 0, layer: i, example: 0 });
        const length = Math.hypot(...direction);
        const at = (t: number) => {
          part.set(before.map((x, j) => x + (t * direction[j]!) / length));
          return { ...fixture.run(), indices: fixture.poolIndices() };
        };
        let h = largestStep;
        let [plus, minus] = [at(h), at(-h)];
        // where a pool changes its mind between the two points, the loss has a kink: look closer
        while (plus.indices !== minus.indices && h > 1e-4) {
          h /= 2;
          [plus, minus] = [at(h), at(-h)];
        }
        part.set(before);
        const first = (part.byteOffset - start) / 4;
        for (const term of ['loss', 'kl'] as const) {
          let slope = 0;
          for (let j = 0; j < part.length; j++) slope += (gradients[term][first + j]! * direction[j]!) / length;
          const difference = (plus[term] - minus[term]) / (2 * h);
          expect(Math.abs(slope - difference), `${term} by ${tensor.name}: ${slope}, ${difference}`).toBeLessThan(
            1e-3 * Math.max(1, Math.abs(difference)) + (roundings * Math.abs(plus[term])) / h,
          );
        }
      }
      expect(gradients.loss.some((g) => g !== 0)).toBe(true);
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
