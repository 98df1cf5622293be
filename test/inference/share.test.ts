import fc from 'fast-check';
import { expect, it } from 'vitest';
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
