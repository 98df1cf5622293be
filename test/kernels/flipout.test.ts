/**
 * One convolution per example with its own weights (the operation) and two convolutions with signs around the second
 * (Wen et al. 2018, eq. 4) are the same function: on every engine, within 1e-5 of the sum of magnitudes.
 */
import { describe, expect, test } from 'vitest';
import type { ConvolutionAttributes, Shape } from '../../src/graph/index.ts';
import { exact, inDouble, magnitudes, makeCase } from './case.ts';
import { firstDifference } from './compare.ts';
import { engines, loadEngine } from './engines.ts';
import { Random, type TestTensor, f32 } from './generate.ts';
import { Bench } from './harness.ts';

const geometries: [x: Shape, kernel: Shape, Partial<ConvolutionAttributes>][] = [
  [[4, 28, 28, 1], [5, 5, 1, 32], {}],
  [[3, 14, 14, 32], [5, 5, 32, 8], {}],
  [[2, 7, 7, 33], [3, 3, 33, 10], { strides: [2, 2] }],
  [[5, 1, 1, 64], [1, 1, 64, 10], {}],
  [[2, 1, 60, 3], [1, 8, 3, 5], { dilations: [1, 3], padding: 'VALID' }],
];

for (const engine of engines) {
  const { title, skipped, create } = await loadEngine(engine);
  describe.skipIf(skipped)(title, () => {
    test.each(geometries)('x %j, kernel %j', (xShape, kernelShape, rest) => {
      const bench = new Bench(create());
      const run = (...call: Parameters<typeof makeCase>): TestTensor => bench.run(makeCase(...call)).outputs[0];
      const attributes: ConvolutionAttributes = {
        strides: [1, 1],
        dilations: [1, 1],
        padding: 'SAME',
        bias: false,
        activation: 'none',
        pool: null,
        ...rest,
      };
      const random = new Random(`flipout ${xShape.join('x')}`);
      const x = random.reals(xShape, -1, 1);
      const [mean, perturbation] = [random.reals(kernelShape, -1, 1), random.reals(kernelShape, -0.5, 0.5)];
      const signsIn = random.signs([xShape[0], kernelShape[2]]);
      const signsOut = random.signs([xShape[0], kernelShape[3]]);
      const inputs = [x, mean, perturbation, signsIn, signsOut];

      const perExample = run('flipoutConv2d', attributes, inputs, exact);
      const shared = run('conv2d', attributes, [x, mean], exact);
      const signed = run('channelSigns', {}, [x, signsIn], exact);
      const own = run('conv2d', attributes, [signed, perturbation], exact);
      const twoConvolutions = run('add', {}, [shared, run('channelSigns', {}, [own, signsOut], exact)], exact);

      const [{ data: magnitude }] = inDouble('flipoutConv2d', attributes, inputs.map(magnitudes));
      const bound = { magnitude, relative: 1e-5, absolute: 0 };
      expect(firstDifference(perExample, twoConvolutions, bound)).toBeNull();
      expect(
        firstDifference(perExample, f32(perExample.shape, new Float32Array(magnitude.length)), bound),
      ).not.toBeNull();
    });
  });
}
