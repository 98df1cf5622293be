import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PredictiveSums } from '../../src/inference/predictive.ts';
import { type PredictionRanks, oneRank, shareOf } from '../../src/inference/share.ts';

const ranksOf = (rank: number, size: number): PredictionRanks => ({ rank, size, sum() {} });

it('each draw of each batch is computed on one rank, and the ranks agree on the batches that they share', () => {
  const work = fc.record({
    batches: fc.nat(9),
    draws: fc.integer({ min: 1, max: 9 }),
    size: fc.integer({ min: 1, max: 7 }),
  });
  fc.assert(
    fc.property(work, ({ batches, draws, size }) => {
      const shares = Array.from({ length: size }, (_, rank) => shareOf(batches, draws, ranksOf(rank, size)));
      const done = shares.flatMap(({ parts }) =>
        parts.flatMap(({ batch, from, to }) => Array.from({ length: to - from }, (_, i) => batch * draws + from + i)),
      );
      expect(done).toEqual(Array.from({ length: batches * draws }, (_, i) => i));
      const totals = shares.map(({ total }) => total);
      expect(Math.max(...totals) - Math.min(...totals)).toBeLessThanOrEqual(1);
      for (const { split } of shares) expect(split).toEqual(shares[0]!.split);
      const parted = shares.flatMap(({ parts }) => parts.filter(({ from, to }) => to - from < draws));
      expect(new Set(shares[0]!.split.map(({ batch }) => batch))).toEqual(new Set(parted.map(({ batch }) => batch)));
    }),
    { seed: 1 },
  );
});

it('ranks meet equally often, however little they have to do', () => {
  for (const batches of [0, 1, 3, 100]) {
    const met = [0, 1, 2].map((rank) => {
      const names: string[] = [];
      const share = shareOf(batches, 5, { rank, size: 3, sum: (_, name) => names.push(name) });
      for (let done = 1; done <= share.total; done++) share.keepPace(done);
      share.keepPace(Number.POSITIVE_INFINITY);
      return names;
    });
    expect(met[1]).toEqual(met[0]);
    expect(met[2]).toEqual(met[0]);
  }
  expect(shareOf(3, 5, oneRank).split).toEqual([]);
});

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
