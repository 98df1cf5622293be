import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Graph, type Nesting, type Tensor, bytesOf, plan } from '../../src/graph/index.ts';
import { align } from '../../src/graph/index.ts';
import type { Plan } from '../../src/graph/index.ts';

interface Step {
  readonly operation: 'add' | 'relu' | 'noise' | 'signs' | 'reshape' | 'sum';
  readonly a: number;
  readonly b: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  operation: fc.constantFrom('add', 'relu', 'noise', 'signs', 'reshape', 'sum'),
  a: fc.nat(),
  b: fc.nat(),
});

/** A random graph: sizes differ, reshapes alias, all three stages occur. */
function build(steps: readonly Step[], size: number): { graph: Graph; values: Tensor[] } {
  const graph = new Graph();
  const values: Tensor[] = [graph.parameter('w', [size, 4]), graph.input('x', [size, 4], 'f32')];
  for (const { operation, a, b } of steps) {
    const first = values[a % values.length]!;
    const same = values.filter(({ shape }) => shape.join() === first.shape.join());
    const apply = () => {
      switch (operation) {
        case 'add':
          return graph.apply('add', [first, same[b % same.length]!], {});
        case 'relu':
          return graph.apply('relu', [first], {});
        case 'noise':
          return graph.apply('normalNoise', [], { purpose: 2, layer: 0, shape: [(b % 5) + 1, 16] });
        case 'signs':
          return graph.apply('signNoise', [], { purpose: 3, layer: 0, examples: (b % 7) + 1, features: 24 });
        case 'reshape':
          return graph.apply('reshape', [first], { shape: [...first.shape].reverse() });
        case 'sum':
          return graph.apply('sum', [first], { leading: first.shape.length > 1 ? 1 : 0, trailing: 0 });
      }
    };
    values.push(apply()[0]!);
  }
  return { graph, values };
}

/**
 * Plays a training step (the stages in order, the later ones repeatedly) and records in each byte which tensor owns it:
 * a read must find its own tensor, else somebody's memory was overwritten while it was needed.
 */
function play({ stages, offsets, end }: Plan, graph: Graph, outputs: readonly Tensor[], figuresAt = 1): void {
  const owner = new Int32Array(end).fill(-1);
  const roots = new Map<Tensor, Tensor>();
  const root = (tensor: Tensor): Tensor => {
    const producer = graph.producer(tensor);
    if (producer?.operation !== 'reshape') return tensor;
    const found = roots.get(tensor) ?? root(producer.inputs[0]!);
    roots.set(tensor, found);
    return found;
  };
  const own = (tensor: Tensor) => {
    const at = offsets.get(tensor)!;
    owner.fill(root(tensor).id, at, at + bytesOf(tensor));
  };
  const check = (tensor: Tensor) => {
    const at = offsets.get(tensor)!;
    const { id } = root(tensor);
    // one assertion per tensor: one per byte takes most of a minute
    const stranger = owner.subarray(at, at + bytesOf(tensor)).find((found) => found !== id);
    expect(stranger, `memory of ${tensor.name} ${id}`).toBeUndefined();
  };
  for (const tensor of offsets.keys()) if (tensor.role !== 'value') own(tensor);
  const run = (stage: keyof typeof stages) => {
    for (const node of stages[stage]) {
      node.inputs.forEach(check);
      node.outputs.forEach(own);
    }
  };
  for (let training = 0; training < 2; training++) {
    run('step');
    for (let replica = 0; replica < 2; replica++) {
      run('replica');
      for (let slice = 0; slice < 2; slice++) run('slice');
    }
    if (training === figuresAt) run('figures');
  }
  outputs.forEach(check);
}

describe('plan', () => {
  it('never gives two live tensors the same memory, whatever the graph', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), fc.integer({ min: 1, max: 9 }), (steps, size) => {
        const { graph, values } = build(steps, size);
        const outputs = values.slice(-2);
        const occasional = values.slice(-4, -2);
        const planned = plan({ graph, outputs, occasional, placed: new Map(), base: 64 });
        play(planned, graph, [...outputs, ...occasional]);
        // run in one step, and not in the next
        play(planned, graph, outputs, 0);
        for (const { offset } of planned.placements) expect(offset % 64).toBe(0);
      }),
      { numRuns: 400, seed: 1 },
    );
  });

  it('shares memory: a chain of n maps needs two of them', () => {
    const graph = new Graph();
    let x = graph.input('x', [1000], 'f32');
    for (let i = 0; i < 10; i++) x = graph.apply('relu', [x], {})[0]!;
    const { end, placements } = plan({ graph, outputs: [x], placed: new Map(), base: 0 });
    // the input keeps its place, since the slice may be run again
    expect(end).toBe(3 * align(4000));
    expect(placements).toHaveLength(11);
  });

  it('leaves out what no output needs', () => {
    const graph = new Graph();
    const x = graph.input('x', [4], 'f32');
    const y = graph.apply('relu', [x], {})[0]!;
    graph.apply('tanh', [x], {});
    const { stages } = plan({ graph, outputs: [y], placed: new Map(), base: 0 });
    expect(stages.slice.map(({ operation }) => operation)).toEqual(['relu']);
  });

  it('makes what only an occasional output needs a stage of its own', () => {
    const graph = new Graph();
    const w = graph.parameter('w', [4]);
    const scale = graph.apply('softplus', [w], {})[0]!;
    const y = graph.apply('multiply', [scale, graph.input('x', [4], 'f32')], {})[0]!;
    const size = graph.apply('sum', [graph.apply('square', [scale], {})[0]!], { leading: 0, trailing: 0 })[0]!;
    const { stages } = plan({ graph, outputs: [y], occasional: [size, y], placed: new Map(), base: 0 });
    const operations = Object.entries(stages).map(([stage, nodes]) => [stage, nodes.map(({ operation }) => operation)]);
    expect(Object.fromEntries(operations)).toEqual({
      ...{ step: ['softplus'], slice: ['multiply'], figures: ['square', 'sum'] },
      ...{ replica: [], examples: [], draw: [] },
    });
  });

  it('puts each node into the stage that it depends on', () => {
    const graph = new Graph();
    const w = graph.parameter('w', [4]);
    const x = graph.input('x', [4], 'f32');
    const scale = graph.apply('softplus', [w], {})[0]!;
    const noise = graph.apply('normalNoise', [], { purpose: 2, layer: 0, shape: [4] })[0]!;
    const drawn = graph.apply('multiply', [scale, noise], {})[0]!;
    const y = graph.apply('multiply', [x, drawn], {})[0]!;
    const z = graph.apply('add', [y, graph.apply('square', [x], {})[0]!], {})[0]!;
    const of = (nesting: Nesting) =>
      Object.entries(plan({ graph, outputs: [z], placed: new Map(), base: 0, nesting }).stages)
        .filter(([, nodes]) => nodes.length > 0)
        .map(([stage, nodes]) => `${stage}: ${nodes.map(({ operation }) => operation).join(' ')}`);
    expect(of('training')).toEqual(['step: softplus', 'replica: normalNoise multiply', 'slice: multiply square add']);
    // the square of the examples does not wait for the draw
    expect(of('prediction')).toEqual(['step: softplus', 'examples: square', 'draw: normalNoise multiply multiply add']);
  });
});
