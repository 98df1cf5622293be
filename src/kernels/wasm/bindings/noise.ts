import type { Bindings } from './binding.ts';
import { countOf } from './binding.ts';

export const noise: Bindings<'normalNoise' | 'signNoise'> = {
  normalNoise: {
    scratch: (_call, { normalNoiseScratch }) => normalNoiseScratch.value,
    bind: ({ attributes: { purpose, layer }, outputs: [y] }, { normalNoise }, { control, scratch }) => {
      const [out, n] = [y!.offset, countOf(y!)];
      return () => normalNoise(out, n, purpose, layer, control, scratch);
    },
  },
  signNoise: {
    bind: ({ attributes: { purpose, layer, examples, features }, outputs: [y] }, { signNoise }, { control }) => {
      const out = y!.offset;
      return () => signNoise(out, examples, features, purpose, layer, control);
    },
  },
};
