import { type Bindings, activationCodes } from './binding.ts';

export const linear: Bindings<'matmul' | 'dense'> = {
  matmul: {
    scratch: ({ attributes: { transposeA }, inputs: [a], outputs: [y] }, { matmulScratch }) =>
      matmulScratch(a!.shape[transposeA ? 0 : 1]!, y!.shape[1]!),
    bind: ({ attributes, inputs: [a, b], outputs: [y] }, { matmul }, { scratch }) => {
      const [m, n] = y!.shape as [number, number];
      const k = a!.shape[attributes.transposeA ? 0 : 1]!;
      const [transposeA, transposeB] = [Number(attributes.transposeA), Number(attributes.transposeB)];
      const [out, left, right] = [y!.offset, a!.offset, b!.offset];
      return () => matmul(out, left, right, m, n, k, transposeA, transposeB, 0, activationCodes.none, scratch);
    },
  },
  dense: {
    scratch: ({ inputs: [x], outputs: [y] }, { matmulScratch }) => matmulScratch(x!.shape[1]!, y!.shape[1]!),
    bind: ({ attributes, inputs: [x, kernel, bias], outputs: [y] }, { matmul }, { scratch }) => {
      const [m, n] = y!.shape as [number, number];
      const k = x!.shape[1]!;
      const activation = activationCodes[attributes.activation];
      const [out, left, right, offset] = [y!.offset, x!.offset, kernel!.offset, bias?.offset ?? 0];
      return () => matmul(out, left, right, m, n, k, 0, 0, offset, activation, scratch);
    },
  },
};
