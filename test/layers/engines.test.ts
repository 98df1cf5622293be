/** Whole networks of the newer layers, fused and planned: every engine has the reference's loss and gradients. */
import { describe, expect, test } from 'vitest';
import { referenceKernels } from '../../src/kernels/reference/index.ts';
import {
  type Layer,
  activation,
  averagePool2d,
  conv2d,
  conv2dFlipout,
  dense,
  denseFlipout,
  dropout,
  filterResponseNormalization,
  flatten,
  globalAveragePool,
  globalMaxPool,
  groupNormalization,
  layerNormalization,
  sequential,
} from '../../src/layers/index.ts';
import { engines, loadEngine } from '../kernels/engines.ts';
import { ElboFixture } from '../support/elbo.ts';
import { classifier } from '../support/model.ts';

const networks: Record<string, readonly Layer[]> = {
  'largest of a fused convolution': [
    conv2dFlipout({ filters: 5, kernelSize: 3, activation: 'elu' }),
    globalMaxPool(),
    layerNormalization(),
    dense({ units: 3 }),
  ],
  'averages and normalisation': [
    conv2d({ filters: 8, kernelSize: 5, strides: 2, activation: 'leakyRelu' }),
    filterResponseNormalization(),
    averagePool2d({ window: 3, strides: 2 }),
    conv2dFlipout({ filters: 6, kernelSize: 3 }),
    groupNormalization({ groups: 3 }),
    activation('silu'),
    globalAveragePool(),
    dense({ units: 3 }),
  ],
  dropout: [
    averagePool2d({ window: 8 }),
    flatten(),
    dropout({ rate: 0.25 }),
    denseFlipout({ units: 20, activation: 'elu' }),
    dropout({ rate: 0.5 }),
    dense({ units: 7 }),
    activation('gelu'),
    dense({ units: 3 }),
  ],
};

for (const engine of engines.filter(({ name }) => name !== 'reference')) {
  const { title, skipped, create } = await loadEngine(engine);
  describe.skipIf(skipped)(title, () => {
    test.each(Object.entries(networks))('%s', (name, layers) => {
      const model = classifier(name, sequential(...layers), { shape: [40, 40, 2], classes: 3 });
      const [expected, got] = [referenceKernels, create()].map((factory) => {
        const fixture = new ElboFixture(factory, model, 4, 0);
        const { nll, kl } = fixture.run();
        return { nll, kl, indices: fixture.poolIndices(), gradient: fixture.gradient('loss') };
      });
      expect(got!.nll / expected!.nll).toBeCloseTo(1, 5);
      expect(Math.abs(got!.kl - expected!.kl)).toBeLessThanOrEqual(1e-5 * expected!.kl);
      // rounding may decide between two places that are nearly alike: then gradients differ, and nothing is wrong
      expect(got!.indices).toBe(expected!.indices);
      const scale = Math.max(...expected!.gradient.map(Math.abs));
      expect(scale).toBeGreaterThan(0);
      const apart = expected!.gradient.map((g, i) => Math.abs(g - got!.gradient[i]!));
      expect(Math.max(...apart)).toBeLessThan(1e-4 * scale);
    });
  });
}
