import { shapeMismatch, windowGeometry } from '../shapes.ts';
import type { Shape, TensorType, Window2d } from '../types.ts';
import type { OperationTable } from './operation.ts';

const f32 = (shape: Shape): TensorType => ({ shape, dtype: 'f32' });

/** Shape of a pooled map. */
export function pooled(operation: string, shape: Shape, { window, strides, padding }: Window2d): Shape {
  if (shape.length !== 4) {
    throw shapeMismatch(operation, { input: shape }, 'expected batch x height x width x channels');
  }
  const [batch, height, width, channels] = shape as [number, number, number, number];
  const rows = windowGeometry(height, window[0], strides[0], padding).output;
  const columns = windowGeometry(width, window[1], strides[1], padding).output;
  if (rows < 1 || columns < 1) {
    throw shapeMismatch(operation, { input: shape, window }, 'the window is larger than the input');
  }
  return [batch, rows, columns, channels];
}

export const pooling = {
  maxPool2d: {
    infer: ([x]: readonly TensorType[], attributes) => {
      if (attributes.window[0] * attributes.window[1] > 256) {
        throw shapeMismatch('maxPool2d', { window: attributes.window }, 'a window holds at most 256 elements');
      }
      const output = pooled('maxPool2d', x!.shape, attributes);
      return [f32(output), { shape: output, dtype: 'u8' as const }];
    },
    gradient: ({ graph, node, dy }) =>
      graph.apply('maxPool2dBackward', [dy, node.outputs[1]!], {
        ...node.attributes,
        inputShape: node.inputs[0]!.shape,
      }),
  },
  maxPool2dBackward: {
    infer: (_inputs: readonly TensorType[], { inputShape }) => [f32(inputShape)],
    gradient: null,
  },
  averagePool2d: {
    infer: ([x]: readonly TensorType[], attributes) => [f32(pooled('averagePool2d', x!.shape, attributes))],
    gradient: ({ graph, node, dy }) =>
      graph.apply('averagePool2dBackward', [dy], { ...node.attributes, inputShape: node.inputs[0]!.shape }),
  },
  averagePool2dBackward: {
    infer: (_inputs: readonly TensorType[], { inputShape }) => [f32(inputShape)],
    gradient: null,
  },
} satisfies Pick<OperationTable, 'maxPool2d' | 'maxPool2dBackward' | 'averagePool2d' | 'averagePool2dBackward'>;
