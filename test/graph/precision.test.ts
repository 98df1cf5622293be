import { describe, expect, it } from 'vitest';
import { Graph, type Node, type Tensor, differentiate, keepOperandsInBfloat16 } from '../../src/graph/index.ts';
import { buildElbo } from '../../src/inference/index.ts';
import {
  averagePool2d,
  conv2d,
  dense,
  dropout,
  filterResponseNormalization,
  flatten,
  sequential,
} from '../../src/layers/index.ts';
import { classifier, modelNamed } from '../support/model.ts';

/** `x:bf16, kernel:bf16 > y:f32` of the nodes that have a real in bfloat16, by operation. */
function narrowNodes(nodes: readonly Node[]): string[] {
  const list = (tensors: readonly Tensor[]) => tensors.map(({ dtype }) => dtype).join(' ');
  return nodes
    .filter(({ inputs, outputs, operation }) => operation !== 'reshape' && /bf16/.test(list([...inputs, ...outputs])))
    .map(({ operation, inputs, outputs }) => `${operation}: ${list(inputs)} > ${list(outputs)}`);
}

describe('mixed precision', () => {
  it('keeps in bfloat16 what is multiplied: activations, their gradients, and copies of the kernels', () => {
    const { graph } = buildElbo(modelNamed('BNN_conv_flip'), 4, { perExampleFrom: 1 }, { precision: 'bf16' });
    expect(narrowNodes(graph.nodes)).toMatchInlineSnapshot(`
      [
        "fromBytes: u8 > bf16",
        "flipoutConv2d: bf16 f32 f32 f32 f32 f32 > bf16 u8",
        "convert: f32 > bf16",
        "dense: bf16 bf16 f32 > f32",
        "categoricalNllBackward: f32 i32 f32 > bf16",
        "matmul: bf16 bf16 > bf16",
        "matmul: bf16 bf16 > f32",
        "sum: bf16 > f32",
        "flipoutConv2dBackward: bf16 f32 f32 f32 f32 bf16 bf16 u8 > f32 f32 f32",
      ]
    `);
  });

  it('a sum of two products is made in float32 and rounded once, where the next layer multiplies it', () => {
    const { graph } = buildElbo(modelNamed('BNN_FC_flip'), 4, { perExampleFrom: 1 }, { precision: 'bf16' });
    expect(narrowNodes(graph.nodes)).toMatchInlineSnapshot(`
      [
        "fromBytes: u8 > bf16",
        "multiply: f32 f32 > bf16",
        "channelSigns: bf16 f32 > bf16",
        "matmul: bf16 bf16 > f32",
        "convert: f32 > bf16",
        "matmul: bf16 bf16 > f32",
        "relu: f32 > bf16",
        "convert: f32 > bf16",
        "dense: bf16 bf16 f32 > f32",
        "categoricalNllBackward: f32 i32 f32 > bf16",
        "matmul: bf16 bf16 > f32",
        "matmul: bf16 bf16 > f32",
        "sum: bf16 > f32",
        "activationGradient: f32 bf16 > bf16",
        "sum: bf16 > f32",
        "matmul: bf16 bf16 > f32",
        "channelSigns: bf16 f32 > bf16",
        "matmul: bf16 bf16 > f32",
      ]
    `);
  });

  it('a kernel drawn once for all examples is rounded when it is drawn', () => {
    const { graph } = buildElbo(modelNamed('BNN_conv_nonflip'), 4, { perExampleFrom: 1 }, { precision: 'bf16' });
    expect(narrowNodes(graph.nodes)[1]).toBe('add: f32 f32 > bf16');
  });

  it('leaves what the caller reads, gives or keeps in float32, and multiplies a copy', () => {
    const graph = new Graph();
    const x = graph.input('x', [2, 3], 'f32');
    const kernel = graph.parameter('kernel', [3, 3]);
    const product = { transposeA: false, transposeB: false };
    const first = graph.apply('matmul', [x, kernel], product, 'first')[0]!;
    const second = graph.apply('matmul', [first, kernel], product, 'second')[0]!;
    const loss = graph.apply('sum', [second], { leading: 2, trailing: 0 }, 'loss')[0]!;
    const gradient = differentiate(graph, loss, [kernel])[0]!;
    const mixed = keepOperandsInBfloat16(graph, [first, loss, gradient]);
    expect([first, loss, gradient].map((tensor) => mixed.resolve(tensor).dtype)).toEqual(['f32', 'f32', 'f32']);
    const copied = mixed.graph.nodes.filter(({ operation }) => operation === 'convert').map(({ inputs }) => inputs[0]!);
    expect(copied.map(({ name }) => name)).toEqual(['x', 'kernel', 'first']);
    for (const { operation, inputs } of mixed.graph.nodes) {
      if (operation === 'matmul') expect(inputs.map(({ dtype }) => dtype)).toEqual(['bf16', 'bf16']);
    }
  });

  it('keeps the number of a row exact, and what it is computed from, though a product reads that too', () => {
    const graph = new Graph();
    const bytes = graph.input('x', [4, 3], 'u8');
    const x = graph.apply('fromBytes', [bytes], { scale: 1 }, 'pixels')[0]!;
    const product = { transposeA: false, transposeB: false };
    const direct = graph.apply('matmul', [x, graph.parameter('kernel', [3, 2])], product, 'direct')[0]!;
    const column = graph.apply('sliceLast', [x], { begin: 1, size: 1 }, 'column')[0]!;
    const ids = graph.apply('reshape', [column], { shape: [4] }, 'ids')[0]!;
    const table = graph.parameter('table', [256, 2]);
    const learned = graph.apply('gatherRows', [ids, table], {}, 'learned')[0]!;
    const joined = graph.apply('concat', [direct, learned], {}, 'joined')[0]!;
    const y = graph.apply('matmul', [joined, graph.parameter('last', [4, 1])], product, 'y')[0]!;
    const loss = graph.apply('sum', [y], { leading: 2, trailing: 0 }, 'loss')[0]!;
    const gradient = differentiate(graph, loss, [table])[0]!;
    const mixed = keepOperandsInBfloat16(graph, [loss, gradient]);
    const types = [x, column, ids, learned, joined].map((tensor) => `${tensor.name}: ${mixed.resolve(tensor).dtype}`);
    expect(types).toEqual(['pixels: f32', 'column: f32', 'ids: f32', 'learned: f32', 'joined: bf16']);
    const gathers = mixed.graph.nodes.filter(({ operation }) => operation.startsWith('gatherRows'));
    expect(gathers.map(({ inputs }) => inputs[0])).toEqual([mixed.resolve(ids), mixed.resolve(ids)]);
    expect(mixed.resolve(ids).dtype).toBe('f32');
  });

  it('normalisation, averages and masks are computed in float32, and rounded where the next layer multiplies', () => {
    const layers = [
      conv2d({ filters: 4, kernelSize: 3, activation: 'elu' }),
      filterResponseNormalization(),
      conv2d({ filters: 4, kernelSize: 3 }),
      dropout({ rate: 0.5 }),
      averagePool2d({ window: 2 }),
      flatten(),
      dense({ units: 3 }),
    ];
    const model = classifier('tested', sequential(...layers), { shape: [6, 6, 2], classes: 3 });
    const { graph } = buildElbo(model, 4, { perExampleFrom: 1 }, { precision: 'bf16' });
    expect(narrowNodes(graph.nodes)).toMatchInlineSnapshot(`
      [
        "fromBytes: u8 > bf16",
        "convert: f32 > bf16",
        "conv2d: bf16 bf16 f32 > bf16",
        "square: bf16 > f32",
        "multiply: bf16 f32 > f32",
        "add: f32 f32 > bf16",
        "convert: f32 > bf16",
        "conv2d: bf16 bf16 f32 > bf16",
        "multiply: bf16 f32 > f32",
        "averagePool2d: f32 > bf16",
        "convert: f32 > bf16",
        "dense: bf16 bf16 f32 > f32",
        "categoricalNllBackward: f32 i32 f32 > bf16",
        "matmul: bf16 bf16 > f32",
        "matmul: bf16 bf16 > f32",
        "sum: bf16 > f32",
        "multiply: f32 f32 > bf16",
        "conv2dBackward: bf16 bf16 bf16 bf16 > f32 f32 f32",
        "multiply: f32 bf16 > f32",
        "multiply: f32 bf16 > f32",
        "add: f32 f32 > bf16",
        "conv2dBackward: bf16 bf16 bf16 bf16 > f32 f32",
      ]
    `);
  });
});
