import type { Bindings } from './binding.ts';
import { countOf } from './binding.ts';

export const noise: Bindings<'normalNoise' | 'signNoise' | 'maskNoise'> = {
  normalNoise: {
    scratch: (_call, { normalNoiseScratch }) => normalNoiseScratch.value,
    bind: ({ attributes, outputs: [y] }, { normalNoise }, { control, scratch }) => {
      const { purpose, layer, draws: { count, stride } = { count: 1, stride: 0 } } = attributes;
      const [out, n] = [y!.offset, countOf(y!) / count];
      return () => normalNoise(out, n, count, stride, purpose, layer, control, scratch);
    },
  },
  signNoise: {
    scratch: (_call, { signNoiseScratch }) => signNoiseScratch.value,
    bind: (
      { attributes: { purpose, layer, examples, features }, outputs: [y] },
      { signNoise },
      { control, scratch },
    ) => {
      const out = y!.offset;
      return () => signNoise(out, examples, features, purpose, layer, control, scratch);
    },
  },
  maskNoise: {
    scratch: (_call, { maskNoiseScratch }) => maskNoiseScratch.value,
    bind: ({ attributes, outputs: [y] }, { maskNoise }, { control, scratch }) => {
      const { purpose, layer, examples, features, keep } = attributes;
      // word < keep 2^32, as a bound that still fits a word where keep is 1
      const bound = Math.ceil(keep * 2 ** 32) - 1;
      const [out, kept] = [y!.offset, 1 / keep];
      return () => maskNoise(out, examples, features, purpose, layer, bound, kept, control, scratch);
    },
  },
};
