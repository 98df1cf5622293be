import { type Shape, type Window2d, inferTypes } from '../../../src/graph/index.ts';
import { type Case, type CaseTable, exact, inDouble, magnitudes, makeCase, sumTolerance, tiny } from '../case.ts';
import { type TestTensor, f32 } from '../generate.ts';

const maps: Shape[] = [
  [1, 1, 1, 1],
  [2, 4, 4, 3],
  [1, 5, 7, 10],
  [3, 9, 6, 33],
  [2, 14, 14, 16],
  [2, 1, 31, 5],
  [1, 8, 8, 8],
];

const pool2: Window2d = { window: [2, 2], strides: [2, 2], padding: 'SAME' };

const windows: Window2d[] = [
  pool2,
  { window: [2, 2], strides: [2, 2], padding: 'VALID' },
  { window: [3, 3], strides: [2, 2], padding: 'SAME' },
  { window: [3, 3], strides: [1, 1], padding: 'SAME' },
  { window: [1, 4], strides: [1, 2], padding: 'SAME' },
  { window: [2, 3], strides: [3, 1], padding: 'SAME' },
  { window: [1, 1], strides: [1, 1], padding: 'VALID' },
  { window: [5, 4], strides: [4, 5], padding: 'SAME' },
  { window: [16, 16], strides: [16, 16], padding: 'SAME' },
];

function eachPool(visit: (shape: Shape, window: Window2d) => Case[]): Case[] {
  return maps.flatMap((shape) =>
    windows.flatMap((window) => {
      const [height, width] = window.window;
      if (window.padding === 'VALID' && (height > shape[1] || width > shape[2])) return [];
      return visit(shape, window);
    }),
  );
}

function average(x: TestTensor, window: Window2d, note = ''): Case {
  const [{ data: magnitude }] = inDouble('averagePool2d', window, [magnitudes(x)]);
  return makeCase('averagePool2d', window, [x], () => [{ magnitude, relative: sumTolerance, absolute: tiny }], {
    note,
  });
}

export const pooling: CaseTable = {
  maxPool2d: (random) => [
    ...eachPool((shape, window) => {
      const nan = random.reals(shape);
      nan.data[random.integer(0, nan.data.length - 1)] = Number.NaN;
      return [
        makeCase('maxPool2d', window, [random.reals(shape, -2, -1)], exact, { note: 'all negative' }),
        makeCase('maxPool2d', window, [random.dyadic(shape, 1)], exact, { note: 'ties' }),
        makeCase('maxPool2d', window, [nan], () => ['exact', 'nan'], { note: 'NaN' }),
      ];
    }),
    makeCase('maxPool2d', pool2, [f32([1, 3, 3, 1], Array(9).fill(Number.NEGATIVE_INFINITY))], exact, {
      note: 'nothing but -infinity',
    }),
  ],
  maxPool2dBackward: (random) =>
    eachPool((shape, window) => {
      const [, indices] = inDouble('maxPool2d', window, [random.dyadic(shape, 2)]);
      const places: TestTensor = { shape: indices.shape, dtype: 'u8', data: Uint8Array.from(indices.data) };
      const attributes = { ...window, inputShape: shape };
      return [makeCase('maxPool2dBackward', attributes, [random.dyadic(indices.shape, 9), places], exact)];
    }),
  averagePool2d: (random) =>
    eachPool((shape, window) => {
      const nan = random.reals(shape);
      nan.data[random.integer(0, nan.data.length - 1)] = Number.NaN;
      return [average(random.reals(shape), window), average(nan, window, 'NaN')];
    }),
  averagePool2dBackward: (random) =>
    eachPool((shape, window) => {
      const [y] = inferTypes('averagePool2d', [f32(shape, [])], window);
      const attributes = { ...window, inputShape: shape };
      const dy = random.reals(y.shape);
      const [{ data: magnitude }] = inDouble('averagePool2dBackward', attributes, [magnitudes(dy)]);
      const expect: Case['expect'] = () => [{ magnitude, relative: sumTolerance, absolute: tiny }];
      return [makeCase('averagePool2dBackward', attributes, [dy], expect)];
    }),
};
