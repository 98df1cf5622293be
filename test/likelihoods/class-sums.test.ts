import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PredictiveSums } from '../../src/likelihoods/class-sums.ts';

it('sums of draws are the same bits in any order and however they are parted', () => {
  const probability = fc.float({ min: 0, max: 1, noNaN: true });
  const draw = fc.record({ p: fc.array(probability, { minLength: 4, maxLength: 4 }), h: probability });
  const sumsOf = (draws: readonly { p: number[]; h: number }[], of: number) => {
    const sums = new PredictiveSums(2, 2, of, [0.5]);
    for (const { p, h } of draws) sums.add(Float32Array.from(p), Float32Array.of(h, h / 3), 2);
    return sums.values;
  };
  fc.assert(
    fc.property(fc.array(draw, { minLength: 1, maxLength: 40 }), fc.nat(), (draws, place) => {
      const cut = place % draws.length;
      const whole = sumsOf(draws, draws.length);
      const [head, tail] = [sumsOf(draws.slice(0, cut), draws.length), sumsOf(draws.slice(cut), draws.length)];
      expect(head.map((value, i) => value + tail[i]!)).toEqual(whole);
      expect(sumsOf(draws.toReversed(), draws.length)).toEqual(whole);
    }),
    { seed: 2, numRuns: 30 },
  );
});
