import { ShapeError } from '../../errors/index.ts';
import { sameShape, shapeMismatch, windowGeometry } from '../shapes.ts';
import type { ConvolutionAttributes, Shape, Tensor, TensorType } from '../types.ts';
import type { OperationTable } from './operation.ts';
import { pooled } from './pooling.ts';

const f32 = (shape: Shape): TensorType => ({ shape, dtype: 'f32' });

function convolutionOutputs(
  operation: string,
  input: Shape,
  kernel: Shape,
  bias: TensorType | undefined,
  attributes: ConvolutionAttributes,
): TensorType[] {
  const operands = { input, kernel };
  if (input.length !== 4 || kernel.length !== 4) {
    throw shapeMismatch(
      operation,
      operands,
      'expected batch x height x width x channels and height x width x in x out',
    );
  }
  if (input[3] !== kernel[2]) throw shapeMismatch(operation, operands, `the kernel expects ${kernel[2]} channels`);
  const { strides, dilations, padding, pool } = attributes;
  for (const extent of [...strides, ...dilations]) {
    if (!Number.isInteger(extent) || extent < 1) {
      throw new ShapeError(`${operation}: strides and dilations must be whole numbers from 1 on`, {
        got: `strides ${strides.join('x')}, dilations ${dilations.join('x')}`,
      });
    }
  }
  const [rows, columns] = [0, 1].map(
    (axis) =>
      windowGeometry(input[1 + axis]!, (kernel[axis]! - 1) * dilations[axis]! + 1, strides[axis]!, padding).output,
  ) as [number, number];
  if (rows < 1 || columns < 1) throw shapeMismatch(operation, operands, 'the kernel is larger than the input');
  if (attributes.bias && (bias?.shape.length !== 1 || bias.shape[0] !== kernel[3])) {
    throw shapeMismatch(
      operation,
      { ...operands, bias: bias?.shape ?? [] },
      `the bias must have ${kernel[3]} elements`,
    );
  }
  const map = [input[0]!, rows, columns, kernel[3]!];
  if (!pool) return [f32(map)];
  const output = pooled(operation, map, pool);
  return [f32(output), { shape: output, dtype: 'u8' }];
}

function checkSigns(operation: string, input: Shape, kernel: Shape, signsIn: Shape, signsOut: Shape): void {
  if (!sameShape(signsIn, [input[0]!, kernel[2]!]) || !sameShape(signsOut, [input[0]!, kernel[3]!])) {
    throw shapeMismatch(operation, { input, kernel, signsIn, signsOut }, 'signs must be batch x channels');
  }
}

/** Kernel gradient(s), bias gradient, input gradient: the outputs of a backward operation, those that are asked for. */
function backwardOutputs(
  kernelGradients: readonly TensorType[],
  x: TensorType,
  attributes: { bias: boolean; inputGradient: boolean },
): TensorType[] {
  const outputs = [...kernelGradients];
  if (attributes.bias) outputs.push(f32([kernelGradients[0]!.shape[3]!]));
  if (attributes.inputGradient) outputs.push(f32(x.shape));
  return outputs;
}

export const convolution = {
  conv2d: {
    infer: ([x, kernel, bias]: readonly TensorType[], attributes) =>
      convolutionOutputs('conv2d', x!.shape, kernel!.shape, bias, attributes),
    gradient: ({ graph, node, dy, needs }) => {
      const [x, kernel] = node.inputs as [Tensor, Tensor];
      const inputGradient = needs[0]!;
      const { bias } = node.attributes;
      const attributes = { ...node.attributes, inputGradient };
      const [dKernel, ...rest] = graph.apply('conv2dBackward', [x, kernel, dy, ...node.outputs], attributes);
      return [inputGradient ? rest[bias ? 1 : 0]! : null, dKernel!, ...(bias ? [rest[0]!] : [])];
    },
  },
  conv2dBackward: {
    infer: ([x, kernel]: readonly TensorType[], attributes) => backwardOutputs([kernel!], x!, attributes),
    gradient: null,
  },
  flipoutConv2d: {
    infer: ([x, mean, perturbation, signsIn, signsOut, bias]: readonly TensorType[], attributes) => {
      const outputs = convolutionOutputs('flipoutConv2d', x!.shape, mean!.shape, bias, attributes);
      if (!sameShape(mean!.shape, perturbation!.shape)) {
        throw shapeMismatch(
          'flipoutConv2d',
          { mean: mean!.shape, perturbation: perturbation!.shape },
          'they must be equal',
        );
      }
      checkSigns('flipoutConv2d', x!.shape, mean!.shape, signsIn!.shape, signsOut!.shape);
      return outputs;
    },
    gradient: ({ graph, node, dy, needs }) => {
      const [x, mean, perturbation, signsIn, signsOut] = node.inputs as [Tensor, Tensor, Tensor, Tensor, Tensor];
      const inputGradient = needs[0]!;
      const { bias } = node.attributes;
      const [dMean, dPerturbation, ...rest] = graph.apply(
        'flipoutConv2dBackward',
        [x, mean, perturbation, signsIn, signsOut, dy, ...node.outputs],
        { ...node.attributes, inputGradient },
      );
      const dx = inputGradient ? rest[bias ? 1 : 0]! : null;
      return [dx, dMean!, dPerturbation!, null, null, ...(bias ? [rest[0]!] : [])];
    },
  },
  flipoutConv2dBackward: {
    infer: ([x, mean, perturbation]: readonly TensorType[], attributes) =>
      backwardOutputs([mean!, perturbation!], x!, attributes),
    gradient: null,
  },
} satisfies Pick<OperationTable, 'conv2d' | 'conv2dBackward' | 'flipoutConv2d' | 'flipoutConv2dBackward'>;
