import { type Bindings, activationCodes, countOf, lastOf, rowsOf } from './binding.ts';

export const prediction: Bindings<'perturb' | 'softmaxEntropy'> = {
  perturb: {
    bind: ({ attributes, inputs: [mean, scale, noise], outputs: [y] }, { perturb }) => {
      const activation = activationCodes[attributes.activation];
      const [out, m, s, e, rows, n] = [y!.offset, mean!.offset, scale!.offset, noise!.offset, rowsOf(y!), lastOf(y!)];
      const [period, perNoise] = [rowsOf(mean!), (rows * n) / countOf(noise!)];
      return () => perturb(out, m, s, e, rows, n, period, perNoise, activation);
    },
  },
  softmaxEntropy: {
    scratch: ({ inputs: [x] }, { softmaxEntropyScratch }) => softmaxEntropyScratch(lastOf(x!)),
    bind: ({ inputs: [x], outputs: [y, entropy] }, { softmaxEntropy }, { scratch }) => {
      const [out, entropies, from, rows, n] = [y!.offset, entropy!.offset, x!.offset, rowsOf(x!), lastOf(x!)];
      return () => softmaxEntropy(out, entropies, from, rows, n, scratch);
    },
  },
};
