import { describe, expect, it } from 'vitest';
import { Graph, windowGeometry } from '../../src/graph/index.ts';
import type { ConvolutionAttributes, Tensor } from '../../src/graph/index.ts';

const plain: ConvolutionAttributes = {
  strides: [1, 1],
  dilations: [1, 1],
  padding: 'SAME',
  bias: false,
  activation: 'none',
  pool: null,
};

/** A graph with one f32 input per shape. */
function inputs(...shapes: number[][]) {
  const graph = new Graph();
  return { graph, tensors: shapes.map((shape, i) => graph.input(`x${i}`, shape, 'f32')) };
}

describe('windowGeometry', () => {
  // the examples of TensorFlow's documentation of SAME and VALID: width 13, filter 6, stride 5
  it('pads as TensorFlow does', () => {
    expect(windowGeometry(13, 6, 5, 'VALID')).toEqual({ output: 2, before: 0, after: 0 });
    expect(windowGeometry(13, 6, 5, 'SAME')).toEqual({ output: 3, before: 1, after: 2 });
  });

  it('puts the smaller half in front', () => {
    expect(windowGeometry(28, 4, 1, 'SAME')).toEqual({ output: 28, before: 1, after: 2 });
    expect(windowGeometry(7, 2, 2, 'SAME')).toEqual({ output: 4, before: 0, after: 1 });
  });
});

describe('shapes of outputs', () => {
  it.each([
    ['SAME', [1, 1], [1, 1], [2, 9, 8, 7]],
    ['VALID', [1, 1], [1, 1], [2, 7, 4, 7]],
    ['SAME', [2, 3], [1, 1], [2, 5, 3, 7]],
    ['VALID', [1, 1], [2, 1], [2, 5, 4, 7]],
  ] as const)('conv2d %s, strides %j, dilations %j', (padding, strides, dilations, expected) => {
    const { graph, tensors } = inputs([2, 9, 8, 3], [3, 5, 3, 7]);
    const [y] = graph.apply('conv2d', tensors, { ...plain, padding, strides, dilations });
    expect(y!.shape).toEqual(expected);
  });

  it('a convolution with a pool has indices as its second output', () => {
    const { graph, tensors } = inputs([2, 28, 28, 1], [5, 5, 1, 64], [64]);
    const pool = { window: [2, 2], strides: [2, 2], padding: 'SAME' } as const;
    const outputs = graph.apply('conv2d', tensors, { ...plain, bias: true, activation: 'relu', pool });
    expect(outputs.map(({ shape, dtype }) => [shape, dtype])).toEqual([
      [[2, 14, 14, 64], 'f32'],
      [[2, 14, 14, 64], 'u8'],
    ]);
  });

  it('sums and broadcasts over leading and trailing axes', () => {
    const { graph, tensors } = inputs([2, 3, 4]);
    const sum = graph.apply('sum', tensors, { leading: 1, trailing: 1 })[0]!;
    expect(sum.shape).toEqual([3]);
    expect(graph.apply('broadcast', [sum], { shape: [2, 3, 4], leading: 1, trailing: 1 })[0]!.shape).toEqual([2, 3, 4]);
  });
});

describe('errors name the operation and the shapes', () => {
  it('conv2d: channels', () => {
    const { graph, tensors } = inputs([64, 28, 28, 1], [5, 5, 3, 64]);
    expect(() => graph.apply('conv2d', tensors, plain)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: shape mismatch in conv2d, input 64x28x28x1, kernel 5x5x3x64: the kernel expects 3 channels]`,
    );
  });

  it('conv2d: kernel larger than the input', () => {
    const { graph, tensors } = inputs([1, 3, 3, 1], [5, 5, 1, 2]);
    expect(() => graph.apply('conv2d', tensors, { ...plain, padding: 'VALID' })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: shape mismatch in conv2d, input 1x3x3x1, kernel 5x5x1x2: the kernel is larger than the input]`,
    );
  });

  it('conv2d: strides', () => {
    const { graph, tensors } = inputs([1, 3, 3, 1], [3, 3, 1, 2]);
    expect(() => graph.apply('conv2d', tensors, { ...plain, strides: [0, 1] })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: conv2d: strides and dilations must be whole numbers from 1 on: got strides 0x1, dilations 1x1]`,
    );
  });

  it('conv2d: bias', () => {
    const { graph, tensors } = inputs([1, 3, 3, 1], [3, 3, 1, 2], [3]);
    expect(() => graph.apply('conv2d', tensors, { ...plain, bias: true })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: shape mismatch in conv2d, input 1x3x3x1, kernel 3x3x1x2, bias 3: the bias must have 2 elements]`,
    );
  });

  it('flipoutConv2d: signs', () => {
    const { graph, tensors } = inputs([4, 9, 9, 3], [3, 3, 3, 8], [3, 3, 3, 8], [4, 8], [4, 8]);
    expect(() => graph.apply('flipoutConv2d', tensors, plain)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: shape mismatch in flipoutConv2d, input 4x9x9x3, kernel 3x3x3x8, signsIn 4x8, signsOut 4x8: signs must be batch x channels]`,
    );
  });

  it('matmul: inner extents', () => {
    const { graph, tensors } = inputs([64, 784], [783, 64]);
    const attributes = { transposeA: false, transposeB: false };
    expect(() => graph.apply('matmul', tensors, attributes)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: shape mismatch in matmul, a 64x784, b 783x64: the inner extents are 784 and 783]`,
    );
  });

  it('dense: features', () => {
    const { graph, tensors } = inputs([64, 784], [12544, 10]);
    const attributes = { bias: false, activation: 'none' } as const;
    expect(() => graph.apply('dense', tensors, attributes)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: shape mismatch in dense, input 64x784, kernel 12544x10: the kernel expects 12544 features]`,
    );
  });

  it('add: no broadcasting but over leading axes', () => {
    const { graph, tensors } = inputs([4, 3], [4]);
    expect(() => graph.apply('add', tensors, {})).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: shape mismatch in add, a 4x3, b 4: b must have the shape of a or end like it]`,
    );
  });

  it('reshape: number of elements', () => {
    const { graph, tensors } = inputs([4, 3]);
    expect(() => graph.apply('reshape', tensors, { shape: [5, 3] })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: shape mismatch in reshape, input 4x3, output 5x3: the numbers of elements differ]`,
    );
  });

  it('concat: all but the last axis', () => {
    const { graph, tensors } = inputs([4, 3], [5, 3]);
    expect(() => graph.apply('concat', tensors, {})).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: shape mismatch in concat, first 4x3, other 5x3: they may differ in the last axis only]`,
    );
  });

  it('categoricalNll: labels', () => {
    const { graph, tensors } = inputs([4, 10], [4]);
    expect(() => graph.apply('categoricalNll', tensors, {})).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: shape mismatch in categoricalNll, logits 4x10, labels 4: expected 4 labels of type i32, got f32]`,
    );
  });

  it('maxPool2d: window', () => {
    const { graph, tensors } = inputs([4, 2, 2, 1]);
    const attributes = { window: [3, 3], strides: [1, 1], padding: 'VALID' } as const;
    expect(() => graph.apply('maxPool2d', tensors, attributes)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: shape mismatch in maxPool2d, input 4x2x2x1, window 3x3: the window is larger than the input]`,
    );
  });

  it.each([[[4, 2, 2]], [[4]]])('averagePool2d: not a map, %j', (shape) => {
    const { graph, tensors } = inputs(shape);
    const attributes = { window: [2, 2], strides: [2, 2], padding: 'SAME' } as const;
    expect(() => graph.apply('averagePool2d', tensors, attributes)).toThrow(
      `shape mismatch in averagePool2d, input ${shape.join('x')}: expected batch x height x width x channels`,
    );
  });

  it('averagePool2d: window', () => {
    const { graph, tensors } = inputs([4, 2, 2, 1]);
    const attributes = { window: [3, 3], strides: [1, 1], padding: 'VALID' } as const;
    expect(() => graph.apply('averagePool2d', tensors, attributes)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: shape mismatch in averagePool2d, input 4x2x2x1, window 3x3: the window is larger than the input]`,
    );
  });

  it('positions: the first and the last axis stay', () => {
    const { graph, tensors } = inputs([4], [4, 3]);
    expect(() => graph.apply('sumPositions', [tensors[0]!], {})).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: shape mismatch in sumPositions, input 4: expected batch x ... x channels]`,
    );
    const attributes = { shape: [4, 7, 2] };
    expect(() => graph.apply('broadcastPositions', [tensors[1]!], attributes)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: shape mismatch in broadcastPositions, input 4x3, output 4x7x2: the first and the last axis of the output must be the input]`,
    );
  });

  it('gatherRows: one id per example', () => {
    const { graph, tensors } = inputs([4, 1], [5, 3], [4], [3, 2]);
    const [matrix, table, ids, dy] = tensors as [Tensor, Tensor, Tensor, Tensor];
    expect(() => graph.apply('gatherRows', [matrix, table], {})).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: shape mismatch in gatherRows, ids 4x1, table 5x3: expected one id per example, and a table of rows x columns]`,
    );
    expect(() => graph.apply('gatherRowsBackward', [ids, dy], { rows: 5 })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: shape mismatch in gatherRowsBackward, ids 4, dy 3x2: expected one id per row of dy]`,
    );
  });
});
