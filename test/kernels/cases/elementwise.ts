import type { Activation, OperationName, Operations, Shape } from '../../../src/graph/index.ts';
import {
  type Case,
  type CaseTable,
  activationNames,
  exact,
  functionTolerance,
  makeCase,
  relativeToResult,
  tiny,
} from '../case.ts';
import { type Random, type TestTensor, f32 } from '../generate.ts';

/** Around the widths of vectors, and shapes of every rank. */
const shapes: Shape[] = [[], [1], [3], [4], [5], [15], [16], [17], [33], [1024], [2, 3], [3, 5, 7, 10], [1, 28, 28, 1]];
const suffixes: [Shape, Shape][] = [
  [[2, 3], [3]],
  [[4, 5, 6, 10], [10]],
  [
    [4, 5, 6, 10],
    [6, 10],
  ],
  [[7, 33], [33]],
  [[7, 1], [1]],
  [[3, 4], [4]],
  [[64, 16], [16]],
  [[5, 7], []],
  [[128], []],
  [[], []],
];

const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1, -1, 200, -200, 1e30, -1e30];

/** Half-way between two bfloat16 numbers, and beside it; the largest float32, which is rounded to infinity; the smallest. */
const betweenBfloat16 = [1, 1 + 2 ** -7, 1 - 2 ** -8, -1 - 2 ** -7].flatMap((x) => [
  ...[x, x + x * 2 ** -8, x + x * (2 ** -8 - 2 ** -23), x + x * (2 ** -8 + 2 ** -23)],
]);
betweenBfloat16.push(3.4028234663852886e38, -3.4028234663852886e38, 3.3895313892515355e38, 2 ** -126, 2 ** -133);

type Unary = 'negate' | 'exp' | 'log' | 'sqrt' | 'square' | Exclude<Activation, 'none'>;

/** The whole interval in which the function is neither 0 nor constant, and what it does beyond. */
function unary<O extends Unary>(operation: O, expect: Case['expect'], low: number, high: number) {
  return (random: Random): Case[] => [
    ...shapes.map((shape) => makeCase(operation, {}, [random.reals(shape, low, high)], expect)),
    makeCase(operation, {}, [random.reals([4000], low, high)], expect, { note: `on [${low}, ${high}]` }),
    makeCase(operation, {}, [random.reals([4000], low / 100, high / 100)], expect, { note: 'small values' }),
    makeCase(operation, {}, [f32([special.length], special)], expect, { note: 'special values' }),
    makeCase(
      operation,
      {},
      [
        f32(
          [19],
          Array.from({ length: 19 }, (_, i) => (i % 5 === 3 ? Number.NaN : i + 1)),
        ),
      ],
      expect,
      {
        note: 'NaN among numbers',
      },
    ),
  ];
}

function binary<O extends 'add' | 'subtract' | 'multiply' | 'divide'>(operation: O) {
  // one rounding, as IEEE 754 defines it: every engine has the same bits
  const pair = (a: TestTensor, b: TestTensor, note = '') => makeCase(operation, {}, [a, b], exact, { note });
  return (random: Random): Case[] => [
    ...shapes.map((shape) => pair(random.reals(shape), random.reals(shape))),
    ...suffixes.map(([a, b]) => pair(random.reals(a), random.reals(b), 'b repeated')),
    pair(f32([special.length], special), f32([special.length], [...special].reverse()), 'special values'),
    pair(f32([special.length], special), f32([], [Number.NaN]), 'NaN repeated'),
  ];
}

/** The number in the attributes is a double; an engine may round it to float32 first, and then the result. */
function withFactor<O extends 'scale' | 'shift'>(operation: O, attributes: readonly Operations[O][]) {
  const expect =
    (attribute: Operations[O]): Case['expect'] =>
    ([{ data }]) => {
      const offset = 'offset' in attribute ? Math.abs(attribute.offset) : 0;
      return [{ magnitude: data.map((y) => Math.abs(y) + 2 * offset), relative: 2e-7, absolute: tiny }];
    };
  return (random: Random): Case[] =>
    attributes.flatMap((attribute) =>
      [...shapes.map((shape) => random.reals(shape)), f32([special.length], special)].map((x) =>
        makeCase(operation as OperationName, attribute, [x], expect(attribute)),
      ),
    );
}

/** f'(y) as it stands: the rounding of 1 - y^2 is relative to 1 and not to the result. */
function gradientCase(activation: Activation, dy: TestTensor, y: TestTensor, note = ''): Case {
  const magnitude = dy.data.map(Math.abs);
  return makeCase(
    'activationGradient',
    { activation },
    [dy, y],
    () => [
      { magnitude, relative: activation === 'relu' || activation === 'none' ? 0 : functionTolerance, absolute: tiny },
    ],
    { note },
  );
}

const ranges: Record<Activation, [number, number]> = {
  none: [-2, 2],
  relu: [-1, 1],
  tanh: [-1, 1],
  softplus: [0, 5],
  sigmoid: [0, 1],
  elu: [-1, 2],
  leakyRelu: [-1, 1],
};

export const elementwise: CaseTable = {
  negate: unary('negate', exact, -5, 5),
  square: unary('square', exact, -5, 5),
  relu: unary('relu', exact, -5, 5),
  sqrt: unary('sqrt', exact, 0, 100),
  exp: unary('exp', relativeToResult, -80, 80),
  // near 1 the logarithm goes through 0: an absolute bound there
  log: unary(
    'log',
    (outputs) =>
      outputs.map(({ data }) => ({ magnitude: data.map(Math.abs), relative: functionTolerance, absolute: 2e-7 })),
    0.001,
    100,
  ),
  tanh: unary(
    'tanh',
    (outputs) =>
      outputs.map(({ data }) => ({ magnitude: data.map(Math.abs), relative: functionTolerance, absolute: 2e-7 })),
    -10,
    10,
  ),
  // a scale is a softplus of something well below 0, and its logarithm enters the KL: relative all the way down
  softplus: unary('softplus', relativeToResult, -80, 80),
  sigmoid: unary('sigmoid', relativeToResult, -80, 80),
  // e^x - 1 without cancellation: relative down to 0
  elu: unary('elu', relativeToResult, -20, 20),
  leakyRelu: unary('leakyRelu', relativeToResult, -5, 5),
  convert: (random) =>
    (['bf16', 'f32'] as const).flatMap((dtype) => [
      ...shapes.map((shape) => makeCase('convert', { dtype }, [random.reals(shape)], exact)),
      makeCase('convert', { dtype }, [f32([special.length], special)], exact, { note: 'special values' }),
      makeCase('convert', { dtype }, [f32([betweenBfloat16.length], betweenBfloat16)], exact, { note: 'ties' }),
    ]),
  softplusScale: (random) =>
    [1.1920929e-7, 0, 0.5].flatMap((offset) =>
      [...shapes.map((shape) => random.reals(shape, -80, 80)), f32([special.length], special)].map((x) =>
        makeCase('softplusScale', { offset }, [x], relativeToResult),
      ),
    ),
  scale: withFactor('scale', [{ factor: 2.5 }, { factor: -1 / 3 }, { factor: 0 }]),
  shift: withFactor('shift', [{ offset: 1 }, { offset: -0.1 }]),
  add: binary('add'),
  subtract: binary('subtract'),
  multiply: binary('multiply'),
  divide: binary('divide'),
  activationGradient: (random) =>
    activationNames.flatMap((activation) => {
      const [low, high] = ranges[activation];
      return [
        ...shapes.map((shape) => gradientCase(activation, random.reals(shape), random.reals(shape, low, high))),
        gradientCase(activation, random.reals([7]), f32([7], [0, -0, 1, 0, 1, 0, 1]), 'at the ends'),
        gradientCase(activation, f32([3], [Number.NaN, 1, 2]), f32([3], [0.5, 0.5, 0.5]), 'NaN'),
      ];
    }),
};
