import { describe, expect, it, test } from 'vitest';
import { Graph } from '../../src/graph/index.ts';
import { type ActivationName, activate, activation } from '../../src/layers/index.ts';
import { runLayers } from '../support/layer.ts';

const points = [-30, -3, -1, -0.1, 0, 0.1, 1, 3, 30];

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** Each as its paper writes it. */
const definitions: Record<Exclude<ActivationName, 'none'>, (x: number) => number> = {
  relu: (x) => Math.max(0, x),
  tanh: Math.tanh,
  softplus: (x) => Math.log1p(Math.exp(x)),
  sigmoid,
  elu: (x) => (x > 0 ? x : Math.exp(x) - 1),
  leakyRelu: (x) => Math.max(x, 0.01 * x),
  gelu: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  silu: (x) => x * sigmoid(x),
};

test.each(Object.entries(definitions))('%s is what its paper says', (name, f) => {
  const x = { shape: [points.length], data: points };
  const { data } = runLayers([activation(name as ActivationName)], x);
  for (const [i, point] of points.entries()) expect(data[i], `at ${point}`).toBeCloseTo(f(point), 6);
});

test('gelu in its tanh form is close to x Phi(x)', () => {
  // Phi(1) = 0.8413447
  expect(runLayers([activation('gelu')], { shape: [1], data: [1] }).data[0]).toBeCloseTo(0.8413447, 3);
});

describe('activate', () => {
  it('appends one operation, under its name, for what can be fused; nothing for none', () => {
    const graph = new Graph();
    const x = graph.input('x', [2, 3], 'f32');
    expect(activate(graph, x, 'none')).toBe(x);
    expect(activate(graph, x, 'elu').name).toBe('elu');
    expect(graph.nodes.map(({ operation }) => operation)).toEqual(['elu']);
  });
});
