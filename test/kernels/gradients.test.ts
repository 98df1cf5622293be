/**
 * The backward operations of the reference engine, in float64: adjoints of the linear ones, central differences of all.
 * What the other engines compute is held to the reference by contract.test.ts.
 */
import { describe, expect, test } from 'vitest';
import type { ConvolutionAttributes, OperationName, Operations, Shape } from '../../src/graph/index.ts';
import { inferTypes, sizeOf } from '../../src/graph/index.ts';
import type { Bind, Operand } from '../../src/kernels/reference/binding.ts';
import { referenceTable } from '../../src/kernels/reference/table.ts';
import { activationNames } from './case.ts';
import { Random, type TestTensor, f32 } from './generate.ts';

interface Real extends Operand {
  readonly shape: Shape;
  readonly dtype: 'f32';
  readonly data: Float64Array;
}
type Input = Real | TestTensor;

function real({ shape, data }: TestTensor): Real {
  return { shape, dtype: 'f32', data: Float64Array.from(data) };
}

/** Runs a reference kernel on float64 operands. */
function compute<O extends OperationName>(name: O, attributes: Operations[O], inputs: readonly Input[]) {
  const outputs = inferTypes(name, inputs, attributes).map(({ shape, dtype }) => ({
    shape,
    dtype,
    data: dtype === 'f32' ? new Float64Array(sizeOf(shape)) : new Uint8Array(sizeOf(shape)),
  }));
  const control = { integers: new Uint32Array(32), floats: new Float32Array(32) };
  (referenceTable[name] as Bind<O>)(attributes, inputs, outputs, control)();
  return outputs as Real[];
}

function dot(a: Real, b: Real): number {
  return a.data.reduce((sum, x, i) => sum + x * b.data[i], 0);
}

/** With central differences of step h the error is about h^2 f''' + 1e-16 / h: below 1e-8 here. */
const step = 1e-5;

/** The gradient of <forward(inputs)[0], dy> with respect to one input, by central differences. */
function differences<O extends OperationName>(
  name: O,
  attributes: Operations[O],
  inputs: readonly Input[],
  which: number,
  dy: Real,
): number[] {
  const { data } = inputs[which];
  return Array.from(data, (value, i) => {
    data[i] = value + step;
    const above = dot(compute(name, attributes, inputs)[0], dy);
    data[i] = value - step;
    const below = dot(compute(name, attributes, inputs)[0], dy);
    data[i] = value;
    return (above - below) / (2 * step);
  });
}

function expectClose(got: ArrayLike<number>, expected: readonly number[]): void {
  expect(got.length).toBe(expected.length);
  const scale = Math.max(1, ...expected.map(Math.abs));
  for (const [i, value] of expected.entries())
    expect(Math.abs(got[i] - value) / scale, `element ${i}`).toBeLessThan(1e-7);
}

const geometries: {
  x: Shape;
  kernel: Shape;
  rest: Pick<ConvolutionAttributes, 'strides' | 'dilations' | 'padding' | 'pool'>;
}[] = [
  { x: [2, 5, 4, 3], kernel: [3, 3, 3, 2], rest: { strides: [1, 1], dilations: [1, 1], padding: 'SAME', pool: null } },
  { x: [1, 7, 6, 1], kernel: [2, 3, 1, 3], rest: { strides: [2, 3], dilations: [2, 1], padding: 'VALID', pool: null } },
  { x: [2, 2, 3, 2], kernel: [5, 4, 2, 2], rest: { strides: [1, 2], dilations: [1, 1], padding: 'SAME', pool: null } },
  { x: [2, 1, 9, 2], kernel: [1, 3, 2, 3], rest: { strides: [1, 1], dilations: [1, 2], padding: 'SAME', pool: null } },
  {
    x: [2, 6, 5, 2],
    kernel: [3, 3, 2, 3],
    rest: {
      strides: [1, 1],
      dilations: [1, 1],
      padding: 'SAME',
      pool: { window: [2, 2], strides: [2, 2], padding: 'SAME' },
    },
  },
  {
    x: [1, 7, 7, 2],
    kernel: [2, 2, 2, 2],
    rest: {
      strides: [1, 1],
      dilations: [1, 1],
      padding: 'VALID',
      pool: { window: [3, 2], strides: [1, 1], padding: 'SAME' },
    },
  },
];

const cases = geometries.flatMap((geometry) =>
  activationNames.map((activation) => {
    const { pool, padding, strides } = geometry.rest;
    const name = `${geometry.x.join('x')}, kernel ${geometry.kernel.join('x')}, ${padding}, strides ${strides.join('x')}`;
    return { ...geometry, activation, name: `${name}, ${activation}${pool ? `, pool ${pool.window.join('x')}` : ''}` };
  }),
);

describe.each(cases)('convolution of $name', ({ x: xShape, kernel: kernelShape, rest, activation, name }) => {
  const attributes: ConvolutionAttributes = { ...rest, activation, bias: true };
  const backward = { ...attributes, inputGradient: true };
  const random = new Random(name);
  const make = (shape: Shape) => real(random.reals(shape, -1, 1));
  const [x, kernel, bias] = [make(xShape), make(kernelShape), make([kernelShape[3]])];

  test('conv2dBackward is the derivative of conv2d', () => {
    const inputs = [x, kernel, bias];
    const outputs = compute('conv2d', attributes, inputs);
    const dy = make(outputs[0].shape);
    const [dKernel, dBias, dx] = compute('conv2dBackward', backward, [x, kernel, dy, ...outputs]);
    for (const [which, gradient] of [dx, dKernel, dBias].entries()) {
      expectClose(gradient.data, differences('conv2d', attributes, inputs, which, dy));
    }
  });

  test('flipoutConv2dBackward is the derivative of flipoutConv2d', () => {
    const perturbation = make(kernelShape);
    const signs = [real(random.signs([xShape[0], kernelShape[2]])), real(random.signs([xShape[0], kernelShape[3]]))];
    const inputs = [x, kernel, perturbation, ...signs, bias];
    const outputs = compute('flipoutConv2d', attributes, inputs);
    const dy = make(outputs[0].shape);
    const gradients = compute('flipoutConv2dBackward', backward, [...inputs.slice(0, 5), dy, ...outputs]);
    const [dMean, dPerturbation, dBias, dx] = gradients;
    for (const [which, gradient] of [
      [0, dx],
      [1, dMean],
      [2, dPerturbation],
      [5, dBias],
    ] as const) {
      expectClose(gradient.data, differences('flipoutConv2d', attributes, inputs, which, dy));
    }
  });
});

test.each(geometries.filter(({ rest }) => !rest.pool))('<conv(x, k), dy> = <k, dKernel> = <x, dx>, %o', (geometry) => {
  const attributes = { ...geometry.rest, activation: 'none', bias: false } as const;
  const random = new Random('adjoint');
  const [x, kernel] = [real(random.reals(geometry.x)), real(random.reals(geometry.kernel))];
  const [y] = compute('conv2d', attributes, [x, kernel]);
  const dy = real(random.reals(y.shape));
  const [dKernel, dx] = compute('conv2dBackward', { ...attributes, inputGradient: true }, [x, kernel, dy, y]);
  expect(dot(kernel, dKernel)).toBeCloseTo(dot(y, dy), 12);
  expect(dot(x, dx)).toBeCloseTo(dot(y, dy), 12);
});

test.each(activationNames)('activationGradient of %s', (activation) => {
  const random = new Random(activation);
  const [x, dy] = [real(random.reals([60], -4, 4)), real(random.reals([60]))];
  // dense by the identity is the activation alone
  const one = real({ shape: [1, 1], dtype: 'f32', data: Float32Array.of(1) });
  const column = { ...x, shape: [60, 1] };
  const attributes = { bias: false, activation } as const;
  const [y] = compute('dense', attributes, [column, one]);
  const [dx] = compute('activationGradient', { activation }, [dy, { ...y, shape: [60] }]);
  expectClose(dx.data, differences('dense', attributes, [column, one], 0, { ...dy, shape: [60, 1] }));
});

test('softmaxBackward is the derivative of softmax', () => {
  const random = new Random('softmax');
  const [x, dy] = [real(random.reals([4, 7], -3, 3)), real(random.reals([4, 7]))];
  const [y] = compute('softmax', {}, [x]);
  const [dx] = compute('softmaxBackward', {}, [y, dy]);
  expectClose(dx.data, differences('softmax', {}, [x], 0, dy));
});

test('categoricalNllBackward is the derivative of categoricalNll', () => {
  const random = new Random('categoricalNll');
  const [logits, labels, dNll] = [real(random.reals([5, 6], -3, 3)), random.labels(5, 6), real(random.reals([5]))];
  const [, probabilities] = compute('categoricalNll', {}, [logits, labels]);
  const [dLogits] = compute('categoricalNllBackward', {}, [probabilities, labels, dNll]);
  expectClose(dLogits.data, differences('categoricalNll', {}, [logits, labels], 0, dNll));
});

test.each([
  { priorMean: 0, priorScale: 1 },
  { priorMean: -0.5, priorScale: 0.3 },
])('normalKlBackward is the derivative of normalKl, prior %o', (attributes) => {
  const random = new Random('normalKl');
  const [mean, scale] = [real(random.reals([3, 4])), real(random.reals([3, 4], 0.1, 2))];
  const dKl = real({ shape: [], dtype: 'f32', data: Float32Array.of(1.5) });
  const gradients = compute('normalKlBackward', attributes, [mean, scale, dKl]);
  for (const [which, gradient] of gradients.entries()) {
    expectClose(gradient.data, differences('normalKl', attributes, [mean, scale], which, dKl));
  }
});

test.each([
  { window: [2, 2], strides: [2, 2], padding: 'SAME' },
  { window: [3, 2], strides: [1, 2], padding: 'VALID' },
  { window: [3, 3], strides: [1, 1], padding: 'SAME' },
  { window: [2, 1], strides: [3, 2], padding: 'SAME' },
] as const)('maxPool2dBackward is the derivative of maxPool2d, %o', (pool) => {
  const random = new Random('maxPool2d');
  const x = real(random.reals([2, 5, 6, 3]));
  const [y, indices] = compute('maxPool2d', pool, [x]);
  const dy = real(random.reals(y.shape));
  const [dx] = compute('maxPool2dBackward', { ...pool, inputShape: x.shape }, [dy, indices]);
  expectClose(dx.data, differences('maxPool2d', pool, [x], 0, dy));
});

test.each([
  { window: [2, 2], strides: [2, 2], padding: 'SAME' },
  { window: [3, 2], strides: [1, 2], padding: 'VALID' },
  { window: [3, 3], strides: [1, 1], padding: 'SAME' },
  { window: [2, 1], strides: [3, 2], padding: 'SAME' },
] as const)('averagePool2dBackward is the derivative of averagePool2d, %o', (pool) => {
  const random = new Random('averagePool2d');
  const x = real(random.reals([2, 5, 6, 3]));
  const dy = real(random.reals(compute('averagePool2d', pool, [x])[0].shape));
  const [dx] = compute('averagePool2dBackward', { ...pool, inputShape: x.shape }, [dy]);
  expectClose(dx.data, differences('averagePool2d', pool, [x], 0, dy));
});

test('averages count no padding: of ones they are ones', () => {
  const x = real(f32([1, 3, 3, 2], Array(18).fill(1)));
  const [y] = compute('averagePool2d', { window: [2, 2], strides: [2, 2], padding: 'SAME' }, [x]);
  expect([...y.data]).toEqual(Array(8).fill(1));
});

test.each<Shape>([
  [3, 4],
  [2, 1, 3],
  [2, 5, 3],
  [2, 3, 2, 4],
])('sumPositions and broadcastPositions are each the derivative of the other, %o', (...shape) => {
  const random = new Random('positions');
  const x = real(random.reals(shape));
  const small = real(random.reals([shape[0], shape[shape.length - 1]]));
  const [dx] = compute('broadcastPositions', { shape }, [small]);
  expectClose(dx.data, differences('sumPositions', {}, [x], 0, small));
  const [dSmall] = compute('sumPositions', {}, [x]);
  expectClose(dSmall.data, differences('broadcastPositions', { shape }, [small], 0, x));
});

test('gatherRowsBackward is the derivative of gatherRows', () => {
  const random = new Random('gatherRows');
  const ids = f32([6], [2, 0, 2, 3, 2, 0]);
  const [table, dy] = [real(random.reals([5, 3])), real(random.reals([6, 3]))];
  const [dTable] = compute('gatherRowsBackward', { rows: 5 }, [ids, dy]);
  expectClose(dTable.data, differences('gatherRows', {}, [ids, table], 1, dy));
});
