import { describe, expect, it, test } from 'vitest';
import { differentiate, sizeOf } from '../../src/graph/index.ts';
import { Program } from '../../src/kernels/index.ts';
import { referenceKernels } from '../../src/kernels/reference/index.ts';
import {
  averagePool1d,
  averagePool2d,
  globalAveragePool,
  globalMaxPool,
  maxPool1d,
  maxPool2d,
} from '../../src/layers/index.ts';
import { Random } from '../kernels/generate.ts';
import { buildLayers, runLayers } from '../support/layer.ts';

const column = (...data: number[]) => ({ shape: [1, data.length, 1], data });

test('a line is averaged window by window, and padding is not counted', () => {
  expect(runLayers([averagePool1d({ window: 2 })], column(1, 3, 5, 8, 9))).toEqual({
    shape: [1, 3, 1],
    data: [2, 6.5, 9],
  });
  expect(runLayers([averagePool1d({ window: 3, strides: 1 })], column(1, 2, 6)).data).toEqual([1.5, 3, 4]);
  expect(runLayers([averagePool1d({ window: 2, padding: 'VALID' })], column(1, 3, 5)).data).toEqual([2]);
});

test('a window is a number for both axes, or a pair', () => {
  const x = { shape: [1, 2, 4, 1], data: [1, 2, 3, 4, 5, 6, 7, 8] };
  expect(runLayers([averagePool2d({ window: 2 })], x).data).toEqual([3.5, 5.5]);
  expect(runLayers([averagePool2d({ window: [1, 4] })], x).data).toEqual([2.5, 6.5]);
  expect(runLayers([maxPool2d({ window: [2, 1], strides: [1, 2], padding: 'VALID' })], x).data).toEqual([5, 7]);
  expect(runLayers([maxPool2d({ window: [1, 3] })], x).data).toEqual([2, 4, 6, 8]);
});

describe.each([
  [2, 7, 3],
  [2, 1, 3],
  [1, 700, 2],
  [2, 5, 6, 3],
  [2, 1, 1, 4],
  [2, 40, 40, 3],
  [1, 300, 3, 1],
  [1, 2, 1000, 1],
])('over all positions of %o x %o x %o %o', (...extents) => {
  const shape = extents.filter((extent) => typeof extent === 'number');
  const data = Float32Array.from(new Random(`pooling ${shape.join('x')}`).reals(shape, -2, -1).data);
  const [batch, channels] = [shape[0]!, shape[shape.length - 1]!];
  const perExample = sizeOf(shape) / batch;
  const values = (example: number, channel: number) =>
    data.subarray(example * perExample, (example + 1) * perExample).filter((_, i) => i % channels === channel);
  const each = (f: (positions: Float32Array) => number) =>
    Array.from({ length: batch * channels }, (_, i) => f(values(Math.floor(i / channels), i % channels)));

  it('the largest', () => {
    const y = runLayers([globalMaxPool()], { shape, data });
    expect(y).toEqual({ shape: [batch, channels], data: each((positions) => Math.max(...positions)) });
  });

  it('the mean', () => {
    const y = runLayers([globalAveragePool()], { shape, data });
    const means = each((positions) => positions.reduce((sum, v) => sum + v, 0) / positions.length);
    expect(y.shape).toEqual([batch, channels]);
    for (const [i, mean] of means.entries()) expect(y.data[i]).toBeCloseTo(mean, 5);
  });
});

test('the gradient of the largest of 40 x 40 goes to its place alone', () => {
  const shape = [2, 40, 40, 3];
  const { graph, x, y } = buildLayers([globalMaxPool()], shape);
  const loss = graph.apply('sum', [y], { leading: 2, trailing: 0 })[0]!;
  const gradient = differentiate(graph, loss, [x])[0]!;
  const program = new Program(referenceKernels, { graph, outputs: [gradient], layout: [], regions: {} });
  const { data } = new Random('gradient').reals(shape);
  program.floats(x).set(data);
  program.run('step');
  program.run('slice');
  const places = [...program.floats(gradient).entries()].filter(([, slope]) => slope !== 0);
  expect(places.map(([, slope]) => slope)).toEqual(Array(6).fill(1));
  const largest = runLayers([globalMaxPool()], { shape, data }).data;
  expect(new Set(places.map(([i]) => data[i]))).toEqual(new Set(largest));
});

test('shapes that do not fit are named with the layer', () => {
  const build = (layer: Parameters<typeof buildLayers>[0][number], shape: number[]) => () =>
    buildLayers([layer], shape);
  expect(build(maxPool2d({ window: 2 }), [4, 3])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: maxPool2d works on batch x height x width x channels: got 4x3]`,
  );
  expect(build(averagePool2d({ window: 2 }), [4, 3, 2])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: averagePool2d works on batch x height x width x channels: got 4x3x2]`,
  );
  expect(build(averagePool1d({ window: 2 }), [4, 3])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: averagePool1d works on batch x length x channels: got 4x3]`,
  );
  expect(build(maxPool1d({ window: 2 }), [4, 3, 2, 1])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: maxPool1d works on batch x length x channels: got 4x3x2x1]`,
  );
  expect(build(globalAveragePool(), [4, 3])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: globalAveragePool works on batch x positions x channels: got 4x3, expected batch x length x channels or batch x height x width x channels]`,
  );
  expect(build(globalMaxPool(), [4])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: globalMaxPool works on batch x positions x channels: got 4, expected batch x length x channels or batch x height x width x channels]`,
  );
  expect(build(averagePool2d({ window: 4, padding: 'VALID' }), [1, 3, 3, 1])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: shape mismatch in averagePool2d, input 1x3x3x1, window 4x4: the window is larger than the input]`,
  );
});
