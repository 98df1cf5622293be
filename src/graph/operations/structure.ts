import { ShapeError } from '../../errors/index.ts';
import { formatShape, sameShape, shapeMismatch, sizeOf } from '../shapes.ts';
import type { Shape, TensorType } from '../types.ts';
import type { OperationTable } from './operation.ts';

function kept(shape: Shape, leading: number, trailing: number): Shape {
  return shape.slice(leading, shape.length - trailing);
}

function lastAxis(shape: Shape): number {
  return shape[shape.length - 1]!;
}

/** What is left of a shape without its positions, the axes between the first and the last. */
function perExample(shape: Shape): Shape {
  return [shape[0]!, lastAxis(shape)];
}

/** Operations that sum, repeat, rename or cut, and compute nothing else. */
export const structure = {
  sum: {
    infer: ([x]: readonly TensorType[], { leading, trailing }) => {
      if (leading < 0 || trailing < 0 || leading + trailing > x!.shape.length) {
        throw shapeMismatch('sum', { input: x!.shape }, `it has no ${leading} leading and ${trailing} trailing axes`);
      }
      return [{ shape: kept(x!.shape, leading, trailing), dtype: 'f32' as const }];
    },
    gradient: ({ graph, node, dy }) =>
      graph.apply('broadcast', [dy], { shape: node.inputs[0]!.shape, ...node.attributes }),
  },
  broadcast: {
    infer: ([x]: readonly TensorType[], { shape, leading, trailing }) => {
      if (!sameShape(x!.shape, kept(shape, leading, trailing))) {
        throw shapeMismatch(
          'broadcast',
          { input: x!.shape, output: shape },
          `the output without its ${leading} leading and ${trailing} trailing axes must be the input`,
        );
      }
      return [{ shape, dtype: 'f32' as const }];
    },
    gradient: ({ graph, node, dy }) => {
      const { leading, trailing } = node.attributes;
      return graph.apply('sum', [dy], { leading, trailing });
    },
  },
  sumPositions: {
    infer: ([x]: readonly TensorType[]) => {
      if (x!.shape.length < 2) {
        throw shapeMismatch('sumPositions', { input: x!.shape }, 'expected batch x ... x channels');
      }
      return [{ shape: perExample(x!.shape), dtype: 'f32' as const }];
    },
    gradient: ({ graph, node, dy }) => graph.apply('broadcastPositions', [dy], { shape: node.inputs[0]!.shape }),
  },
  broadcastPositions: {
    infer: ([x]: readonly TensorType[], { shape }) => {
      if (shape.length < 2 || !sameShape(x!.shape, perExample(shape))) {
        throw shapeMismatch(
          'broadcastPositions',
          { input: x!.shape, output: shape },
          'the first and the last axis of the output must be the input',
        );
      }
      return [{ shape, dtype: 'f32' as const }];
    },
    gradient: ({ graph, dy }) => graph.apply('sumPositions', [dy], {}),
  },
  reshape: {
    infer: ([x]: readonly TensorType[], { shape }) => {
      if (sizeOf(x!.shape) !== sizeOf(shape)) {
        throw shapeMismatch('reshape', { input: x!.shape, output: shape }, 'the numbers of elements differ');
      }
      return [{ shape, dtype: x!.dtype }];
    },
    gradient: ({ graph, node, dy }) => graph.apply('reshape', [dy], { shape: node.inputs[0]!.shape }),
  },
  concat: {
    infer: (inputs: readonly TensorType[]) => {
      if (inputs.length === 0) throw new ShapeError('concat needs at least one input');
      const first = inputs[0]!.shape;
      for (const { shape } of inputs) {
        if (!sameShape(shape.slice(0, -1), first.slice(0, -1))) {
          throw shapeMismatch('concat', { first, other: shape }, 'they may differ in the last axis only');
        }
      }
      const last = inputs.reduce((sum, { shape }) => sum + lastAxis(shape), 0);
      return [{ shape: [...first.slice(0, -1), last], dtype: 'f32' as const }];
    },
    gradient: ({ graph, node, dy, needs }) => {
      let begin = 0;
      return node.inputs.map((input, i) => {
        const size = lastAxis(input.shape);
        const slice = needs[i] ? graph.apply('sliceLast', [dy], { begin, size })[0]! : null;
        begin += size;
        return slice;
      });
    },
  },
  sliceLast: {
    infer: ([x]: readonly TensorType[], { begin, size }) => {
      if (x!.shape.length === 0 || begin < 0 || size < 1 || begin + size > lastAxis(x!.shape)) {
        throw shapeMismatch(
          'sliceLast',
          { input: x!.shape },
          `no elements ${begin} to ${begin + size} in its last axis`,
        );
      }
      return [{ shape: [...x!.shape.slice(0, -1), size], dtype: 'f32' as const }];
    },
    gradient: ({ graph, node, dy }) =>
      graph.apply('padLast', [dy], { begin: node.attributes.begin, size: lastAxis(node.inputs[0]!.shape) }),
  },
  padLast: {
    infer: ([x]: readonly TensorType[], { begin, size }) => {
      if (x!.shape.length === 0 || begin < 0 || begin + lastAxis(x!.shape) > size) {
        throw new ShapeError(
          `shape mismatch in padLast, input ${formatShape(x!.shape)}: it does not fit at ${begin} of ${size}`,
        );
      }
      return [{ shape: [...x!.shape.slice(0, -1), size], dtype: 'f32' as const }];
    },
    gradient: ({ graph, node, dy }) =>
      graph.apply('sliceLast', [dy], { begin: node.attributes.begin, size: lastAxis(node.inputs[0]!.shape) }),
  },
} satisfies Pick<
  OperationTable,
  'sum' | 'broadcast' | 'sumPositions' | 'broadcastPositions' | 'reshape' | 'concat' | 'sliceLast' | 'padLast'
>;
