import { isSuffix, sameShape, shapeMismatch } from '../shapes.ts';
import type { Tensor, TensorType } from '../types.ts';
import type { OperationTable } from './operation.ts';

/** Likelihoods, divergences, and what feeds a network: bytes and noise. */
export const likelihood = {
  softmax: {
    infer: ([x]: readonly TensorType[]) => [{ shape: x!.shape, dtype: 'f32' as const }],
    gradient: ({ graph, node, dy }) => graph.apply('softmaxBackward', [node.outputs[0]!, dy], {}),
  },
  softmaxBackward: {
    infer: ([y]: readonly TensorType[]) => [{ shape: y!.shape, dtype: 'f32' as const }],
    gradient: null,
  },
  categoricalNll: {
    infer: ([logits, labels]: readonly TensorType[]) => {
      const operands = { logits: logits!.shape, labels: labels!.shape };
      if (logits!.shape.length !== 2) throw shapeMismatch('categoricalNll', operands, 'logits must be batch x classes');
      const batch = logits!.shape[0]!;
      if (!sameShape(labels!.shape, [batch]) || labels!.dtype !== 'i32') {
        throw shapeMismatch('categoricalNll', operands, `expected ${batch} labels of type i32, got ${labels!.dtype}`);
      }
      const perExample = { shape: [batch], dtype: 'f32' as const };
      return [perExample, { shape: logits!.shape, dtype: 'f32' as const }, perExample];
    },
    gradient: ({ graph, node, dy }) => [
      graph.apply('categoricalNllBackward', [node.outputs[1]!, node.inputs[1]!, dy], {})[0]!,
      null,
    ],
  },
  categoricalNllBackward: {
    infer: ([probabilities]: readonly TensorType[]) => [{ shape: probabilities!.shape, dtype: 'f32' as const }],
    gradient: null,
  },
  normalKl: {
    infer: ([mean, scale]: readonly TensorType[]) => {
      if (!sameShape(mean!.shape, scale!.shape)) {
        throw shapeMismatch('normalKl', { mean: mean!.shape, scale: scale!.shape }, 'they must be equal');
      }
      return [{ shape: [], dtype: 'f32' as const }];
    },
    gradient: ({ graph, node, dy }) => {
      const [mean, scale] = node.inputs as [Tensor, Tensor];
      return graph.apply('normalKlBackward', [mean, scale, dy], node.attributes);
    },
  },
  normalKlBackward: {
    infer: ([mean]: readonly TensorType[]) => [
      { shape: mean!.shape, dtype: 'f32' as const },
      { shape: mean!.shape, dtype: 'f32' as const },
    ],
    gradient: null,
  },
  fromBytes: {
    infer: ([bytes, mean]: readonly TensorType[]) => {
      if (bytes!.dtype !== 'u8') throw shapeMismatch('fromBytes', { input: bytes!.shape }, 'the input must be bytes');
      if (mean && !isSuffix(mean.shape, bytes!.shape)) {
        throw shapeMismatch('fromBytes', { input: bytes!.shape, mean: mean.shape }, 'the input must end like the mean');
      }
      return [{ shape: bytes!.shape, dtype: 'f32' as const }];
    },
    gradient: null,
  },
  normalNoise: {
    infer: (_inputs: readonly TensorType[], { shape, draws }) => [
      { shape: draws ? [draws.count, ...shape] : shape, dtype: 'f32' as const },
    ],
    gradient: null,
  },
  signNoise: {
    infer: (_inputs: readonly TensorType[], { examples, features }) => [
      { shape: [examples, features], dtype: 'f32' as const },
    ],
    gradient: null,
  },
  maskNoise: {
    infer: (_inputs: readonly TensorType[], { examples, features }) => [
      { shape: [examples, features], dtype: 'f32' as const },
    ],
    gradient: null,
  },
} satisfies Pick<
  OperationTable,
  | 'softmax'
  | 'softmaxBackward'
  | 'categoricalNll'
  | 'categoricalNllBackward'
  | 'normalKl'
  | 'normalKlBackward'
  | 'fromBytes'
  | 'normalNoise'
  | 'signNoise'
  | 'maskNoise'
>;
