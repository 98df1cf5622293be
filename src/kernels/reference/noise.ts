import { type NoiseKey, fillMask, fillNormal, fillSigns } from '../../random/index.ts';
import { control as word } from '../kernels.ts';
import type { BindTable, ControlBlock } from './binding.ts';

/** The key of the step that the control block names. */
function keyFrom({ integers }: ControlBlock, purpose: number, layer: number, example: number): NoiseKey {
  return {
    seed: integers[word.seedHigh] * 2 ** 32 + integers[word.seedLow],
    purpose,
    step: integers[word.step],
    replica: integers[word.replica],
    layer,
    example,
  };
}

export const noise: BindTable<'normalNoise' | 'signNoise' | 'maskNoise'> = {
  normalNoise({ purpose, layer, draws = { count: 1, stride: 0 } }, _inputs, [{ data: y }], control) {
    const size = y.length / draws.count;
    const parts = Array.from({ length: draws.count }, (_, r) => (y as Float32Array).subarray(r * size, (r + 1) * size));
    return () => {
      const key = keyFrom(control, purpose, layer, 0);
      for (const [r, part] of parts.entries())
        fillNormal(part, { ...key, step: (key.step + r * draws.stride) % 2 ** 32 });
    };
  },

  signNoise({ purpose, layer, examples, features }, _inputs, [{ data: y }], control) {
    const out = y as Float32Array;
    return () => {
      const key = keyFrom(control, purpose, layer, control.integers[word.firstExample]);
      fillSigns(out, key, examples, features);
    };
  },

  maskNoise({ purpose, layer, examples, features, keep }, _inputs, [{ data: y }], control) {
    const out = y as Float32Array;
    return () => {
      const key = keyFrom(control, purpose, layer, control.integers[word.firstExample]);
      fillMask(out, key, examples, features, keep);
    };
  },
};
