import type { Operations } from '../../../src/graph/index.ts';
import {
  type Case,
  type CaseTable,
  activationNames,
  exact,
  inDouble,
  magnitudes,
  makeCase,
  sumTolerance,
  tiny,
} from '../case.ts';
import { type TestTensor, f32 } from '../generate.ts';

/** m, inner, n */
const sizes: [number, number, number][] = [
  [1, 1, 1],
  [1, 5, 1],
  [1, 784, 10],
  [2, 3, 4],
  [3, 33, 5],
  [4, 8, 16],
  [5, 7, 17],
  [8, 10, 33],
  [33, 5, 8],
  [16, 64, 16],
  [64, 10, 3],
  [10, 64, 10],
  [67, 129, 35],
  [13, 1000, 1],
  [50, 32, 1],
  [31, 53, 1],
  [7, 1, 37],
];

/** Larger than any block that an engine might cut. */
const large: [number, number, number][] = [
  [128, 784, 10],
  [65, 300, 513],
];

function matmul(attributes: Operations['matmul'], a: TestTensor, b: TestTensor, note = ''): Case {
  const [{ data: magnitude }] = inDouble('matmul', attributes, [magnitudes(a), magnitudes(b)]);
  return makeCase('matmul', attributes, [a, b], () => [{ magnitude, relative: sumTolerance, absolute: tiny }], {
    note,
  });
}

function dense(attributes: Operations['dense'], inputs: TestTensor[], note = ''): Case {
  const linear = { ...attributes, activation: 'none' } as const;
  const [{ data: magnitude }] = inDouble('dense', linear, inputs.map(magnitudes));
  // the activations are 1-Lipschitz: they add the rounding of their own, below 1e-6, and widen nothing
  const absolute = attributes.activation === 'none' || attributes.activation === 'relu' ? tiny : 1e-6;
  return makeCase('dense', attributes, inputs, () => [{ magnitude, relative: sumTolerance, absolute }], { note });
}

export const linear: CaseTable = {
  matmul: (random) =>
    [false, true].flatMap((transposeA) =>
      [false, true].flatMap((transposeB) => {
        const attributes = { transposeA, transposeB };
        const shapeA = (m: number, k: number) => (transposeA ? [k, m] : [m, k]);
        const shapeB = (k: number, n: number) => (transposeB ? [n, k] : [k, n]);
        const nan = random.reals(shapeA(5, 6));
        nan.data[7] = Number.NaN;
        return [
          ...sizes.map(([m, k, n]) => matmul(attributes, random.reals(shapeA(m, k)), random.reals(shapeB(k, n)))),
          ...[...sizes, ...large].map(([m, k, n]) =>
            makeCase('matmul', attributes, [random.dyadic(shapeA(m, k), 9), random.dyadic(shapeB(k, n), 9)], exact, {
              note: 'integers',
            }),
          ),
          matmul(attributes, nan, random.reals(shapeB(6, 19)), 'NaN'),
        ];
      }),
    ),
  dense: (random) =>
    activationNames.flatMap((activation) =>
      [false, true].flatMap((bias) => {
        const attributes = { activation, bias };
        const inputs = (b: number, i: number, o: number, make: (shape: number[]) => TestTensor) =>
          [[b, i], [i, o], ...(bias ? [[o]] : [])].map(make);
        const nan = inputs(3, 6, 10, (shape) => random.reals(shape));
        nan[0].data[7] = Number.NaN;
        return [
          ...sizes.map(([m, k, n]) =>
            dense(
              attributes,
              inputs(m, k, n, (shape) => random.reals(shape, -0.5, 0.5)),
            ),
          ),
          ...(activation === 'none' || activation === 'relu'
            ? [
                makeCase(
                  'dense',
                  attributes,
                  inputs(9, 40, 21, (shape) => random.dyadic(shape, 9)),
                  exact,
                  { note: 'integers' },
                ),
              ]
            : []),
          dense(attributes, nan, 'NaN'),
        ];
      }),
    ),
  channelSigns: (random) => [
    ...[
      [1, 1],
      [3, 5],
      [2, 33],
      [64, 10],
      [2, 7, 3],
      [3, 5, 4, 8],
      [1, 28, 28, 1],
      [2, 4, 4, 33],
    ].map((shape) =>
      makeCase('channelSigns', {}, [random.reals(shape), random.signs([shape[0], shape[shape.length - 1]])], exact),
    ),
    makeCase('channelSigns', {}, [f32([1, 2, 2], [Number.NaN, -0, 1, 2]), f32([1, 2], [1, -1])], exact, {
      note: 'NaN',
    }),
  ],
};
