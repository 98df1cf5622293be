import { describe, expect, it } from 'vitest';
import { normalKlDivergence } from '../../src/distributions/index.ts';
import { referenceKernels } from '../../src/kernels/reference/index.ts';
import {
  type Layer,
  type NormalWeightsOptions,
  type Prior,
  conv1dReparameterization,
  conv2d,
  conv2dFlipout,
  conv2dReparameterization,
  dense,
  denseFlipout,
  denseReparameterization,
  flatten,
  normalWeights,
  reshape,
  sequential,
} from '../../src/layers/index.ts';
import { ElboFixture } from '../support/elbo.ts';
import { expectGradients } from '../support/finite-differences.ts';
import { buildLayers } from '../support/layer.ts';
import { classifier } from '../support/model.ts';

const priors: Record<string, Prior> = {
  'a normal prior': { kind: 'normal', scale: 0.7 },
  'a normal prior by the fan-in': { kind: 'normal', scale: 1.4, fanIn: true },
  'a scale mixture': { kind: 'scaleMixture', scales: [1, 0.1], share: 0.3 },
};
const biases = ['fixed', 'normal', 'none'] as const;
const estimators = ['flipout', 'reparameterization'] as const;

function modelOf(...layers: readonly Layer[]) {
  return classifier('weights', sequential(...layers, dense({ units: 3 })), { shape: [6, 5, 2], classes: 3 });
}

describe.each(Object.entries(priors))('gradients with %s', (_, prior) => {
  for (const bias of biases) {
    it(`agree with finite differences, bias ${bias}`, () => {
      const options = { prior, bias, activation: 'tanh' } as const;
      for (const layers of [
        [flatten(), denseFlipout({ ...options, units: 4 }), denseReparameterization({ ...options, units: 4 })],
        [conv2dFlipout({ ...options, filters: 3, kernelSize: 3 }), flatten()],
        [conv2dReparameterization({ ...options, filters: 3, kernelSize: 3, strides: 2 }), flatten()],
        [reshape({ shape: [30, 2] }), conv1dReparameterization({ ...options, filters: 3, kernelSize: 4 }), flatten()],
      ]) {
        for (const perExampleFrom of [0, Number.POSITIVE_INFINITY]) {
          expectGradients(new ElboFixture(referenceKernels, modelOf(...layers), 3, perExampleFrom));
        }
      }
    });
  }
});

describe('biases', () => {
  const parameters = (layer: Layer) => buildLayers([layer], [2, 3]).parameters;

  it('are numbers from 0 on, or have a posterior whose mean starts at 0, or are none', () => {
    for (const layer of [dense, denseFlipout]) {
      const own = (bias: 'fixed' | 'normal' | 'none') =>
        parameters(layer({ units: 2, bias })).flatMap(({ tensor, initializer }) =>
          /\bbias\b/.test(tensor.name) ? [`${tensor.name} ${tensor.shape.join()} ${JSON.stringify(initializer)}`] : [],
        );
      const { kind } = layer({ units: 2 });
      expect(own('none')).toEqual([]);
      expect(own('fixed')).toEqual([`${kind}/bias 2 {"kind":"zeros"}`]);
      expect(own('normal')).toEqual([
        `${kind}/bias/mean 2 {"kind":"zeros"}`,
        `${kind}/bias/untransformedScale 2 {"kind":"normal","standardDeviation":0.1,"mean":-3}`,
      ]);
    }
  });

  it('are numbers unless something is said', () => {
    expect(parameters(dense({ units: 2 })).map(({ tensor }) => tensor.name)).toEqual(['dense/kernel', 'dense/bias']);
  });
});

describe('the closed KL of a layer', () => {
  it.each<[string, NormalWeightsOptions, number, number]>([
    ['N(0, 1) unless given', {}, 1, 1],
    ['of its own prior', { prior: { kind: 'normal', scale: 0.5 } }, 0.5, 0.5],
    // 60 inputs; a bias is one number in each sum
    ['by the fan-in', { prior: { kind: 'normal', scale: 2, fanIn: true } }, 2 / Math.sqrt(60), 2],
  ])('%s', (_, options, kernelPrior, biasPrior) => {
    for (const estimator of estimators) {
      const layer = dense({ units: 4, bias: 'normal', weights: normalWeights({ ...options, estimator }) });
      const fixture = new ElboFixture(referenceKernels, modelOf(flatten(), layer), 2, 0);
      const { kl } = fixture.run();
      const values = (name: string) => {
        const { tensor } = fixture.elbo.parameters.find(({ tensor: { name: own } }) => own === name)!;
        return fixture.program.regionPart('parameters', tensor);
      };
      let expected = 0;
      for (const [part, scale] of [
        ['dense/kernel', kernelPrior],
        ['dense/bias', biasPrior],
      ] as const) {
        const raw = values(`${part}/untransformedScale`);
        for (const [i, mean] of values(`${part}/mean`).entries()) {
          const deviation = Math.log1p(Math.exp(raw[i]!));
          expected += normalKlDivergence({ mean, scale: deviation }, { mean: 0, scale });
        }
      }
      expect(Math.abs(kl / expected - 1)).toBeLessThan(1e-5);
    }
  });

  it('is none of weights that are numbers', () => {
    const fixture = new ElboFixture(referenceKernels, modelOf(conv2d({ filters: 2, kernelSize: 3 }), flatten()), 2, 0);
    expect([fixture.elbo.kl, fixture.elbo.sampledKl]).toEqual([null, null]);
  });
});
