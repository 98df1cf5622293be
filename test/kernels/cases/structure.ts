import type { Shape } from '../../../src/graph/index.ts';
import { type Case, type CaseTable, exact, inDouble, magnitudes, makeCase, sumTolerance, tiny } from '../case.ts';
import { type TestTensor, f32 } from '../generate.ts';

const reductions: [Shape, number, number][] = [
  [[5], 1, 0],
  [[5], 0, 1],
  [[5], 0, 0],
  [[], 0, 0],
  [[1], 1, 0],
  [[64, 10], 1, 0],
  [[64, 10], 0, 1],
  [[64, 10], 2, 0],
  [[64, 10], 1, 1],
  [[7, 33], 1, 0],
  [[33, 7], 0, 1],
  [[3, 5, 7], 1, 1],
  [[3, 5, 7], 2, 0],
  [[3, 5, 7], 0, 2],
  [[2, 14, 14, 10], 3, 0],
  [[2, 3, 4, 5], 1, 2],
  [[4, 1, 6, 1], 1, 1],
  [[40000], 0, 1],
];

function sum(x: TestTensor, leading: number, trailing: number, note = ''): Case {
  const attributes = { leading, trailing };
  const [{ data: magnitude }] = inDouble('sum', attributes, [magnitudes(x)]);
  return makeCase('sum', attributes, [x], () => [{ magnitude, relative: sumTolerance, absolute: tiny }], { note });
}

const positions: Shape[] = [
  [1, 1],
  [5, 7],
  [3, 33],
  [2, 1, 5],
  [4, 31, 1],
  [1, 64, 3],
  [2, 7, 16],
  [3, 5, 4, 10],
  [2, 1, 1, 8],
  [2, 14, 14, 33],
  [2, 9, 1, 1],
  [2, 2, 3, 4, 5],
];

function sumPositions(x: TestTensor, note = ''): Case {
  const [{ data: magnitude }] = inDouble('sumPositions', {}, [magnitudes(x)]);
  return makeCase('sumPositions', {}, [x], () => [{ magnitude, relative: sumTolerance, absolute: tiny }], { note });
}

const concats: Shape[][] = [
  [[4]],
  [[1], [3]],
  [
    [2, 3],
    [2, 5],
  ],
  [
    [7, 1],
    [7, 1],
    [7, 1],
  ],
  [
    [2, 3, 4],
    [2, 3, 8],
    [2, 3, 1],
  ],
  [
    [3, 5, 5, 16],
    [3, 5, 5, 33],
  ],
];

/** shape, begin, size */
const slices: [Shape, number, number][] = [
  [[5], 0, 5],
  [[5], 4, 1],
  [[2, 10], 3, 4],
  [[7, 33], 1, 32],
  [[2, 3, 5], 0, 3],
  [[64, 20], 10, 10],
];

export const structure: CaseTable = {
  sum: (random) => [
    ...reductions.map(([shape, leading, trailing]) => sum(random.reals(shape), leading, trailing)),
    sum(f32([2, 3], [1, Number.NaN, 2, 3, 4, 5]), 1, 0, 'NaN'),
    sum(f32([2, 3], [1, Number.POSITIVE_INFINITY, 2, 3, 4, 5]), 0, 1, 'infinity'),
  ],
  broadcast: (random) =>
    reductions
      .filter(([shape]) => shape[0] !== 40000)
      .map(([shape, leading, trailing]) =>
        makeCase(
          'broadcast',
          { shape, leading, trailing },
          [random.reals(shape.slice(leading, shape.length - trailing))],
          exact,
        ),
      ),
  sumPositions: (random) => [
    ...positions.map((shape) => sumPositions(random.reals(shape))),
    ...positions.map((shape) => makeCase('sumPositions', {}, [random.dyadic(shape, 9)], exact, { note: 'integers' })),
    sumPositions(f32([1, 2, 3], [1, Number.NaN, 2, 3, 4, Number.POSITIVE_INFINITY]), 'NaN, infinity'),
  ],
  broadcastPositions: (random) =>
    positions.map((shape) =>
      makeCase('broadcastPositions', { shape }, [random.reals([shape[0], shape[shape.length - 1]])], exact),
    ),
  concat: (random) =>
    concats.map((inputs) =>
      makeCase(
        'concat',
        {},
        inputs.map((shape) => random.reals(shape)),
        exact,
      ),
    ),
  sliceLast: (random) =>
    slices.map(([shape, begin, size]) => makeCase('sliceLast', { begin, size }, [random.reals(shape)], exact)),
  padLast: (random) =>
    slices.map(([shape, begin, size]) =>
      makeCase(
        'padLast',
        { begin, size: shape[shape.length - 1] },
        [random.reals([...shape.slice(0, -1), size])],
        exact,
      ),
    ),
};
