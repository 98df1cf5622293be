/** The truth needs a witness of its own: results worked out by hand, closed forms, other ways of computing the same. */
import { expect, test } from 'vitest';
import type { OperationName, Operations, Padding } from '../../src/graph/index.ts';
import { fillNormal, fillSigns } from '../../src/random/index.ts';
import { referenceKernels } from '../../src/kernels/reference/index.ts';
import { inDouble, makeCase, exact, type ControlValues } from './case.ts';
import { Random, type TestTensor, f32 } from './generate.ts';
import { Bench } from './harness.ts';

const bench = new Bench(referenceKernels);

function run<O extends OperationName>(
  operation: O,
  attributes: Operations[O],
  inputs: TestTensor[],
  control?: ControlValues,
) {
  const { outputs, faults } = bench.run(makeCase(operation, attributes, inputs, exact, { control }));
  expect(faults).toEqual([]);
  return outputs.map(({ data }) => [...data]);
}

const plain = { strides: [1, 1], dilations: [1, 1], bias: false, activation: 'none', pool: null } as const;
const ramp = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

test('a convolution is a correlation: the kernel is not turned round', () => {
  const x = f32([1, 1, 4, 1], [1, 2, 3, 4]);
  const kernel = f32([1, 2, 1, 1], [10, 1]);
  expect(run('conv2d', { ...plain, padding: 'VALID' }, [x, kernel])).toEqual([[12, 23, 34]]);
  // SAME with an even kernel pads behind
  expect(run('conv2d', { ...plain, padding: 'SAME' }, [x, kernel])).toEqual([[12, 23, 34, 40]]);
});

// Worked out by hand after TensorFlow's documentation of tf.nn: the total padding is max((out - 1) stride + kernel - in, 0).
test.each<[string, Padding, number, number, number[]]>([
  ['kernel 3: padding 1 + 1', 'SAME', 1, 1, [3, 6, 9, 12, 9]],
  ['stride 2: padding 1 + 1', 'SAME', 2, 1, [3, 9, 9]],
  ['stride 3: padding 0 + 1', 'SAME', 3, 1, [6, 9]],
  ['dilation 2: padding 2 + 2', 'SAME', 1, 2, [4, 6, 9, 6, 8]],
  ['no padding', 'VALID', 1, 1, [6, 9, 12]],
  ['no padding, stride 2', 'VALID', 2, 1, [6, 12]],
  ['no padding, dilation 2', 'VALID', 1, 2, [9]],
])('sums of three neighbours of 1 2 3 4 5, %s', (_name, padding, stride, dilation, expected) => {
  const attributes = { ...plain, padding, strides: [1, stride], dilations: [1, dilation] } as const;
  expect(run('conv2d', attributes, [f32([1, 1, 5, 1], ramp(5)), f32([1, 3, 1, 1], [1, 1, 1])])).toEqual([expected]);
});

test('channels of the input are summed, channels of the output are independent', () => {
  const x = f32([1, 1, 2, 2], [1, 2, 3, 4]);
  const kernel = f32([1, 1, 2, 3], [1, 0, 10, 0, 1, 100]);
  const [y] = run('conv2d', { ...plain, padding: 'SAME', bias: true }, [x, kernel, f32([3], [0, 0, 0.5])]);
  expect(y).toEqual([1, 2, 210.5, 3, 4, 430.5]);
});

test('activation and pooling come behind the bias; the index is the place in the window', () => {
  const attributes = {
    ...plain,
    padding: 'SAME',
    bias: true,
    activation: 'relu',
    pool: { window: [2, 2], strides: [2, 2], padding: 'SAME' },
  } as const;
  const x = f32([1, 3, 3, 1], [1, 5, -1, 2, 4, 3, -2, -3, -9]);
  const [y, indices] = run('conv2d', attributes, [x, f32([1, 1, 1, 1], [1]), f32([1], [-1])]);
  expect(y).toEqual([4, 2, 0, 0]);
  expect(indices).toEqual([1, 2, 0, 0]);
});

test('a pooling pads in front as well: the place counts the padding, which is no candidate', () => {
  const pool = { window: [3, 3], strides: [1, 1], padding: 'SAME' } as const;
  const [y, indices] = run('maxPool2d', pool, [f32([1, 2, 2, 1], [-4, -3, -2, -1])]);
  expect(y).toEqual([-1, -1, -1, -1]);
  expect(indices).toEqual([8, 7, 5, 4]);
});

test('of equal elements the first wins', () => {
  const pool = { window: [1, 3], strides: [1, 1], padding: 'VALID' } as const;
  expect(run('maxPool2d', pool, [f32([1, 1, 4, 1], [2, 7, 7, 7])])).toEqual([
    [7, 7],
    [1, 0],
  ]);
  const labels: TestTensor = { shape: [2], dtype: 'i32', data: Int32Array.of(0, 1) };
  const [, , correct] = run('categoricalNll', {}, [f32([2, 2], [3, 3, 3, 3]), labels]);
  expect(correct).toEqual([1, 0]);
});

test('matrix products: four ways to store the operands, one result', () => {
  const a = [1, 2, 3, 4, 5, 6];
  const b = [1, 0, 2, 1, 0, 3];
  const [aT, bT] = [
    [1, 4, 2, 5, 3, 6],
    [1, 2, 0, 0, 1, 3],
  ];
  for (const transposeA of [false, true]) {
    for (const transposeB of [false, true]) {
      const inputs = [transposeA ? f32([3, 2], aT) : f32([2, 3], a), transposeB ? f32([2, 3], bT) : f32([3, 2], b)];
      expect(run('matmul', { transposeA, transposeB }, inputs)).toEqual([[5, 11, 14, 23]]);
    }
  }
});

test('sums and broadcasts over leading and trailing axes', () => {
  const x = f32([2, 3, 2], ramp(12));
  expect(run('sum', { leading: 1, trailing: 0 }, [x])).toEqual([[8, 10, 12, 14, 16, 18]]);
  expect(run('sum', { leading: 1, trailing: 1 }, [x])).toEqual([[18, 26, 34]]);
  expect(run('sum', { leading: 0, trailing: 2 }, [x])).toEqual([[21, 57]]);
  const attributes = { shape: [2, 3, 2], leading: 1, trailing: 1 };
  expect(run('broadcast', attributes, [f32([3], [1, 2, 3])])).toEqual([[1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3]]);
});

test('concat, sliceLast and padLast move along the last axis', () => {
  const [a, b] = [f32([2, 1], [1, 2]), f32([2, 2], [3, 4, 5, 6])];
  expect(run('concat', {}, [a, b])).toEqual([[1, 3, 4, 2, 5, 6]]);
  expect(run('sliceLast', { begin: 1, size: 1 }, [b])).toEqual([[4, 6]]);
  expect(run('padLast', { begin: 1, size: 4 }, [b])).toEqual([[0, 3, 4, 0, 0, 5, 6, 0]]);
});

test('the signs of an example multiply its channels', () => {
  const [y] = run('channelSigns', {}, [f32([2, 2, 2], ramp(8)), f32([2, 2], [1, -1, -1, 1])]);
  expect(y).toEqual([1, -2, 3, -4, -5, 6, -7, 8]);
});

test('the negative log-likelihood of equal logits is ln(classes), in nats', () => {
  const labels: TestTensor = { shape: [1], dtype: 'i32', data: Int32Array.of(3) };
  const [nll, probabilities] = run('categoricalNll', {}, [f32([1, 10], Array(10).fill(-7)), labels]);
  expect(nll[0]).toBeCloseTo(Math.log(10), 6);
  expect(probabilities[0]).toBeCloseTo(0.1, 7);
});

/** integral of q ln(q / p) over +-12 standard deviations of q, by the trapezoidal rule: exact here to 1e-10 */
function klByIntegral(mean: number, scale: number, priorMean: number, priorScale: number): number {
  const logDensity = (x: number, m: number, s: number) =>
    -0.5 * ((x - m) / s) ** 2 - Math.log(s) - 0.5 * Math.log(2 * Math.PI);
  const count = 4000;
  const width = (24 * scale) / count;
  let sum = 0;
  for (let i = 0; i <= count; i++) {
    const x = mean - 12 * scale + i * width;
    const q = logDensity(x, mean, scale);
    sum += Math.exp(q) * (q - logDensity(x, priorMean, priorScale)) * width;
  }
  return sum;
}

test('normalKl: 0 at the prior, the closed form of two normals, the integral', () => {
  const at = (mean: number, scale: number, priorMean: number, priorScale: number) =>
    inDouble('normalKl', { priorMean, priorScale }, [f32([1], [mean]), f32([1], [scale])])[0].data[0];
  expect(at(0.5, 0.25, 0.5, 0.25)).toBe(0);
  // N(1, 1) || N(0, 1): half the squared distance
  expect(at(1, 1, 0, 1)).toBe(0.5);
  // N(0, 2^2) || N(0, 1): 3/2 - ln 2
  expect(at(0, 2, 0, 1)).toBeCloseTo(1.5 - Math.LN2, 12);
  const random = new Random('kl');
  for (let i = 0; i < 50; i++) {
    const values = [random.real(-2, 2), random.real(0.05, 2), random.real(-2, 2), random.real(0.2, 3)];
    const [mean, scale, priorMean, priorScale] = [Math.fround(values[0]), Math.fround(values[1]), values[2], values[3]];
    expect(at(mean, scale, priorMean, priorScale)).toBeCloseTo(klByIntegral(mean, scale, priorMean, priorScale), 8);
  }
});

test('noise is that of the control block', () => {
  const control = { seed: 2 ** 33 + 1, step: 12, replica: 3, firstExample: 40 };
  const key = { seed: 2 ** 33 + 1, purpose: 2, step: 12, replica: 3, layer: 5, example: 0 };
  const normals = new Float32Array(35);
  fillNormal(normals, key);
  expect(run('normalNoise', { purpose: 2, layer: 5, shape: [7, 5] }, [], control)).toEqual([[...normals]]);
  const signs = new Float32Array(3 * 11);
  fillSigns(signs, { ...key, example: 40 }, 3, 11);
  expect(run('signNoise', { purpose: 2, layer: 5, examples: 3, features: 11 }, [], control)).toEqual([[...signs]]);
});

test('the first step of Adam moves every parameter by the step size against its gradient', () => {
  const control = { stepSize: 0.001 * (Math.sqrt(1 - 0.999) / (1 - 0.9)), likelihoodScale: 0.5, divergenceScale: 2 };
  const zeros = () => f32([3], [0, 0, 0]);
  const inputs = [f32([3], [1, 1, 1]), zeros(), zeros(), f32([3], [4, -4, 0]), f32([3], [1, 0, 0])];
  const tested = makeCase('adam', { beta1: 0.9, beta2: 0.999, epsilon: 1e-12 }, inputs, exact, {
    control,
    inPlace: true,
  });
  const [parameters, m, v] = bench.run(tested).outputs.map(({ data }) => [...data]);
  for (const [i, expected] of [0.999, 1.001, 1].entries()) expect(parameters[i]).toBeCloseTo(expected, 6);
  for (const [i, g] of [4, -2, 0].entries()) {
    expect(m[i]).toBeCloseTo(0.1 * g, 6);
    expect(v[i]).toBeCloseTo(0.001 * g * g, 6);
  }
});
