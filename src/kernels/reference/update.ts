import { control as word } from '../kernels.ts';
import type { BindTable } from './binding.ts';

/** Operations on whole regions of memory. The outputs of `accumulate` and `adam` are their first inputs' memory. */
export const update: BindTable<'accumulate' | 'countNonFinite' | 'adam'> = {
  accumulate(_attributes, [{ data: total }, { data: part }], [{ data: sum }]) {
    return () => {
      for (let i = 0; i < sum.length; i++) sum[i] = total[i] + part[i];
    };
  },

  countNonFinite(_attributes, [{ data: x }], [{ data: count }]) {
    return () => {
      let found = 0;
      for (let i = 0; i < x.length; i++) if (!Number.isFinite(x[i])) found++;
      count[0] = found;
    };
  },

  adam(
    { beta1, beta2, epsilon },
    [{ data: parameters }, { data: m }, { data: v }, likelihood, divergence],
    _outputs,
    control,
  ) {
    const { floats } = control;
    return () => {
      const stepSize = floats[word.stepSize];
      const likelihoodScale = floats[word.likelihoodScale];
      const divergenceScale = floats[word.divergenceScale];
      for (let i = 0; i < parameters.length; i++) {
        const g = likelihood.data[i] * likelihoodScale + divergence.data[i] * divergenceScale;
        m[i] += (1 - beta1) * (g - m[i]);
        v[i] += (1 - beta2) * (g * g - v[i]);
        parameters[i] -= (stepSize * m[i]) / (Math.sqrt(v[i]) + epsilon);
      }
    };
  },
};
