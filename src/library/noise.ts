import { UsageError, describeValue, isWhole } from '../errors/index.ts';
import { type NoiseKey, fillNormal, fillUniform, purpose } from '../random/index.ts';

/**
 * Standard normal numbers for data of one's own making: a function of the seed, the same in Node and in a page up to the last
 * bits of a sine (Philox and Box-Muller, src/random/keys.ts).
 * @throws UsageError for a count or a seed that is no whole number from 0 on
 */
export function normals(count: number, seed: number): Float32Array {
  const out = new Float32Array(checked('count', count));
  fillNormal(out, keyOf(seed));
  return out;
}

/**
 * Numbers within 0 and 1, each place as likely as any other; otherwise as `normals`.
 * @throws UsageError for a count or a seed that is no whole number from 0 on
 */
export function uniforms(count: number, seed: number): Float32Array {
  const out = new Float32Array(checked('count', count));
  fillUniform(out, keyOf(seed));
  return out;
}

function keyOf(seed: number): NoiseKey {
  return { seed: checked('seed', seed), purpose: purpose.ownNumbers, step: 0, replica: 0, layer: 0, example: 0 };
}

function checked(what: string, value: number): number {
  if (isWhole(value, 0)) return value;
  throw new UsageError(`${what} of random numbers`, {
    got: describeValue(value),
    expected: 'a whole number from 0 on',
  });
}
