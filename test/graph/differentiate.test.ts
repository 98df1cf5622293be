import { describe, expect, it } from 'vitest';
import { Graph, differentiate } from '../../src/graph/index.ts';

const operations = (graph: Graph) => graph.nodes.map(({ operation }) => operation);

describe('differentiate', () => {
  it('adds the gradients of a tensor that is used twice', () => {
    const graph = new Graph();
    const w = graph.parameter('w', [3]);
    const loss = graph.apply('sum', [graph.apply('multiply', [w, w], {})[0]!], { leading: 1, trailing: 0 })[0]!;
    const [gradient] = differentiate(graph, loss, [w]);
    expect(gradient!.shape).toEqual([3]);
    expect(graph.producer(gradient!)!.operation).toBe('add');
  });

  it('gives null where the loss does not depend on a tensor', () => {
    const graph = new Graph();
    const [v, w] = [graph.parameter('v', []), graph.parameter('w', [])];
    expect(differentiate(graph, graph.apply('exp', [v], {})[0]!, [v, w]).map((g) => g !== null)).toEqual([true, false]);
  });

  it('computes no gradient that nobody wants: the first convolution has none for its input', () => {
    const graph = new Graph();
    const x = graph.input('x', [1, 4, 4, 1], 'f32');
    const kernel = graph.parameter('kernel', [3, 3, 1, 2]);
    const map = graph.apply('conv2d', [x, kernel], {
      strides: [1, 1],
      dilations: [1, 1],
      padding: 'SAME',
      bias: false,
      activation: 'none',
      pool: null,
    })[0]!;
    differentiate(graph, graph.apply('sum', [map], { leading: 4, trailing: 0 })[0]!, [kernel]);
    expect(operations(graph)).toEqual(['conv2d', 'sum', 'broadcast', 'conv2dBackward']);
    expect(graph.nodes[3]!.outputs).toHaveLength(1);
  });

  it('refuses what is not a scalar', () => {
    const graph = new Graph();
    const w = graph.parameter('w', [3]);
    expect(() => differentiate(graph, graph.apply('exp', [w], {})[0]!, [w])).toThrowErrorMatchingInlineSnapshot(
      `[GraphError: only a scalar can be differentiated: got exp of shape 3]`,
    );
  });

  it('refuses an operation without a gradient', () => {
    const graph = new Graph();
    const w = graph.parameter('w', [3]);
    const second = graph.apply('activationGradient', [w, w], { activation: 'relu' })[0]!;
    const loss = graph.apply('sum', [second], { leading: 1, trailing: 0 })[0]!;
    expect(() => differentiate(graph, loss, [w])).toThrowErrorMatchingInlineSnapshot(
      `[GraphError: activationGradient has no gradient, and sum depends on it]`,
    );
  });
});
