import { describe, expect, it } from 'vitest';
import {
  type ParameterSource,
  type PredictionInputs,
  type PredictOptions,
  predictDraws,
} from '../../src/inference/index.ts';
import { PredictionProgram } from '../../src/inference/prediction-program.ts';
import { referenceKernels } from '../../src/kernels/reference/index.ts';
import { wasmKernels } from '../../src/kernels/wasm/index.ts';
import {
  conv2dFlipout,
  dense,
  denseFlipout,
  denseReparameterization,
  dropout,
  flatten,
  sequential,
} from '../../src/layers/index.ts';
import { type ClassPredictive, normal } from '../../src/likelihoods/index.ts';
import type { KernelsFactory } from '../../src/kernels/index.ts';
import type { Model } from '../../src/models/index.ts';
import { fillNormal, purpose } from '../../src/random/index.ts';
import { classifier, modelNamed } from '../support/model.ts';
import { drawnImages, initialParameters } from '../support/network.ts';

/** Two pixels, three units, three classes: small enough to be computed by hand. */
const small = classifier(
  'small',
  sequential(flatten(), denseFlipout({ units: 3, activation: 'relu' }), dense({ units: 3 })),
  { shape: [1, 2, 1], classes: 3 },
);
const smallParameters = new Map([
  ['denseFlipout/kernel/mean', Float32Array.of(0.9, -0.4, 0.3, -0.7, 0.8, 0.2)],
  // softplus(0.5) = 0.974
  ['denseFlipout/kernel/untransformedScale', new Float32Array(6).fill(0.5)],
  ['denseFlipout/bias', Float32Array.of(0.1, -0.2, 0.3)],
  ['dense/kernel', Float32Array.of(1, -1, 0.5, -0.5, 1.5, 0, 0.3, -0.2, -1)],
  ['dense/bias', Float32Array.of(0.2, 0, -0.1)],
]);

function of(source: ReadonlyMap<string, Float32Array>) {
  return (name: string): Float32Array => source.get(name)!;
}

function predict(
  factory: KernelsFactory,
  model: Model<ClassPredictive>,
  parameters: ParameterSource,
  data: { readonly count: number; readonly inputs: Uint8Array },
  options: PredictOptions,
): ClassPredictive {
  return predictDraws(factory, { model, members: [parameters] }, data, options);
}

function softmax(logits: readonly number[]): number[] {
  const exponentials = logits.map(Math.exp);
  const total = exponentials.reduce((a, b) => a + b);
  return exponentials.map((e) => e / total);
}

/** Its second layer drawn too; without an activation that makes exact zeros, which single and double precision would tell apart. */
const deep = classifier(
  'deep',
  sequential(flatten(), denseFlipout({ units: 3, activation: 'tanh' }), denseFlipout({ units: 3 })),
  { shape: [1, 2, 1], classes: 3 },
);
const deepParameters = new Map([
  ...smallParameters,
  ['denseFlipout_1/kernel/mean', smallParameters.get('dense/kernel')!],
  ['denseFlipout_1/kernel/untransformedScale', new Float32Array(9).fill(0.2)],
  ['denseFlipout_1/bias', smallParameters.get('dense/bias')!],
]);

/** Class probabilities of one draw of a network's weights, computed from the weights themselves. */
function byWeights(
  pixels: readonly number[],
  activation: (x: number) => number,
  first: Float32Array,
  second: Float32Array,
): number[] {
  const [mean, bias] = [of(smallParameters)('denseFlipout/kernel/mean'), of(smallParameters)('denseFlipout/bias')];
  const [kernel, shift] = [of(smallParameters)('dense/kernel'), of(smallParameters)('dense/bias')];
  const [scale, scaleOfSecond] = [Math.log1p(Math.exp(0.5)), Math.log1p(Math.exp(0.2))];
  const hidden = [0, 1, 2].map((u) => {
    const weight = (i: number) => mean[3 * i + u]! + scale * first[3 * i + u]!;
    return activation(pixels[0]! * weight(0) + pixels[1]! * weight(1) + bias[u]!);
  });
  const weight = (u: number, c: number) => kernel[3 * u + c]! + scaleOfSecond * second[3 * u + c]!;
  return softmax([0, 1, 2].map((c) => shift[c]! + hidden.reduce((sum, h, u) => sum + h * weight(u, c), 0)));
}

describe('dense layers whose pre-activations are drawn', () => {
  it.each([
    { name: 'the first', model: small, parameters: smallParameters, together: 1 },
    { name: 'both', model: deep, parameters: deepParameters, together: 1 },
    { name: 'both, eight draws in a run', model: deep, parameters: deepParameters, together: 8 },
  ])(
    'predict what draws of weights predict: Kolmogorov and Smirnov, each class, two images; $name',
    ({ model, parameters, together }) => {
      // The largest distance of two empirical distributions of n draws each exceeds c sqrt(2 / n) with a probability of
      // 2 e^(-2 c^2); c = 2.9: 1e-7, over six comparisons.
      const draws = 4000;
      const bound = 2.9 * Math.sqrt(2 / draws);
      const images = Uint8Array.of(255, 51, 30, 200);
      const options = { seed: 11, batch: 2, draws: { count: together, stride: 1 } };
      const program = new PredictionProgram(wasmKernels, model, of(parameters), options);
      expect(program.results).toHaveLength(together);
      program.load(images);
      const drawn = Array.from({ length: 6 }, () => new Float64Array(draws));
      const weighted = Array.from({ length: 6 }, () => new Float64Array(draws));
      const [first, second] = [new Float32Array(6), new Float32Array(9)];
      const activation = model === deep ? Math.tanh : (x: number) => Math.max(0, x);
      for (let draw = 0; draw < draws; draw++) {
        if (draw % together === 0) program.draw(draw);
        for (let i = 0; i < 6; i++) drawn[i]![draw] = program.results[draw % together]![0]![i]!;
        const key = { seed: 12, purpose: purpose.predictionNoise, step: draw, replica: 0, example: 0 };
        fillNormal(first, { ...key, layer: 0 });
        if (model === deep) fillNormal(second, { ...key, layer: 1 });
        for (let n = 0; n < 2; n++) {
          const pixels = [images[2 * n]! / 255, images[2 * n + 1]! / 255];
          for (const [c, p] of byWeights(pixels, activation, first, second).entries()) weighted[3 * n + c]![draw] = p;
        }
      }
      const distances = drawn.map((own, i) => kolmogorovSmirnov(own, weighted[i]!));
      expect(Math.max(...distances)).toBeLessThan(bound);
    },
  );

  it.each([wasmKernels, referenceKernels])('are the same draws one by one and several in a run: $name', (factory) => {
    const inputs = drawnImages(3, [1, 2, 1], 8);
    const drawn = (count: number, stride: number) => {
      const options = { seed: 2, batch: 3, draws: { count, stride } };
      const program = new PredictionProgram(factory, deep, of(deepParameters), options);
      program.load(inputs);
      return (draw: number, r: number) => {
        program.draw(draw);
        return program.results[r]!.map((values) => [...values]);
      };
    };
    const [alone, together] = [drawn(1, 1), drawn(4, 3)];
    for (const r of [0, 1, 2, 3]) expect(together(5, r)).toEqual(alone(5 + 3 * r, 0));
  });

  it('of numbers, where a scale is learned for all examples and draws', () => {
    const model = {
      name: 'numbers',
      input: { shape: [2], dtype: 'f32' },
      likelihood: normal(),
      network: sequential(denseFlipout({ units: 4, activation: 'tanh' }), denseFlipout({ units: 1 })),
    } as const;
    const options = { seed: 2, batch: 3 };
    const parameters = of(initialParameters(model, 1));
    const [alone, together] = [1, 4].map((count) => {
      const draws = { count, stride: 1 };
      const program = new PredictionProgram(wasmKernels, model, parameters, { ...options, draws });
      program.load(Float32Array.of(1, 2, -1, 0.5, 0, 3));
      program.draw(6);
      return program;
    });
    expect(together!.results).toHaveLength(4);
    expect(together!.results[0]).toEqual(alone!.results[0]);
    expect(together!.results[3]![1]).toEqual(alone!.results[0]![1]);
    expect(together!.results[3]![0]).not.toEqual(alone!.results[0]![0]);
  });

  it('takes draws one by one where weights are drawn, or masks', () => {
    const layers = {
      weights: conv2dFlipout({ filters: 2, kernelSize: 1 }),
      masks: dropout({ rate: 0.5, monteCarlo: true }),
    };
    for (const layer of Object.values(layers)) {
      const model = classifier('other', sequential(layer, flatten(), denseFlipout({ units: 3 })), {
        ...{ shape: [1, 2, 1], classes: 3 },
      });
      const options = { seed: 2, batch: 3, draws: { count: 8, stride: 1 } };
      const program = new PredictionProgram(wasmKernels, model, of(initialParameters(model, 1)), options);
      expect(program.results).toHaveLength(1);
    }
  });

  it('of a linear network has normal logits: probabilities, spread and quantiles in closed form', () => {
    // two classes: the log odds of class 0 are normal, p = sigmoid of them
    const linear = classifier('linear', sequential(flatten(), denseReparameterization({ units: 2 })), {
      ...{ shape: [1, 2, 1], classes: 2 },
    });
    const parameters = new Map([
      ['denseReparameterization/kernel/mean', Float32Array.of(0.5, -0.25, 0.75, 1)],
      ['denseReparameterization/kernel/untransformedScale', Float32Array.of(0, 0.5, 1, -0.5)],
      ['denseReparameterization/bias', Float32Array.of(0.3, 0.1)],
    ]);
    const [a, b] = [1, 0.4];
    const variances = [0, 0.5, 1, -0.5].map((u) => Math.log1p(Math.exp(u)) ** 2);
    const mean = 0.3 - 0.1 + a * (0.5 + 0.25) + b * (0.75 - 1);
    const deviation = Math.sqrt(a * a * (variances[0]! + variances[1]!) + b * b * (variances[2]! + variances[3]!));
    const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
    const [p, square] = [normalMean(mean, deviation, sigmoid), normalMean(mean, deviation, (x) => sigmoid(x) ** 2)];
    const spread = Math.sqrt(square - p * p);
    const binaryEntropy = (x: number) => -x * Math.log(x) - (1 - x) * Math.log(1 - x);
    const entropy = normalMean(mean, deviation, (x) => binaryEntropy(sigmoid(x)));

    const draws = 20_000;
    const levels = [0.1, 0.5, 0.9];
    const images = Uint8Array.of(255 * a, 255 * b);
    const options = { draws, seed: 3, quantiles: levels };
    const result = predict(wasmKernels, linear, of(parameters), { count: 1, inputs: images }, options);
    // 4.5 standard errors, seed fixed: of a mean of draws; of a standard deviation of values in 0 .. 1, at most
    // sqrt(E (p - mean)^4) / (2 spread sqrt(draws)) <= 1 / (2 spread sqrt(draws)) times the range 1
    const error = 4.5 / Math.sqrt(draws);
    expect(Math.abs(result.probabilities[0]! - p)).toBeLessThan(error * spread);
    expect(Math.abs(result.standardDeviations[0]! - spread)).toBeLessThan((error * 0.25) / (2 * spread));
    expect(Math.abs(result.expectedEntropy[0]! - entropy)).toBeLessThan(error * Math.LN2);
    expect(result.predictiveEntropy[0]).toBeCloseTo(binaryEntropy(result.probabilities[0]!), 10);
    expect(result.mutualInformation[0]).toBeCloseTo(result.predictiveEntropy[0]! - result.expectedEntropy[0]!, 10);
    // the empirical distribution function is within 1.95 / sqrt(draws) of the true one (Dvoretzky, Kiefer and Wolfowitz,
    // 2 e^(-2 1.95^2) = 1e-3, a fixed seed), the grid adds half a cell
    const quantileOf = (level: number) => sigmoid(mean + deviation * normalQuantile(level));
    for (const [i, level] of levels.entries()) {
      const got = result.quantiles[i]![0]!;
      expect(got).toBeGreaterThan(quantileOf(level - 1.95 / Math.sqrt(draws)) - 0.001);
      expect(got).toBeLessThan(quantileOf(level + 1.95 / Math.sqrt(draws)) + 0.001);
    }
  });
});

describe.each(['BNN_FC_flip', 'BNN_conv_nonflip'])('predictDraws, %s', (name) => {
  const model = modelNamed(name);
  const parameters = of(initialParameters(model, 5));
  const data = { count: 7, inputs: drawnImages(7, model.input.shape, 5) };
  const options: PredictOptions = { draws: 4, seed: 9, quantiles: [0.25, 0.5] };
  const whole = predict(wasmKernels, model, parameters, data, options);

  it('is the same on the reference engine, to rounding', () => {
    const few = { count: 2, inputs: data.inputs.subarray(0, (data.inputs.length / 7) * 2) };
    const truth = predict(referenceKernels, model, parameters, few, { ...options, draws: 2 });
    const ours = predict(wasmKernels, model, parameters, few, { ...options, draws: 2 });
    for (const field of ['probabilities', 'standardDeviations', 'predictiveEntropy', 'expectedEntropy'] as const) {
      for (const [i, value] of truth[field].entries()) expect(ours[field][i]).toBeCloseTo(value, 4);
    }
  });

  it('of an image does not depend on the images beside it, nor on the batch', () => {
    const size = data.inputs.length / 7;
    const third = { count: 1, inputs: data.inputs.subarray(2 * size, 3 * size) };
    const alone = predict(wasmKernels, model, parameters, third, options);
    expect(alone.probabilities).toEqual(whole.probabilities.slice(2 * 10, 3 * 10));
    expect(predict(wasmKernels, model, parameters, data, { ...options, batch: 3 })).toEqual(whole);
  });

  it('agrees with what is computed from all draws, kept', () => {
    const program = new PredictionProgram(wasmKernels, model, parameters, { seed: 9, batch: 7 });
    program.load(data.inputs);
    const size = 7 * 10;
    const kept = Array.from({ length: 4 }, (_, draw) => {
      program.draw(draw);
      return Float64Array.from(program.results[0]![0]!);
    });
    for (let i = 0; i < size; i++) {
      const values = kept.map((probabilities) => probabilities[i]!).toSorted((a, b) => a - b);
      const mean = values.reduce((a, b) => a + b) / 4;
      const variance = values.reduce((sum, p) => sum + (p - mean) ** 2, 0) / 3;
      expect(whole.probabilities[i]).toBeCloseTo(mean, 12);
      expect(whole.standardDeviations[i]).toBeCloseTo(Math.sqrt(variance), 6);
      expect(Math.abs(whole.quantiles[0]![i]! - values[0]!)).toBeLessThanOrEqual(0.001 + 1e-9);
      expect(Math.abs(whole.quantiles[1]![i]! - values[1]!)).toBeLessThanOrEqual(0.001 + 1e-9);
    }
  });
});

describe('predictDraws', () => {
  it('of a network without noise has no spread, and its weights tell nothing more', () => {
    const model = modelNamed('CNN_FC');
    const data = { count: 3, inputs: drawnImages(3, model.input.shape, 1) };
    const result = predict(wasmKernels, model, of(initialParameters(model, 1)), data, {
      draws: 3,
      seed: 1,
    });
    expect(Math.max(...result.standardDeviations)).toBeLessThan(1e-6);
    expect(Math.max(...result.mutualInformation)).toBeLessThan(1e-6);
    for (let n = 0; n < 3; n++) {
      const row = result.probabilities.subarray(10 * n, 10 * n + 10);
      expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
    }
  });

  it('subtracts a mean image', () => {
    const without = { ...small, input: { ...small.input, shift: Float32Array.of(0.25, 0.5) } };
    const parameters = of(smallParameters);
    const [shifted, plain] = [Uint8Array.of(255, 255), Uint8Array.of(0.75 * 255 + 0.25, 0.5 * 255 + 0.5)];
    const options = { draws: 5, seed: 1 };
    const ours = predict(wasmKernels, without, parameters, { count: 1, inputs: shifted }, options);
    const other = predict(wasmKernels, small, parameters, { count: 1, inputs: plain }, options);
    // to within half a grey level
    for (const [i, p] of other.probabilities.entries()) expect(Math.abs(ours.probabilities[i]! - p)).toBeLessThan(0.01);
  });

  it('of no image is empty', () => {
    const empty = { count: 0, inputs: new Uint8Array(0) };
    const { probabilities, predictiveEntropy } = predict(wasmKernels, small, of(smallParameters), empty, {
      draws: 2,
      seed: 1,
    });
    expect([probabilities.length, predictiveEntropy.length]).toEqual([0, 0]);
  });

  it('refuses what makes no sense', () => {
    const one = { count: 1, inputs: new Uint8Array(2) };
    const run = (options: PredictOptions) => () => predict(wasmKernels, small, of(smallParameters), one, options);
    expect(run({ draws: 0, seed: 1 })).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: draws: got 0, expected a whole number from 1 to 2^24]`,
    );
    expect(run({ draws: 1, seed: 1, quantiles: [0.5, 1.5] })).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: quantiles: got 1.5, expected levels from 0 to 1]`,
    );
  });

  it('refuses inputs, targets and parameters of another size than the model says', () => {
    const inputs = new Uint8Array(2);
    const run = (data: PredictionInputs, source: ParameterSource) => () =>
      predictDraws(wasmKernels, { model: small, members: [source] }, data, { draws: 1, seed: 1 });
    const source = of(smallParameters);
    expect(run({ count: 2, inputs }, source)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: inputs to predict for: got 2 bytes, expected 4 bytes: 2 examples of 1x2x1]`,
    );
    expect(run({ count: 1, inputs: new Float32Array(2) }, source)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: inputs to predict for: got 2 reals, expected 2 bytes: 1 examples of 1x2x1]`,
    );
    expect(run({ count: 1, inputs, targets: [0, 1] }, source)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: targets to compare with: got 2, expected 1: 1 examples of 1]`,
    );
    expect(run({ count: 1, inputs }, () => undefined)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: parameter denseFlipout/kernel/mean: got none of this name, expected 6, of shape 2x3. Give the parameters that this model was trained to]`,
    );
    expect(run({ count: 1, inputs }, () => new Float32Array(5))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: parameter denseFlipout/kernel/mean: got 5 numbers, expected 6, of shape 2x3. Give the parameters that this model was trained to]`,
    );
  });

  it('of an ensemble takes its members in turn', () => {
    const inputs = drawnImages(3, [1, 2, 1], 4);
    const other = new Map([...smallParameters].map(([name, values]) => [name, values.map((value) => 0.5 - value)]));
    const predicted = (members: readonly ParameterSource[], draws: number) =>
      predictDraws(wasmKernels, { model: small, members }, { count: 3, inputs }, { draws, seed: 4 }).probabilities;
    const [one, two] = [of(smallParameters), of(other)];
    // the first draw is one's, the second two's
    const [first, both, alone] = [predicted([one], 1), predicted([one, two], 2), predicted([two], 2)];
    const firstOfTwo = predicted([two], 1);
    for (const [i, p] of both.entries()) expect(p).toBeCloseTo((first[i]! + 2 * alone[i]! - firstOfTwo[i]!) / 2, 7);
  });
});

/** The largest distance of two empirical distribution functions. */
function kolmogorovSmirnov(a: Float64Array, b: Float64Array): number {
  const [x, y] = [a.toSorted(), b.toSorted()];
  let largest = 0;
  for (let i = 0, j = 0; i < x.length && j < y.length; ) {
    const at = Math.min(x[i]!, y[j]!);
    while (i < x.length && x[i]! <= at) i++;
    while (j < y.length && y[j]! <= at) j++;
    largest = Math.max(largest, Math.abs(i / x.length - j / y.length));
  }
  return largest;
}

/** E f(x) for x ~ N(mean, deviation^2), by the trapezoidal rule over ten standard deviations. */
function normalMean(mean: number, deviation: number, f: (x: number) => number): number {
  let sum = 0;
  for (let i = -2000; i <= 2000; i++) {
    const z = i / 200;
    sum += (f(mean + deviation * z) * Math.exp((-z * z) / 2)) / (200 * Math.sqrt(2 * Math.PI));
  }
  return sum;
}

/** Solves Phi(z) = level by bisection. */
function normalQuantile(level: number): number {
  let [low, high] = [-8, 8];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normalMean(0, 1, (x) => Number(x <= middle)) < level) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
