import { shapeMismatch } from '../shapes.ts';
import type { Tensor, TensorType } from '../types.ts';
import type { OperationTable } from './operation.ts';

export const linear = {
  matmul: {
    infer: ([a, b]: readonly TensorType[], { transposeA, transposeB }) => {
      const operands = { a: a!.shape, b: b!.shape };
      if (a!.shape.length !== 2 || b!.shape.length !== 2) {
        throw shapeMismatch('matmul', operands, 'both must be matrices');
      }
      const [m, innerA] = transposeA ? [a!.shape[1]!, a!.shape[0]!] : [a!.shape[0]!, a!.shape[1]!];
      const [innerB, n] = transposeB ? [b!.shape[1]!, b!.shape[0]!] : [b!.shape[0]!, b!.shape[1]!];
      if (innerA !== innerB) throw shapeMismatch('matmul', operands, `the inner extents are ${innerA} and ${innerB}`);
      return [{ shape: [m, n], dtype: 'f32' as const }];
    },
    gradient: ({ graph, node, dy, needs }) => {
      const [a, b] = node.inputs as [Tensor, Tensor];
      const { transposeA, transposeB } = node.attributes;
      const product = (x: Tensor, y: Tensor, transposeX: boolean, transposeY: boolean) =>
        graph.apply('matmul', [x, y], { transposeA: transposeX, transposeB: transposeY })[0]!;
      return [
        needs[0] ? (transposeA ? product(b, dy, transposeB, true) : product(dy, b, false, !transposeB)) : null,
        needs[1] ? (transposeB ? product(dy, a, true, transposeA) : product(a, dy, !transposeA, false)) : null,
      ];
    },
  },
  dense: {
    infer: ([x, kernel, bias]: readonly TensorType[], attributes) => {
      const operands = { input: x!.shape, kernel: kernel!.shape };
      if (x!.shape.length !== 2 || kernel!.shape.length !== 2) {
        throw shapeMismatch('dense', operands, 'both must be matrices');
      }
      if (x!.shape[1] !== kernel!.shape[0]) {
        throw shapeMismatch('dense', operands, `the kernel expects ${kernel!.shape[0]} features`);
      }
      const units = kernel!.shape[1]!;
      if (attributes.bias && (bias?.shape.length !== 1 || bias.shape[0] !== units)) {
        throw shapeMismatch('dense', { ...operands, bias: bias?.shape ?? [] }, `the bias must have ${units} elements`);
      }
      return [{ shape: [x!.shape[0]!, units], dtype: 'f32' as const }];
    },
    gradient: ({ graph, node, dy, needs }) => {
      const [x, kernel] = node.inputs as [Tensor, Tensor];
      const { activation, bias } = node.attributes;
      const dz =
        activation === 'none' ? dy : graph.apply('activationGradient', [dy, node.outputs[0]!], { activation })[0]!;
      const gradients = [
        needs[0] ? graph.apply('matmul', [dz, kernel], { transposeA: false, transposeB: true })[0]! : null,
        needs[1] ? graph.apply('matmul', [x, dz], { transposeA: true, transposeB: false })[0]! : null,
      ];
      if (bias) gradients.push(needs[2] ? graph.apply('sum', [dz], { leading: 1, trailing: 0 })[0]! : null);
      return gradients;
    },
  },
  channelSigns: {
    infer: ([x, signs]: readonly TensorType[]) => {
      const [batch, channels] = [x!.shape[0], x!.shape[x!.shape.length - 1]];
      if (
        x!.shape.length < 2 ||
        signs!.shape.length !== 2 ||
        signs!.shape[0] !== batch ||
        signs!.shape[1] !== channels
      ) {
        throw shapeMismatch('channelSigns', { input: x!.shape, signs: signs!.shape }, 'signs must be batch x channels');
      }
      return [{ shape: x!.shape, dtype: 'f32' as const }];
    },
    // signs are noise: no gradient flows into them
    gradient: ({ graph, node, dy }) => [graph.apply('channelSigns', [dy, node.inputs[1]!], {})[0]!, null],
  },
} satisfies Pick<OperationTable, 'matmul' | 'dense' | 'channelSigns'>;
