import {
  type Activation,
  type ConvolutionAttributes,
  type Padding,
  type Shape,
  type Window2d,
  inferTypes,
} from '../../../src/graph/index.ts';
import {
  type Case,
  type CaseTable,
  type Expectation,
  activationNames,
  exact,
  functionTolerance,
  inDouble,
  magnitudes,
  makeCase,
  sumTolerance,
  tiny,
} from '../case.ts';
import { type Random, type TestTensor, f32 } from '../generate.ts';

interface Sizes {
  readonly x: Shape;
  readonly kernel: Shape;
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly padding: Padding;
  readonly pool: Window2d | null;
}

const channels = [1, 3, 5, 8, 10, 16, 33];
const pool2: Window2d = { window: [2, 2], strides: [2, 2], padding: 'SAME' };

function sizes(x: Shape, kernel: Shape, rest: Partial<Omit<Sizes, 'x' | 'kernel'>> = {}): Sizes {
  return { x, kernel, strides: [1, 1], dilations: [1, 1], padding: 'SAME', pool: null, ...rest };
}

const chosen: Sizes[] = [
  sizes([1, 28, 28, 1], [5, 5, 1, 32], { pool: pool2 }),
  sizes([2, 14, 14, 32], [5, 5, 32, 16], { pool: pool2 }),
  sizes([2, 7, 7, 64], [3, 3, 64, 64]),
  sizes([3, 8, 8, 48], [3, 3, 48, 80], { padding: 'VALID' }),
  sizes([64, 1, 1, 200], [1, 1, 200, 50]),
  sizes([1, 40, 40, 3], [3, 3, 3, 6], { pool: { window: [3, 3], strides: [2, 2], padding: 'SAME' } }),
  sizes([4, 1, 1, 33], [1, 1, 33, 10]),
  sizes([1, 1, 1, 1], [1, 1, 1, 1]),
  sizes([1, 3, 2, 5], [5, 5, 5, 8]),
  sizes([1, 3, 2, 5], [7, 6, 5, 3], { strides: [2, 2] }),
  sizes([2, 5, 5, 3], [5, 5, 3, 10], { padding: 'VALID' }),
  sizes([3, 9, 8, 10], [3, 2, 10, 5], { padding: 'VALID', strides: [2, 3] }),
  sizes([2, 11, 13, 3], [3, 3, 3, 8], { dilations: [2, 3] }),
  sizes([2, 11, 13, 8], [3, 3, 8, 1], { dilations: [3, 2], padding: 'VALID', strides: [1, 2] }),
  sizes([2, 9, 9, 1], [3, 3, 1, 33], { pool: { window: [3, 3], strides: [2, 2], padding: 'VALID' } }),
  sizes([2, 9, 7, 5], [3, 3, 5, 10], { pool: { window: [3, 2], strides: [1, 1], padding: 'SAME' } }),
  sizes([2, 7, 7, 3], [4, 4, 3, 4], { pool: { window: [2, 2], strides: [3, 3], padding: 'VALID' } }),
  sizes([2, 6, 6, 3], [3, 3, 3, 20], { pool: { window: [6, 6], strides: [6, 6], padding: 'VALID' } }),
  // one dimension: height 1
  sizes([2, 1, 50, 3], [1, 7, 3, 5], { pool: { window: [1, 4], strides: [1, 4], padding: 'SAME' } }),
  sizes([3, 1, 64, 1], [1, 16, 1, 8], { padding: 'VALID', dilations: [1, 2], strides: [1, 3] }),
  // windows of four places, some over at the end, and none; a window that padding makes whole
  sizes([2, 1, 61, 3], [1, 7, 3, 12], {
    padding: 'VALID',
    pool: { window: [1, 4], strides: [1, 4], padding: 'VALID' },
  }),
  sizes([2, 1, 40, 5], [1, 3, 5, 8], { pool: { window: [1, 4], strides: [1, 4], padding: 'VALID' } }),
  sizes([2, 1, 41, 5], [1, 3, 5, 8], { pool: { window: [1, 4], strides: [1, 4], padding: 'SAME' } }),
  // so long and wide that oneDNN has them in three short convolutions: results that end within a block, and with one
  sizes([2, 1, 141, 32], [1, 8, 32, 48], { dilations: [1, 2], padding: 'VALID' }),
  sizes([1, 1, 133, 32], [1, 16, 32, 32]),
  sizes([2, 1, 72, 40], [1, 8, 40, 32], {
    dilations: [1, 3],
    pool: { window: [1, 4], strides: [1, 4], padding: 'VALID' },
  }),
  // kernels that are so long that oneDNN has their gradient in groups of taps, with padding and without
  sizes([2, 1, 70, 16], [1, 14, 16, 32], { dilations: [1, 2], padding: 'VALID' }),
  sizes([2, 1, 40, 16], [1, 32, 16, 16], { dilations: [1, 2] }),
  sizes([1, 1, 9, 32], [1, 26, 32, 8]),
  sizes([1, 1, 40, 10], [1, 5, 10, 10], { pool: { window: [1, 3], strides: [1, 2], padding: 'VALID' } }),
  // so long that oneDNN has the gradient of the input from a padded convolution
  sizes([3, 1, 97, 16], [1, 6, 16, 32], { dilations: [1, 2], padding: 'VALID' }),
  sizes([2, 1, 66, 32], [1, 4, 32, 16], { dilations: [1, 3] }),
  sizes([2, 1, 120, 10], [1, 5, 10, 33], { pool: { window: [1, 4], strides: [1, 4], padding: 'VALID' } }),
  // parts of the kernel meet nothing but padding
  sizes([3, 6, 1, 5], [2, 3, 5, 33], { strides: [1, 3] }),
  sizes([2, 5, 1, 8], [2, 2, 8, 8], { strides: [1, 2], dilations: [2, 1] }),
  sizes([2, 1, 1, 16], [3, 3, 16, 32]),
  sizes([2, 2, 2, 16], [5, 7, 16, 16]),
  sizes([2, 1, 3, 8], [1, 3, 8, 16], { dilations: [1, 4] }),
  // no part of the kernel meets the images: of every row, of a row
  sizes([1, 1, 8, 8], [4, 2, 8, 5], { strides: [4, 1], dilations: [2, 3] }),
  sizes([2, 2, 40, 8], [4, 2, 8, 16], { strides: [2, 1], dilations: [3, 1] }),
  // fewer columns than the stride
  sizes([1, 8, 1, 1], [5, 1, 1, 8], { strides: [2, 3] }),
  sizes([2, 1, 2, 8], [1, 3, 8, 17], { strides: [1, 3] }),
  sizes([1, 1, 3, 1], [1, 2, 1, 16], { strides: [1, 4] }),
  // wider than a kernel unrolls: long padding with strides, and the same with a column less of it; dilated rows of channels
  // that are not whole blocks
  sizes([1, 1, 67, 3], [1, 7, 3, 8], { strides: [1, 2], dilations: [1, 5] }),
  sizes([1, 1, 60, 8], [1, 8, 8, 3], { strides: [1, 2], dilations: [1, 4] }),
  sizes([1, 4, 30, 20], [2, 3, 20, 8], { dilations: [2, 1] }),
];

function fits({ x, kernel, ...rest }: Sizes): boolean {
  try {
    inferTypes('conv2d', [f32(x, []), f32(kernel, [])], { ...rest, bias: false, activation: 'none' });
    return true;
  } catch {
    return false;
  }
}

/** Strides, dilations, padding and maps of a pixel meet each other more often than large extents do. */
function randomSizes(random: Random): Sizes {
  const [inputs, outputs] = [random.pick(channels), random.pick(channels)];
  const pair = (draw: () => number) => [draw(), draw()] as const;
  const upTo = (high: number) => () => random.integer(1, high);
  const padding = () => random.pick(['SAME', 'SAME', 'VALID'] as const);
  const isOneDimensional = random.integer(0, 5) === 0;
  // signals are longer than pictures are wide, and so are their kernels
  const extent = () => random.pick([1, 1, 2, 3, 4, 5, 8, 11, ...(isOneDimensional ? [29, 41, 58, 70] : [])]);
  const taps = upTo(isOneDimensional ? 12 : 5);
  const flat = (extents: readonly [number, number]) => (isOneDimensional ? ([1, extents[1]] as const) : extents);
  for (;;) {
    const batch = random.integer(1, 3);
    const candidate = sizes([batch, ...flat(pair(extent)), inputs], [...flat(pair(taps)), inputs, outputs], {
      strides: pair(() => random.pick([1, 1, 2, 2, 3, 4])),
      dilations: pair(() => random.pick(isOneDimensional ? [1, 2, 3, 5] : [1, 1, 2, 3])),
      padding: padding(),
      pool: random.boolean() ? { window: pair(upTo(3)), strides: pair(upTo(3)), padding: padding() } : null,
    });
    if (fits(candidate)) return candidate;
  }
}

function allSizes(random: Random): Sizes[] {
  return [...chosen, ...Array.from({ length: 40 }, () => randomSizes(random))];
}

type Make = (shape: Shape) => TestTensor;

/** A family is the plain convolution or the flipout one: what both have in common is written once. */
interface Family {
  readonly forward: 'conv2d' | 'flipoutConv2d';
  readonly backward: 'conv2dBackward' | 'flipoutConv2dBackward';
  /** x, weights and signs, in the order of the inputs */
  operands(random: Random, sizes: Sizes, x: Make, weights: Make): TestTensor[];
  readonly weightGradients: number;
}

const plain: Family = {
  forward: 'conv2d',
  backward: 'conv2dBackward',
  operands: (_random, { x, kernel }, makeX, makeWeights) => [makeX(x), makeWeights(kernel)],
  weightGradients: 1,
};

const flipout: Family = {
  forward: 'flipoutConv2d',
  backward: 'flipoutConv2dBackward',
  operands: (random, { x, kernel }, makeX, makeWeights) => [
    makeX(x),
    makeWeights(kernel),
    makeWeights(kernel),
    random.signs([x[0], kernel[2]]),
    random.signs([x[0], kernel[3]]),
  ],
  weightGradients: 2,
};

function attributesOf({ strides, dilations, padding, pool }: Sizes, bias: boolean, activation: Activation) {
  return { strides, dilations, padding, pool, bias, activation };
}

const isPiecewiseLinear = (activation: Activation) => activation === 'none' || activation === 'relu';

/** Bounds for sums: the same operation, linear, on magnitudes; what an activation adds is below 1e-6. */
function forwardExpectations(family: Family, attributes: ConvolutionAttributes, inputs: TestTensor[]): Case['expect'] {
  const linear = { ...attributes, activation: 'none' } as const;
  const [{ data: magnitude }] = inDouble(family.forward, linear, inputs.map(magnitudes));
  const absolute = isPiecewiseLinear(attributes.activation) ? tiny : 1e-6;
  return () => [{ magnitude, relative: sumTolerance, absolute }, 'exact'];
}

function forwardCases(family: Family, random: Random): Case[] {
  return allSizes(random).flatMap((size, i) => {
    const bias = random.boolean();
    const biases = (make: Make) => (bias ? [make([size.kernel[3]])] : []);
    const activation = activationNames[i % activationNames.length];
    const cases: Case[] = [];

    // Reals, without pooling: with it, rounding could decide which element is the largest.
    const real = attributesOf({ ...size, pool: null }, bias, activation);
    const reals = (shape: Shape) => random.reals(shape, -1, 1);
    const realInputs = [...family.operands(random, size, reals, reals), ...biases(reals)];
    cases.push(makeCase(family.forward, real, realInputs, forwardExpectations(family, real, realInputs)));

    // Integers: the same bits, with many ties between the elements of a window.
    const integers = (shape: Shape) => random.dyadic(shape, 3);
    const integer = attributesOf(size, bias, i % 2 === 0 ? 'relu' : 'none');
    const integerInputs = [...family.operands(random, size, integers, integers), ...biases(integers)];
    cases.push(makeCase(family.forward, integer, integerInputs, exact, { note: 'integers' }));

    // Integers times a power of two: pooling of a smooth activation that is not saturated.
    if (size.pool && !isPiecewiseLinear(activation)) {
      const smooth = attributesOf(size, bias, activation);
      const [kh, kw, ci] = size.kernel;
      const unit = 2 ** -Math.ceil(Math.log2(kh * kw * ci * 4));
      const inputs = [
        ...family.operands(
          random,
          size,
          (shape) => random.dyadic(shape, 2),
          (shape) => random.dyadic(shape, 2, unit),
        ),
        ...biases((shape) => random.dyadic(shape, 2, unit)),
      ];
      const expect: Case['expect'] = ([y]) => [
        { magnitude: y.data.map(Math.abs), relative: functionTolerance, absolute: 1e-6 },
        'exact',
      ];
      cases.push(makeCase(family.forward, smooth, inputs, expect, { note: 'indices exact' }));
    }

    if (i % 4 === 0) {
      const inputs = [...family.operands(random, size, reals, reals), ...biases(reals)];
      inputs[0].data[random.integer(0, inputs[0].data.length - 1)] = Number.NaN;
      const attributes = attributesOf(size, bias, activation);
      cases.push(makeCase(family.forward, attributes, inputs, (o) => o.map(() => 'nan'), { note: 'NaN' }));
    }
    return cases;
  });
}

/** The forward operation's outputs, rounded to what an engine would have stored. */
function forwardOutputs(
  family: Family,
  attributes: ConvolutionAttributes,
  inputs: readonly TestTensor[],
): TestTensor[] {
  return inDouble(family.forward, attributes, inputs).map(({ shape, data }, i) =>
    i === 0 ? f32(shape, data) : { shape, dtype: 'u8', data: Uint8Array.from(data) },
  );
}

function backwardCases(family: Family, random: Random): Case[] {
  return allSizes(random).flatMap((size, i) => {
    const bias = random.boolean();
    const inputGradient = i % 3 !== 0;
    const build = (activation: Activation, make: Make, poison: boolean, note: string, exactly: boolean): Case => {
      const attributes = { ...attributesOf(size, bias, activation), inputGradient };
      const operands = family.operands(random, size, make, make);
      const outputs = forwardOutputs(family, attributes, bias ? [...operands, make([size.kernel[3]])] : operands);
      const dy = make(outputs[0].shape);
      const inputs = [...operands, dy, ...outputs];
      const linear = { ...attributes, activation: 'none' } as const;
      const bounds = inDouble(family.backward, linear, [
        ...[...operands, dy, outputs[0]].map(magnitudes),
        ...outputs.slice(1),
      ]);
      if (poison) dy.data[random.integer(0, dy.data.length - 1)] = Number.NaN;
      const expectations: Expectation[] = bounds.map(({ data: magnitude }) =>
        exactly ? 'exact' : poison ? 'nan' : { magnitude, relative: sumTolerance, absolute: tiny },
      );
      return makeCase(family.backward, attributes, inputs, () => expectations, { note });
    };
    const activation = activationNames[i % activationNames.length];
    const cases = [
      build(activation, (shape) => random.reals(shape, -1, 1), false, '', false),
      build(i % 2 === 0 ? 'relu' : 'none', (shape) => random.dyadic(shape, 3), false, 'integers', true),
    ];
    if (i % 5 === 0) cases.push(build('none', (shape) => random.reals(shape, -1, 1), true, 'NaN in dy', false));
    return cases;
  });
}

export const convolution: CaseTable = {
  conv2d: (random) => forwardCases(plain, random),
  conv2dBackward: (random) => backwardCases(plain, random),
  flipoutConv2d: (random) => forwardCases(flipout, random),
  flipoutConv2dBackward: (random) => backwardCases(flipout, random),
};
