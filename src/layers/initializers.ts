import { type NoiseKey, fillNormal, fillUniform } from '../random/index.ts';

/** How a parameter starts. */
export type Initializer =
  | { readonly kind: 'zeros' }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'normal'; readonly mean: number; readonly standardDeviation: number }
  /** Glorot and Bengio 2010, eq. 16: uniform on +-sqrt(6 / (fanIn + fanOut)) */
  | { readonly kind: 'glorotUniform'; readonly fanIn: number; readonly fanOut: number };

/** Fills `out` with the initial values that belong to a key: the same on every rank. */
export function initialize(out: Float32Array, initializer: Initializer, key: NoiseKey): void {
  switch (initializer.kind) {
    case 'zeros':
      out.fill(0);
      break;
    case 'constant':
      out.fill(initializer.value);
      break;
    case 'normal': {
      fillNormal(out, key);
      const { mean, standardDeviation } = initializer;
      for (let i = 0; i < out.length; i++) out[i] = mean + standardDeviation * out[i]!;
      break;
    }
    case 'glorotUniform': {
      fillUniform(out, key);
      const limit = Math.sqrt(6 / (initializer.fanIn + initializer.fanOut));
      for (let i = 0; i < out.length; i++) out[i] = limit * (2 * out[i]! - 1);
      break;
    }
  }
}
