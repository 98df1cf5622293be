import { describe, expect, it } from 'vitest';
import { logGamma } from '../../src/distributions/index.ts';
import { Graph } from '../../src/graph/index.ts';
import { Program } from '../../src/kernels/index.ts';
import { referenceKernels } from '../../src/kernels/reference/index.ts';
import { Declarations, dense, denseFlipout, sequential, weightsDefaults } from '../../src/layers/index.ts';
import {
  type Likelihood,
  type Units,
  bernoulli,
  categorical,
  normal,
  poisson,
  studentT,
} from '../../src/likelihoods/index.ts';
import { buildNetwork } from '../../src/models/index.ts';
import { ElboFixture } from '../support/elbo.ts';
import { expectGradients } from '../support/finite-differences.ts';

interface Given {
  /** [batch, outputs] */
  readonly outputs: readonly (readonly number[])[];
  /** [batch, width], as in the batches */
  readonly targets: readonly (readonly number[])[];
  readonly units?: Units | null;
  /** values of the likelihood's own parameters */
  readonly parameters?: readonly number[];
}

/** A likelihood's loss in the graph, on the reference engine. */
function lossOf(likelihood: Likelihood, { outputs, targets, units = null, parameters = [] }: Given) {
  const graph = new Graph();
  const batch = outputs.length;
  const { dtype, width } = likelihood.target;
  const output = graph.input('outputs', [batch, likelihood.outputs], 'f32');
  const target = graph.input('targets', dtype === 'i32' ? [batch] : [batch, width], dtype);
  const declarations = new Declarations(graph, 'training', weightsDefaults);
  const { nll, figure } = likelihood.loss(output, target, { ...declarations.context('likelihood'), units });
  const layout = declarations.parameters.map(({ tensor }) => tensor);
  const program = new Program(referenceKernels, {
    ...{ graph, outputs: [nll, figure], layout },
    regions: { parameters: layout },
  });
  if (parameters.length > 0) program.region('parameters').set(parameters);
  program.floats(output).set(outputs.flat());
  (dtype === 'i32' ? program.integers(target) : program.floats(target)).set(targets.flat());
  for (const stage of ['step', 'replica', 'slice'] as const) program.run(stage);
  return {
    nll: [...program.floats(nll)],
    figure: [...program.floats(figure)],
    names: layout.map(({ name, shape }) => `${name} ${shape.join()}`),
  };
}

/** @param size of the numbers on the way */
function expectClose(got: readonly number[], expected: readonly number[], size = 1): void {
  expect(got).toHaveLength(expected.length);
  // a dozen float32 operations on numbers of this size
  for (const [i, value] of expected.entries()) {
    expect(Math.abs(got[i]! - value), `example ${i}`).toBeLessThan(12 * 2 ** -24 * Math.max(size, Math.abs(value)));
  }
}

const softplus = (x: number) => Math.log1p(Math.exp(x));
const normalNll = (y: number, mean: number, scale: number) =>
  0.5 * ((y - mean) / scale) ** 2 + Math.log(scale) + 0.5 * Math.log(2 * Math.PI);
const studentNll = (degrees: number) => (y: number, location: number, scale: number) =>
  logGamma(degrees / 2) -
  logGamma((degrees + 1) / 2) +
  0.5 * Math.log(degrees * Math.PI) +
  Math.log(scale) +
  ((degrees + 1) / 2) * Math.log1p(((y - location) / scale) ** 2 / degrees);

const locations = [
  [0.3, -1.2],
  [2, 0.1],
  [-0.7, 4],
];
const targets = [
  [0.5, -1],
  [1.5, -2],
  [-0.7, 3.9],
];
const units = { shift: [10, -3], scale: [2.5, 0.2] };
/** what the user gave, and what the network says of it */
const own = (value: number, o: number) => value * units.scale[o]! + units.shift[o]!;
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const squaredError = (scale: readonly number[]) =>
  locations.map((row, n) => sum(row.map((value, o) => ((value - targets[n]![o]!) * scale[o]!) ** 2)) / 2);

describe.each([
  ['normal', normal, normalNll],
  ['studentT', (options: object) => studentT({ ...options, degrees: 3.5 }), studentNll(3.5)],
] as const)('the loss of %s', (_, make, density) => {
  it('with noise that is fixed', () => {
    const { nll, figure, names } = lossOf(make({ noise: 0.4, targets: 2 }), { outputs: locations, targets });
    expectClose(
      nll,
      targets.map((row, n) => sum(row.map((y, o) => density(y, locations[n]![o]!, 0.4)))),
    );
    expectClose(figure, squaredError([1, 1]));
    expect(names).toEqual([]);
  });

  it('with noise that is fixed, in the unit of the user', () => {
    const given = { outputs: locations, targets, units };
    const { nll, figure } = lossOf(make({ noise: 0.4, targets: 2 }), given);
    expectClose(
      nll,
      targets.map((row, n) => sum(row.map((y, o) => density(own(y, o), own(locations[n]![o]!, o), 0.4)))),
    );
    expectClose(figure, squaredError(units.scale));
  });

  it.each([null, units])('with noise that is learned, one for each target; units %j', (given) => {
    const parameters = [-1, 0.5];
    const likelihood = make({ noise: 'learned', targets: 2 });
    const { nll, names } = lossOf(likelihood, { outputs: locations, targets, units: given, parameters });
    expect(names).toEqual(['likelihood/untransformedNoise 2']);
    const scales = given?.scale ?? [1, 1];
    const place = (value: number, o: number) => (given ? own(value, o) : value);
    const one = (y: number, n: number, o: number) =>
      density(place(y, o), place(locations[n]![o]!, o), (1e-6 + softplus(parameters[o]!)) * scales[o]!);
    expectClose(
      nll,
      targets.map((row, n) => sum(row.map((y, o) => one(y, n, o)))),
    );
  });

  it.each([null, units])('with noise that is predicted, behind the locations; units %j', (given) => {
    const raw = [
      [-2, 0],
      [0.3, 1],
      [5, -0.5],
    ];
    const likelihood = make({ noise: 'predicted', targets: 2 });
    expect(likelihood.outputs).toBe(4);
    const outputs = locations.map((row, n) => [...row, ...raw[n]!]);
    const { nll, names } = lossOf(likelihood, { outputs, targets, units: given });
    expect(names).toEqual([]);
    const scales = given?.scale ?? [1, 1];
    const place = (value: number, o: number) => (given ? own(value, o) : value);
    const one = (y: number, n: number, o: number) =>
      density(place(y, o), place(locations[n]![o]!, o), (1e-6 + softplus(raw[n]![o]!)) * scales[o]!);
    expectClose(
      nll,
      targets.map((row, n) => sum(row.map((y, o) => one(y, n, o)))),
    );
  });
});

it('noise that is learned begins as wide as standardised targets are spread', () => {
  const [nll] = lossOf(normal(), { outputs: [[0.2]], targets: [[1.2]], parameters: [0.5413] }).nll;
  expect(nll).toBeCloseTo(normalNll(1.2, 0.2, 1), 4);
});

it('the loss of poisson is that of counts at e^output', () => {
  const outputs = [
    [0.5, -2],
    [3, 0],
  ];
  const counts = [
    [2, 0],
    [25, 1],
  ];
  const { nll, figure } = lossOf(poisson({ targets: 2 }), { outputs, targets: counts });
  const one = (y: number, output: number) => Math.exp(output) - y * output + logGamma(y + 1);
  expectClose(
    nll,
    counts.map((row, n) => sum(row.map((y, o) => one(y, outputs[n]![o]!)))),
    25 * 3,
  );
  expectClose(
    figure,
    counts.map((row, n) => sum(row.map((y, o) => (Math.exp(outputs[n]![o]!) - y) ** 2)) / 2),
  );
});

it('the loss of bernoulli is that of sigmoid(output), and a figure is whether the likelier class is right', () => {
  const outputs = [[0.7], [-3], [40], [-0.2]];
  const labels = [[1], [0], [0], [1]];
  const { nll, figure } = lossOf(bernoulli(), { outputs, targets: labels });
  expectClose(
    nll,
    labels.map(([label], n) => softplus((label === 1 ? -1 : 1) * outputs[n]![0]!)),
  );
  expect(figure).toEqual([1, 1, 0, 0]);
});

it('the loss of categorical is that of softmax(outputs)', () => {
  const outputs = [
    [1, 2, -1],
    [0, 0.5, 0.2],
  ];
  const { nll, figure } = lossOf(categorical(3), { outputs, targets: [[1], [2]] });
  const logSum = (row: readonly number[]) => Math.log(sum(row.map(Math.exp)));
  expectClose(nll, [logSum(outputs[0]!) - 2, logSum(outputs[1]!) - 0.2]);
  expect(figure).toEqual([1, 0]);
});

const likelihoods: Record<string, Likelihood> = {
  'normal, fixed noise': normal({ noise: 0.7, targets: 2 }),
  'normal, learned noise': normal({ targets: 2 }),
  'normal, predicted noise': normal({ noise: 'predicted', targets: 2 }),
  'studentT, learned noise': studentT({ degrees: 3 }),
  'studentT, predicted noise': studentT({ noise: 'predicted', targets: 2 }),
  poisson: poisson({ targets: 2 }),
  bernoulli: bernoulli(),
  categorical: categorical(4),
};

describe.each(Object.entries(likelihoods))('the gradient of %s', (name, likelihood) => {
  it.each([null, { shift: [1, 2], scale: [3, 0.5] }])('agrees with finite differences; units %j', (given) => {
    const { dtype, width } = likelihood.target;
    if (given !== null && dtype === 'i32') return;
    const own = given && { shift: given.shift.slice(0, width), scale: given.scale.slice(0, width) };
    const network = sequential(denseFlipout({ units: 5, activation: 'tanh' }), dense({ units: likelihood.outputs }));
    const model = { name, input: { shape: [4], dtype: 'f32' }, network, likelihood, units: own } as const;
    expectGradients(new ElboFixture(referenceKernels, model, 3, 0));
  });
});

describe('a likelihood refuses', () => {
  it('noise and degrees that are none', () => {
    expect(() => normal({ noise: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: noise of a normal likelihood: got 0, expected a standard deviation above 0, learned or predicted]`,
    );
    expect(() => studentT({ noise: Number.NaN })).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: noise of a studentT likelihood: got NaN, expected a standard deviation above 0, learned or predicted]`,
    );
    expect(() => studentT({ degrees: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: degrees of freedom: got 0, expected a number above 0]`,
    );
  });

  it('units of another number of targets', () => {
    const network = dense({ units: 1 });
    const model = { name: 'm', input: { shape: [4], dtype: 'f32' }, network, likelihood: normal(), units } as const;
    expect(() => buildNetwork(model, new Graph(), 2, 'training')).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: the units do not fit the normal likelihood: got 2 shifts and 2 scales, expected 1 of each, one per target]`,
    );
  });

  it('to be of nothing', () => {
    expect(() => normal({ targets: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: a normal likelihood: got 0 targets, expected at least 1]`,
    );
    expect(() => poisson({ targets: 1.5 })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: a Poisson likelihood: got 1.5 targets, expected at least 1]`,
    );
    expect(() => categorical(1)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: a categorical likelihood: got 1 classes, expected at least 2]`,
    );
  });
});
