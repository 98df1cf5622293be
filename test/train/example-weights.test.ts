/** Examples with weights: each one's negative log-likelihood is multiplied by its own, in the one loss that there is. */
import { describe, expect, it } from 'vitest';
import { referenceKernels } from '../../src/kernels/reference/index.ts';
import { wasmKernels } from '../../src/kernels/wasm/index.ts';
import { dense, denseFlipout, sequential, weightsDefaults } from '../../src/layers/index.ts';
import { type TableOptions, table, train } from '../../src/library/index.ts';
import { bernoulli, categorical, type Likelihood, normal, poisson, studentT } from '../../src/likelihoods/index.ts';
import { adam } from '../../src/optim/index.ts';
import { TrainingProgram } from '../../src/train/training-program.ts';

const common = { seed: 3, precision: 'f32', weights: weightsDefaults, partials: 1, leastBucket: 1 } as const;

/** Loss and gradient of a deterministic layer of two inputs. */
function lossOf(likelihood: Likelihood, examples: readonly (readonly number[])[], weights: readonly number[] | null) {
  const network = dense({ units: likelihood.outputs });
  const model = { name: 'one', input: { shape: [2], dtype: 'f32' }, network, likelihood } as const;
  const program = new TrainingProgram(referenceKernels, model, {
    ...{ ...common, optimizer: adam, sliceExamples: examples.length },
    isWeighted: weights !== null,
  });
  program.batch.inputs.set(examples.flatMap(([a = 0, b = 0]) => [a, b]));
  program.batch.targets.set(examples.map(([, , target = 0]) => target));
  if (weights) program.batch.weights?.set(weights);
  else expect(program.batch.weights).toBeNull();
  program.beginStep({ step: 1, learningRate: 0, examples: examples.length, klScale: 0 });
  program.runUnit(0, 0);
  const { nll, figure, gradient } = program;
  const parameters = program.parameters().map(({ data }) => data.slice());
  return { nll, figure, gradient: gradient.slice(), parameters };
}

const a = [0.3, -1.2, 1];
const b = [0.9, 0.4, 0];
const c = [-0.7, 0.1, 1];

describe('a weight', () => {
  it('is a factor of the loss of its example, and of the gradient: the closed form of a normal', () => {
    const noise = 0.5;
    const { nll, gradient, parameters } = lossOf(normal({ noise }), [a, b, c], [2, 0.25, 0]);
    // in the order of declaration: the kernel [2, 1], then the bias
    const [[k0, k1], [bias]] = parameters as unknown as [[number, number], [number]];
    const expected = { nll: 0, gradient: [0, 0, 0] };
    for (const [[x0, x1, y], weight] of [
      [a, 2],
      [b, 0.25],
      [c, 0],
    ] as unknown as [[number, number, number], number][]) {
      const difference = k0 * x0 + k1 * x1 + bias - y;
      expected.nll += weight * (0.5 * (difference / noise) ** 2 + Math.log(noise) + 0.5 * Math.log(2 * Math.PI));
      const slope = (weight * difference) / noise ** 2;
      expected.gradient = expected.gradient.map((sum, i) => sum + slope * [x0, x1, 1][i]!);
    }
    expect(nll).toBeCloseTo(expected.nll, 5);
    // between parameters there are zeros, which fill their memory up
    const slopes = gradient.filter((slope) => slope !== 0);
    for (const [i, slope] of expected.gradient.entries()) expect(slopes[i]).toBeCloseTo(slope, 5);
  });

  const likelihoods = [categorical(3), bernoulli(), normal(), normal({ noise: 'predicted' }), studentT(), poisson()];
  it.each(likelihoods.map((likelihood) => [likelihood.kind, likelihood] as const))(
    'of 2 is its example twice: %s',
    (_kind, likelihood) => {
      const weighted = lossOf(likelihood, [a, b, c], [2, 1, 1]);
      const twice = lossOf(likelihood, [a, a, b, c], null);
      expect(weighted.nll).toBeCloseTo(twice.nll, 5);
      for (const [i, slope] of weighted.gradient.entries()) expect(slope).toBeCloseTo(twice.gradient[i]!, 4);
      // what a step tells beside its loss is of the examples as they are
      expect(weighted.figure).toBe(lossOf(likelihood, [a, b, c], null).figure);
    },
  );
});

const noise = (i: number) => ((i * 2654435761) % 1000) / 1000;
const rows = Array.from({ length: 40 }, (_, i) => [noise(3 * i), noise(3 * i + 1)]);
const reals = rows.map(([x = 0, z = 0], i) => x * z + 0.1 * noise(i + 7));

async function trained(options: Pick<TableOptions, 'targets' | 'weights'>, kernels = wasmKernels) {
  const data = table({ inputs: rows, ...options });
  const network = sequential(denseFlipout({ units: 8, activation: 'relu' }), denseFlipout({ units: 1 }));
  const model = { name: 'own', input: data.input, network };
  const settings = { iteration: 20, batchSize: 16, replicas: 2, kernels };
  const { parameters } =
    data.schema.target.kind === 'classes'
      ? await train({ ...model, likelihood: bernoulli() }, data, settings)
      : await train({ ...model, likelihood: normal() }, data, settings);
  return parameters;
}

describe('weights of 1', () => {
  const ones = new Array<number>(rows.length).fill(1);
  it.each([
    ['reals', wasmKernels],
    ['reals', referenceKernels],
    ['classes', wasmKernels],
  ] as const)('give the bits that none give: %s', async (kind, kernels) => {
    const targets = kind === 'reals' ? reals : reals.map((y) => (y > 0.25 ? 'high' : 'low'));
    expect(await trained({ targets, weights: ones }, kernels)).toEqual(await trained({ targets }, kernels));
  });
});

describe('a weight of 0', () => {
  it('takes its row out of the loss, bit for bit', async () => {
    // Of classes: nothing else is learned of a target than which there are.
    const classes = reals.map((y) => (y > 0.25 ? 'high' : 'low'));
    const other = classes.map((name, i) => (i === 5 ? (name === 'high' ? 'low' : 'high') : name));
    const weights = rows.map((_, i) => (i === 5 ? 0 : 1.5));
    expect(await trained({ targets: other, weights })).toEqual(await trained({ targets: classes, weights }));
    expect(await trained({ targets: other })).not.toEqual(await trained({ targets: classes }));
  });
});

describe('weights that are none', () => {
  const refusal = (weights: number[]) => {
    try {
      table({ inputs: rows.slice(0, 3), targets: [1, 2, 4], weights });
      return 'taken';
    } catch (error) {
      return String(error);
    }
  };
  it('are refused in one line', () => {
    const lines = [
      [1, -1, 2],
      [1, Number.NaN, -0.5],
      [1, 1, Infinity],
      [1e39, 1, 1],
      [0, 0, 0],
      [1, 2],
    ].map(refusal);
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "DataError: the table has numbers in column weight that are no weights: got -1 in row 2, expected finite numbers of 0 or more. Correct these rows or take them out
      DataError: the table has numbers in column weight that are no weights: got NaN in rows 2 and 3, expected finite numbers of 0 or more. Correct these rows or take them out
      DataError: the table has numbers in column weight that are no weights: got Infinity in row 3, expected finite numbers of 0 or more. Correct these rows or take them out
      DataError: the table has numbers in column weight that are no weights: got 1e+39 in row 1, expected finite numbers of 0 or more. Correct these rows or take them out
      DataError: the table has no weight above 0 in column weight in the training part: expected one at least. Take another column, or train without weights
      DataError: weights and targets do not belong together: got 2 weights and 3 targets, expected as many of one as of the other"
    `);
  });
});
