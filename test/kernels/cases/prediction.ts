import type { Activation, Shape } from '../../../src/graph/index.ts';
import { type Case, type CaseTable, activationNames, makeCase, sumTolerance, tiny } from '../case.ts';
import { type Random, type TestTensor, f32 } from '../generate.ts';

const shapes: Shape[] = [
  [1, 1],
  [1, 7],
  [3, 5],
  [6, 64],
  [5, 33],
  [2, 1000],
];

function perturb(random: Random, shape: Shape, activation: Activation, draws = 0, repeat = 1): Case {
  const [rows, units] = [shape[0] * repeat, shape[1]];
  const inputs = [random.reals(shape), random.reals(shape, 0, 2)];
  const [mean, scale] = inputs;
  const noise = random.reals(draws === 0 ? [units] : [draws, units], -3, 3);
  const magnitude = Float32Array.from({ length: rows * units }, (_, i) => {
    const [row, from] = [Math.floor(i / units), i % mean.data.length];
    const drawn = Math.floor((row * Math.max(1, draws)) / rows);
    return Math.abs(mean.data[from]) + Math.abs(scale.data[from] * noise.data[drawn * units + (i % units)]);
  });
  // the activations are 1-Lipschitz: they add the rounding of their own, below 1e-6
  return makeCase('perturb', { activation, repeat }, [...inputs, noise], () => [
    { magnitude, relative: 1e-6, absolute: 1e-6 },
  ]);
}

function softmaxEntropy(logits: TestTensor, note = ''): Case {
  // the rounding of x - max is relative to x
  const finite = logits.data.filter(Number.isFinite);
  const range = 1 + Math.max(0, ...finite.map(Math.abs));
  const expect: Case['expect'] = ([probabilities, entropy]) => [
    { magnitude: probabilities.data.map((p) => p * range), relative: sumTolerance, absolute: tiny },
    { magnitude: entropy.data.map(() => range), relative: sumTolerance, absolute: 0 },
  ];
  return makeCase('softmaxEntropy', {}, [logits], expect, { note });
}

export const prediction: CaseTable = {
  perturb: (random) => [
    ...activationNames.flatMap((activation) => shapes.map((shape) => perturb(random, shape, activation))),
    // draws of examples that do not depend on them, and of some that do
    ...shapes.flatMap((shape, i) => [
      perturb(random, shape, activationNames[i % activationNames.length], 3, 3),
      perturb(random, [4 * shape[0], shape[1]], 'relu', 4),
    ]),
    perturb(random, [1, 6], 'none', 513, 513),
    makeCase(
      'perturb',
      { activation: 'relu', repeat: 1 },
      [f32([1, 2], [Number.NaN, 1]), f32([1, 2], [1, 1]), f32([2], [1, Number.NaN])],
      () => ['nan'],
      { note: 'NaN' },
    ),
  ],
  softmaxEntropy: (random) => [
    ...shapes.map((shape) => softmaxEntropy(random.reals(shape, -5, 5))),
    ...[4, 8, 9, 10, 11].map((batch) => softmaxEntropy(random.reals([batch, 10], -80, 80), 'wide range')),
    softmaxEntropy(f32([2, 3], [0, 0, 0, 1e4, 0, -1e4]), 'uniform, certain'),
    softmaxEntropy(f32([1, 3], [0, Number.NEGATIVE_INFINITY, 1]), 'an impossible class'),
    makeCase('softmaxEntropy', {}, [f32([2, 2], [1, Number.NaN, 0, 1])], () => ['nan', 'nan'], { note: 'NaN' }),
  ],
};
