import type { Shape } from '../../../src/graph/index.ts';
import { type Case, type CaseTable, inDouble, makeCase, sumTolerance, tiny } from '../case.ts';
import { type Random, type TestTensor, f32 } from '../generate.ts';

const rows: Shape[] = [
  [1, 1],
  [1, 2],
  [3, 5],
  [64, 10],
  [7, 33],
  [2, 1000],
  [128, 4],
];

function softmax(x: TestTensor, note = ''): Case {
  // the rounding of x - max is relative to x
  const range = 1 + Math.max(...x.data.map((v) => (Number.isFinite(v) ? Math.abs(v) : 0)));
  const expect: Case['expect'] = ([y]) => [{ magnitude: y.data.map((p) => p * range), relative: 1e-6, absolute: tiny }];
  return makeCase('softmax', {}, [x], expect, { note });
}

function softmaxBackward(random: Random, shape: Shape): Case {
  const [{ data }] = inDouble('softmax', {}, [random.reals(shape, -4, 4)]);
  const [y, dy] = [f32(shape, data), random.reals(shape)];
  const classes = shape[1];
  const magnitude = y.data.map((p, i) => {
    const row = i - (i % classes);
    let inner = Math.abs(dy.data[i]);
    for (let c = 0; c < classes; c++) inner += y.data[row + c] * Math.abs(dy.data[row + c]);
    return p * inner;
  });
  return makeCase('softmaxBackward', {}, [y, dy], () => [{ magnitude, relative: sumTolerance, absolute: tiny }]);
}

function categoricalNll(logits: TestTensor, labels: TestTensor, note = ''): Case {
  const range = 1 + Math.max(...logits.data.map((v) => (Number.isFinite(v) ? Math.abs(v) : 0)));
  const expect: Case['expect'] = ([nll, probabilities]) => [
    { magnitude: nll.data.map(() => range), relative: 1e-6, absolute: 0 },
    { magnitude: probabilities.data.map((p) => p * range), relative: 1e-6, absolute: tiny },
    'exact',
  ];
  return makeCase('categoricalNll', {}, [logits, labels], expect, { note });
}

/** Logits among which the largest stands several times: only its first place counts. */
function tied(random: Random): Case {
  const [batch, classes] = [200, 10];
  return categoricalNll(random.dyadic([batch, classes], 1), random.labels(batch, classes), 'ties');
}

function nllBackward(random: Random, [batch, classes]: Shape): Case {
  const [{ data }] = inDouble('softmax', {}, [random.reals([batch, classes], -4, 4)]);
  const inputs = [f32([batch, classes], data), random.labels(batch, classes), random.reals([batch])];
  const magnitude = inputs[0].data.map((p, i) => Math.abs(inputs[2].data[Math.floor(i / classes)]) * (p + 1));
  return makeCase('categoricalNllBackward', {}, inputs, () => [{ magnitude, relative: 1e-6, absolute: tiny }]);
}

const priors = [
  { priorMean: 0, priorScale: 1 },
  { priorMean: -0.3, priorScale: 0.1 },
];
const sizes: Shape[] = [[], [1], [3], [5, 5, 1, 8], [16], [17, 33], [784, 64], [7]];

function normalKl(attributes: { priorMean: number; priorScale: number }, mean: TestTensor, scale: TestTensor): Case {
  const { priorMean, priorScale } = attributes;
  let sum = 0;
  for (let i = 0; i < mean.data.length; i++) {
    const [m, s] = [mean.data[i], scale.data[i]];
    sum +=
      Math.abs(Math.log(priorScale / s)) +
      (s ** 2 + (Math.abs(m) + Math.abs(priorMean)) ** 2) / (2 * priorScale ** 2) +
      0.5;
  }
  return makeCase('normalKl', attributes, [mean, scale], () => [
    { magnitude: [sum], relative: sumTolerance, absolute: 0 },
  ]);
}

function normalKlBackward(
  attributes: { priorMean: number; priorScale: number },
  mean: TestTensor,
  scale: TestTensor,
  dKl: number,
) {
  const { priorMean, priorScale } = attributes;
  const factor = Math.abs(dKl);
  const dMean = mean.data.map((m) => (factor * (Math.abs(m) + Math.abs(priorMean))) / priorScale ** 2);
  const dScale = scale.data.map((s) => factor * (s / priorScale ** 2 + 1 / s));
  const bound = (magnitude: ArrayLike<number>) => ({ magnitude, relative: 1e-6, absolute: tiny });
  return makeCase('normalKlBackward', attributes, [mean, scale, f32([], [dKl])], () => [bound(dMean), bound(dScale)]);
}

const infinity = Number.POSITIVE_INFINITY;

export const likelihood: CaseTable = {
  softmax: (random) => [
    ...rows.map((shape) => softmax(random.reals(shape, -8, 8))),
    softmax(random.reals([2, 3, 7], -3, 3), 'three axes'),
    softmax(f32([3, 3], [1000, 999, -1000, -1000, -1000, -1000, 88, 89, 90]), 'large'),
    softmax(f32([2, 3], [1, Number.NaN, 2, 1, 2, 3]), 'NaN in one row'),
    softmax(f32([1, 3], [1, -infinity, 2]), 'a class that is impossible'),
  ],
  softmaxBackward: (random) => rows.map((shape) => softmaxBackward(random, shape)),
  categoricalNll: (random) => [
    ...rows.map((shape) => categoricalNll(random.reals(shape, -8, 8), random.labels(shape[0], shape[1]))),
    tied(random),
    categoricalNll(f32([2, 3], [1000, 999, -1000, -500, -1000, 500]), random.labels(2, 3), 'large'),
    categoricalNll(f32([3, 3], [0, Number.NaN, 1, 1, 2, 3, 3, 2, 1]), random.labels(3, 3), 'NaN in one row'),
  ],
  categoricalNllBackward: (random) => rows.map((shape) => nllBackward(random, shape)),
  normalKl: (random) =>
    priors.flatMap((prior) =>
      sizes.map((shape) => normalKl(prior, random.reals(shape, -0.2, 0.2), random.reals(shape, 0.001, 0.3))),
    ),
  normalKlBackward: (random) =>
    priors.flatMap((prior) =>
      sizes.map((shape) =>
        normalKlBackward(prior, random.reals(shape, -0.2, 0.2), random.reals(shape, 0.001, 0.3), random.real(-2, 2)),
      ),
    ),
  fromBytes: (random) =>
    [[1], [3], [4, 5], [2, 28, 28, 1], [3, 7, 7, 3]].flatMap((shape) => {
      const bound =
        (mean: number): Case['expect'] =>
        ([{ data }]) => [{ magnitude: data.map((x) => Math.abs(x) + 2 * mean), relative: 3e-7, absolute: tiny }];
      return [
        makeCase('fromBytes', { scale: 1 / 255 }, [random.bytes(shape)], bound(0)),
        makeCase(
          'fromBytes',
          { scale: 1 / 127.5 },
          [random.bytes(shape), random.reals(shape.slice(1), 0, 1)],
          bound(1),
          {
            note: 'mean repeated',
          },
        ),
        makeCase('fromBytes', { scale: 1 }, [random.bytes(shape), random.reals([], 0, 1)], bound(1), {
          note: 'one mean',
        }),
      ];
    }),
};
