import { type CaseTable, exact, inDouble, magnitudes, makeCase, sumTolerance, tiny } from '../case.ts';
import { type Random, type TestTensor, f32 } from '../generate.ts';

/** examples, rows, columns */
const sizes: [number, number, number][] = [
  [1, 1, 1],
  [5, 3, 4],
  [7, 10, 3],
  [33, 4, 17],
  [64, 100, 8],
  [3, 2, 200],
];

/** What names no row of a table of four: the examples between get theirs. */
const strange = [
  0,
  -1,
  4,
  3,
  Number.NaN,
  1.5,
  -0,
  Number.POSITIVE_INFINITY,
  1e30,
  Number.NEGATIVE_INFINITY,
  2 ** 32,
  2,
];

function ids(random: Random, examples: number, rows: number): TestTensor {
  return f32(
    [examples],
    Array.from({ length: examples }, () => random.integer(0, rows - 1)),
  );
}

export const gather: CaseTable = {
  gatherRows: (random) => [
    ...sizes.map(([examples, rows, columns]) =>
      makeCase('gatherRows', {}, [ids(random, examples, rows), random.reals([rows, columns])], exact),
    ),
    makeCase('gatherRows', {}, [f32([strange.length], strange), random.reals([4, 7])], exact, { note: 'no rows' }),
  ],
  gatherRowsBackward: (random) => {
    const one = (id: TestTensor, columns: number, rows: number, note = '') => {
      const dy = random.reals([id.data.length, columns]);
      const [{ data: magnitude }] = inDouble('gatherRowsBackward', { rows }, [id, magnitudes(dy)]);
      return makeCase(
        'gatherRowsBackward',
        { rows },
        [id, dy],
        () => [{ magnitude, relative: sumTolerance, absolute: tiny }],
        { note },
      );
    };
    return [
      ...sizes.map(([examples, rows, columns]) => one(ids(random, examples, rows), columns, rows)),
      one(f32([strange.length], strange), 7, 4, 'no rows'),
    ];
  },
};
