import { type BindTable, lastAxis } from './binding.ts';
import { activations } from './elementwise.ts';

export const prediction: BindTable<'perturb' | 'softmaxEntropy'> = {
  perturb({ activation }, [{ data: mean }, { data: scale }, noises], [{ data: y, shape }]) {
    const f = activations[activation];
    const [rows, units] = shape as [number, number];
    const perNoise = (rows * units) / noises.data.length;
    return () => {
      for (let i = 0; i < y.length; i++) {
        const [row, unit] = [Math.floor(i / units), i % units];
        const from = i % mean.length;
        y[i] = f(mean[from] + scale[from] * noises.data[Math.floor(row / perNoise) * units + unit]);
      }
    };
  },

  softmaxEntropy(_attributes, [input], [{ data: probabilities }, { data: entropies }]) {
    const { data: x } = input;
    const classes = lastAxis(input);
    return () => {
      for (let n = 0; n < entropies.length; n++) {
        const logits = Array.from({ length: classes }, (_, c) => x[n * classes + c]);
        const largest = Math.max(...logits);
        const total = logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0);
        let entropy = Math.log(total);
        for (const [c, logit] of logits.entries()) {
          const p = Math.exp(logit - largest) / total;
          probabilities[n * classes + c] = p;
          // the limit of p ln p at p = 0, also where the logit is -infinity
          if (p !== 0) entropy -= p * (logit - largest);
        }
        entropies[n] = entropy;
      }
    };
  },
};
