import { type Case, type CaseTable, type ControlValues, exact, makeCase } from '../case.ts';

const steps: ControlValues[] = [
  {},
  { seed: 7, step: 1, replica: 0, firstExample: 0 },
  { seed: 2 ** 32 + 5, step: 8000, replica: 3, firstExample: 16 },
  { seed: Number.MAX_SAFE_INTEGER, step: 2 ** 32 - 1, replica: 65535, firstExample: 2 ** 24 - 129 },
];

/** Within 1e-5 of the double result, and near 0 within 2e-6: what a float32 sine or cosine loses there. */
const normal: Case['expect'] = ([{ data }]) => [{ magnitude: data.map(Math.abs), relative: 1e-5, absolute: 2e-6 }];

export const noise: CaseTable = {
  normalNoise: () =>
    steps.flatMap((control) => [
      ...[[1], [7], [32], [33, 10]].map((shape, i) => {
        const draws = { count: 3 * i + 1, stride: i };
        return makeCase('normalNoise', { purpose: 5, layer: i, shape, draws }, [], normal, { control });
      }),
      ...[[], [1], [4], [5], [15], [16], [17], [31], [5, 5, 1, 32], [784, 64], [33, 10]].map((shape, i) =>
        makeCase('normalNoise', { purpose: 2, layer: i % 2 === 0 ? i : 65535 - i, shape }, [], normal, { control }),
      ),
    ]),
  signNoise: () =>
    steps.flatMap((control) =>
      [
        [1, 1],
        [3, 31],
        [2, 32],
        [5, 33],
        [128, 10],
        [3, 127],
        [2, 128],
        [2, 129],
        [7, 1000],
      ].map(([examples, features], i) =>
        makeCase('signNoise', { purpose: 3 + (i % 2), layer: 300 * i, examples, features }, [], exact, { control }),
      ),
    ),
  maskNoise: () =>
    steps.flatMap((control) =>
      [
        [1, 1],
        [3, 4],
        [5, 15],
        [2, 16],
        [3, 17],
        [2, 32],
        [2, 33],
        [128, 10],
        [7, 1000],
      ].map(([examples, features], i) => {
        const keep = [0.5, 0.9, 1 / 3, 1, 1e-3][i % 5];
        return makeCase('maskNoise', { purpose: 8, layer: 300 * i, examples, features, keep }, [], exact, { control });
      }),
    ),
};
