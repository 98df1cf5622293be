import { describe, expect, it } from 'vitest';
import { Graph, type Tensor, fuse } from '../../src/graph/index.ts';

const plain = {
  strides: [1, 1],
  dilations: [1, 1],
  padding: 'SAME',
  bias: false,
  activation: 'none',
  pool: null,
} as const;
const pool = { window: [2, 2], strides: [2, 2], padding: 'SAME' } as const;

function convolution(graph: Graph): { map: Tensor; bias: Tensor } {
  const x = graph.input('x', [2, 8, 8, 3], 'f32');
  const kernel = graph.parameter('kernel', [3, 3, 3, 4]);
  return { map: graph.apply('conv2d', [x, kernel], plain)[0]!, bias: graph.parameter('bias', [4]) };
}

const operations = (graph: Graph) => graph.nodes.map(({ operation }) => operation);

describe('fuse', () => {
  it('moves bias, activation and pooling into the convolution', () => {
    const graph = new Graph();
    const { map, bias } = convolution(graph);
    const sum = graph.apply('add', [map, bias], {})[0]!;
    const active = graph.apply('relu', [sum], {})[0]!;
    const pooled = graph.apply('maxPool2d', [active], pool);
    const fused = fuse(graph, [pooled[0]!]);
    expect(operations(fused.graph)).toEqual(['conv2d']);
    expect(fused.graph.nodes[0]!.attributes).toEqual({ ...plain, bias: true, activation: 'relu', pool });
    expect(fused.resolve(pooled[0]!).shape).toEqual([2, 4, 4, 4]);
    expect(fused.resolve(pooled[1]!).dtype).toBe('u8');
  });

  it('stops at a tensor that somebody else reads', () => {
    const graph = new Graph();
    const { map, bias } = convolution(graph);
    const sum = graph.apply('add', [map, bias], {})[0]!;
    const active = graph.apply('relu', [sum], {})[0]!;
    const other = graph.apply('tanh', [sum], {})[0]!;
    expect(operations(fuse(graph, [active, other]).graph)).toEqual(['conv2d', 'relu', 'tanh']);
    expect(operations(fuse(graph, [sum, active, other]).graph)).toEqual(['conv2d', 'relu', 'tanh']);
  });

  it('keeps what the caller reads', () => {
    const graph = new Graph();
    const { map, bias } = convolution(graph);
    const sum = graph.apply('add', [map, bias], {})[0]!;
    expect(operations(fuse(graph, [map, sum]).graph)).toEqual(['conv2d', 'add']);
  });

  it('turns a matrix product with bias and activation into dense', () => {
    const graph = new Graph();
    const x = graph.input('x', [2, 3], 'f32');
    const product = graph.apply('matmul', [x, graph.parameter('w', [3, 4])], { transposeA: false, transposeB: false });
    const sum = graph.apply('add', [product[0]!, graph.parameter('b', [4])], {})[0]!;
    const y = graph.apply('tanh', [sum], {})[0]!;
    const fused = fuse(graph, [y]);
    expect(operations(fused.graph)).toEqual(['dense']);
    expect(fused.graph.nodes[0]!.attributes).toEqual({ bias: true, activation: 'tanh' });
  });

  it.each(['relu', 'tanh', 'softplus', 'sigmoid', 'elu', 'leakyRelu'] as const)('takes %s along', (activation) => {
    const graph = new Graph();
    const { map } = convolution(graph);
    const y = graph.apply(activation, [map], {})[0]!;
    expect(fuse(graph, [y]).graph.nodes.map(({ attributes }) => attributes)).toEqual([{ ...plain, activation }]);
  });

  it('reaches through the reshapes of a 1-d convolution', () => {
    const graph = new Graph();
    const x = graph.input('x', [2, 1, 8, 3], 'f32');
    const map = graph.apply('conv2d', [x, graph.parameter('kernel', [1, 3, 3, 4])], plain)[0]!;
    const line = graph.apply('reshape', [map], { shape: [2, 8, 4] })[0]!;
    const sum = graph.apply('add', [line, graph.parameter('bias', [4])], {})[0]!;
    const active = graph.apply('relu', [sum], {})[0]!;
    const flat = graph.apply('reshape', [active], { shape: [2, 1, 8, 4] })[0]!;
    const pooled = graph.apply('maxPool2d', [flat], { window: [1, 4], strides: [1, 4], padding: 'SAME' })[0]!;
    const back = graph.apply('reshape', [pooled], { shape: [2, 2, 4] })[0]!;
    const fused = fuse(graph, [back]);
    expect(operations(fused.graph)).toEqual(['conv2d', 'reshape']);
    expect(fused.resolve(back).shape).toEqual([2, 2, 4]);
  });

  it('takes a bias that is computed, a draw of its posterior, but no sum of two maps', () => {
    const graph = new Graph();
    const { map } = convolution(graph);
    const drawn = graph.apply('relu', [graph.parameter('bias', [4])], {})[0]!;
    const sum = graph.apply('add', [map, drawn], {})[0]!;
    expect(operations(fuse(graph, [sum]).graph)).toEqual(['relu', 'conv2d']);
    const two = graph.apply('add', [map, graph.apply('relu', [map], {})[0]!], {})[0]!;
    expect(operations(fuse(graph, [sum, two]).graph)).toContain('add');
  });
});
