/** A NaN is never a sure prediction: whatever it comes from, the error says where it is. */
import { describe, expect, test } from 'vitest';
import { predictDraws } from '../../src/inference/index.ts';
import { referenceKernels } from '../../src/kernels/reference/index.ts';
import { wasmKernels } from '../../src/kernels/wasm/index.ts';
import { dense, sequential } from '../../src/layers/index.ts';
import { type Likelihood, bernoulli, categorical, normal, poisson } from '../../src/likelihoods/index.ts';

const options = { draws: 2, seed: 1, quantiles: [0.5] };

/** x w + b for each of two examples of two numbers. */
function given(likelihood: Likelihood, weight: number, inputs: number[]) {
  const model = {
    name: 'small',
    input: { shape: [2], dtype: 'f32' as const },
    network: sequential(dense({ units: likelihood.outputs })),
    likelihood,
  };
  const member = (name: string) =>
    name.endsWith('kernel')
      ? Float32Array.from({ length: 2 * likelihood.outputs }, (_, i) => (i % 2 === 0 ? weight : -weight))
      : new Float32Array(likelihood.outputs);
  return [
    { model, members: [member] },
    { count: 2, inputs: Float32Array.from(inputs) },
  ] as const;
}

describe.each([
  ['wasm', wasmKernels],
  ['reference', referenceKernels],
] as const)('on %s', (_name, kernels) => {
  test.each([
    ['categorical', categorical(2)],
    ['bernoulli', bernoulli()],
    ['normal', normal({ noise: 1 })],
    ['poisson', poisson()],
  ] as const)('%s: a network that overflows names the draw and its first example', (_kind, likelihood) => {
    const [trained, data] = given(likelihood, 3e38, [0, 0, 30, 20]);
    expect(() => predictDraws(kernels, trained, data, options)).toThrow(
      /^the prediction of example 1: got (NaN|-?Infinity) in draw 0, expected finite numbers\. Check how large/,
    );
    // an example in a batch of its own has the same name
    expect(() => predictDraws(kernels, trained, data, { ...options, batch: 1 })).toThrow(
      /^the prediction of example 1/,
    );
  });

  test('parameters and inputs are named', () => {
    const [trained, data] = given(normal({ noise: 1 }), Number.NaN, [1, 2, 3, 4]);
    expect(() => predictDraws(kernels, trained, data, options)).toThrowErrorMatchingInlineSnapshot(
      `[NotFiniteError: parameter dense/kernel: got NaN at place 0, expected finite numbers]`,
    );
    const [right, wrong] = given(normal({ noise: 1 }), 1, [1, 2, 3, Number.NEGATIVE_INFINITY]);
    expect(() => predictDraws(kernels, right, wrong, options)).toThrowErrorMatchingInlineSnapshot(
      `[NotFiniteError: input 1 of example 1: got -Infinity, expected a finite number]`,
    );
    const targets = Float32Array.of(1, Number.NaN);
    expect(() => predictDraws(kernels, right, { ...data, targets }, options)).toThrowErrorMatchingInlineSnapshot(
      `[NotFiniteError: the target of example 1: got NaN, expected a finite number]`,
    );
  });
});
