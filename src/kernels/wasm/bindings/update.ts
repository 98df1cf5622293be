import { type Bindings, countOf } from './binding.ts';

export const update: Bindings<'accumulate' | 'countNonFinite' | 'adam'> = {
  accumulate: {
    bind: ({ inputs: [total, part] }, { accumulate }) => {
      const [to, from, n] = [total!.offset, part!.offset, countOf(part!)];
      return () => accumulate(to, from, n);
    },
  },
  countNonFinite: {
    bind: ({ inputs: [x], outputs: [y] }, { countNonFinite }) => {
      const [out, from, n] = [y!.offset, x!.offset, countOf(x!)];
      return () => countNonFinite(out, from, n);
    },
  },
  adam: {
    bind: ({ attributes: { beta1, beta2, epsilon }, inputs }, { adam }, { control }) => {
      const [parameters, m, v, likelihood, divergence] = inputs.map(({ offset }) => offset) as [
        number,
        number,
        number,
        number,
        number,
      ];
      const n = countOf(inputs[0]!);
      const [rate1, rate2] = [1 - beta1, 1 - beta2];
      return () => adam(parameters, m, v, likelihood, divergence, n, control, rate1, rate2, epsilon);
    },
  },
};
