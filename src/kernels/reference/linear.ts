import { type BindTable, lastAxis } from './binding.ts';
import { activations } from './elementwise.ts';

export const linear: BindTable<'matmul' | 'dense' | 'channelSigns'> = {
  matmul({ transposeA, transposeB }, [a, b], [{ shape, data: y }]) {
    const [m, n] = shape;
    const inner = a.shape[transposeA ? 0 : 1];
    return () => {
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let k = 0; k < inner; k++) {
            const aElement = a.data[transposeA ? k * m + i : i * inner + k];
            const bElement = b.data[transposeB ? j * inner + k : k * n + j];
            sum += aElement * bElement;
          }
          y[i * n + j] = sum;
        }
      }
    };
  },

  dense({ bias, activation }, [{ data: x }, kernel, biases], [{ shape, data: y }]) {
    const [batch, units] = shape;
    const features = kernel.shape[0];
    const f = activations[activation];
    return () => {
      for (let b = 0; b < batch; b++) {
        for (let o = 0; o < units; o++) {
          let sum = bias ? biases.data[o] : 0;
          for (let i = 0; i < features; i++) sum += x[b * features + i] * kernel.data[i * units + o];
          y[b * units + o] = f(sum);
        }
      }
    };
  },

  channelSigns(_attributes, [input, { data: signs }], [{ data: y }]) {
    const { data: x } = input;
    const channels = lastAxis(input);
    const perExample = x.length / input.shape[0];
    return () => {
      for (let i = 0; i < y.length; i++) {
        const example = Math.floor(i / perExample);
        y[i] = x[i] * signs[example * channels + (i % channels)];
      }
    };
  },
};
