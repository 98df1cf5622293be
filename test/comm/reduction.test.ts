import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GradientReduction, partialSums, planBuckets, solo, unitsOfRank } from '../../src/comm/index.ts';
import { Fold } from '../../src/comm/fold.ts';
import { rootFold, treeSum, unitFold } from '../../src/comm/reduction/tree.ts';
import { packBfloat16, unpackBfloat16 } from '../../src/comm/reduction/wire.ts';
import { fromBfloat16, toBfloat16 } from '../../src/graph/index.ts';
import { cut } from './scenarios.ts';

/** The tree written down once more, the slow and obvious way. */
function tree(units: readonly number[]): number {
  if (units.length === 1) return units[0];
  const half = 2 ** Math.ceil(Math.log2(units.length)) / 2;
  return Math.fround(tree(units.slice(0, half)) + tree(units.slice(half)));
}

/** What the ranks do together, by the plans alone. */
function overRanks(units: readonly number[], size: number): number {
  const parts: Float32Array[] = [];
  for (let rank = 0; rank < size; rank++) {
    const { begin } = unitsOfRank(units.length, rank, size);
    const { merges, depth, roots } = unitFold(units.length, rank, size);
    const stack: number[] = [];
    for (const [i, merge] of merges.entries()) {
      stack.push(units[begin + i]);
      for (let m = 0; m < merge; m++) {
        const right = stack.pop()!;
        stack.push(Math.fround(stack.pop()! + right));
      }
      expect(stack.length).toBeLessThanOrEqual(depth);
    }
    expect(stack).toHaveLength(roots);
    parts.push(...stack.map((sum) => Float32Array.of(sum)));
  }
  const { counts, merges } = rootFold(units.length, size);
  expect(counts.reduce((sum, count) => sum + count)).toBe(parts.length);
  const out = new Float32Array(1);
  new Fold(parts, merges, [out]).run();
  return out[0];
}

const value = fc.float({ min: Math.fround(-1e6), max: Math.fround(1e6), noNaN: true });

describe('the fixed tree', () => {
  test('gives the same bits on any number of ranks', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 70 }), fc.nat(), (units, pick) => {
        const size = 1 + (pick % units.length);
        expect(overRanks(units, size)).toBe(tree(units));
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  test('is not the sum from left to right: the test above could tell', () => {
    const units = [1, 1e8, -1e8, 1];
    expect(tree(units)).not.toBe(units.reduce((a, b) => Math.fround(a + b)));
  });

  test('needs no more partial sums than twice its depth, and one root per rank for aligned blocks', () => {
    for (let units = 1; units <= 64; units++) {
      for (let size = 1; size <= units; size++) {
        for (let rank = 0; rank < size; rank++) {
          const most = size === 1 ? Math.ceil(Math.log2(units)) + 1 : 2 * Math.ceil(Math.log2(units)) + 1;
          expect(unitFold(units, rank, size).depth).toBeLessThanOrEqual(most);
        }
      }
    }
    expect(rootFold(16, 4).counts).toEqual([1, 1, 1, 1]);
    expect(partialSums(2, 0, 1, 'exact')).toBe(1);
    expect(partialSums(100, 0, 1, 'fast')).toBe(1);
  });

  test('sums numbers in float64 along the same tree', () => {
    const values = Float64Array.of(1, 10, 1e16, 20, -1e16, 30, 1, 40, 3, 50);
    expect(treeSum(values, 5, 2, 0)).toBe(1 + 1e16 + (-1e16 + 1) + 3);
    expect(treeSum(values, 5, 2, 1)).toBe(150);
  });
});

describe('units', () => {
  test('are dealt in contiguous blocks whose sizes differ by one at most', () => {
    for (let units = 1; units <= 40; units++) {
      for (let size = 1; size <= units; size++) {
        const ranges = Array.from({ length: size }, (_, rank) => unitsOfRank(units, rank, size));
        expect(ranges[0].begin).toBe(0);
        expect(ranges.at(-1)!.end).toBe(units);
        for (let rank = 1; rank < size; rank++) expect(ranges[rank].begin).toBe(ranges[rank - 1].end);
        const sizes = ranges.map(({ begin, end }) => end - begin);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }
    }
  });

  test('must be enough for the ranks', () => {
    expect(() => unitsOfRank(2, 0, 3)).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: there are more ranks than there is work to deal out: got 3 ranks, expected at most 2, one for each slice of each replica. Give fewer --ranks, or more --replicas or --slices]`,
    );
  });
});

describe('the reduction of gradients on one rank', () => {
  /** [units][elements], of very different magnitudes */
  const gradients = fc.integer({ min: 1, max: 20 }).chain((units) =>
    fc.integer({ min: 1, max: 40 }).chain((elements) =>
      fc.array(fc.array(value, { minLength: elements, maxLength: elements }), {
        minLength: units,
        maxLength: units,
      }),
    ),
  );

  test('follows the tree, whole or bucket by bucket', () => {
    fc.assert(
      fc.property(gradients, fc.integer({ min: 1, max: 45 }), fc.boolean(), (units, most, byBucket) => {
        const count = units[0].length;
        const gradient = shared(count);
        const partials = Array.from({ length: partialSums(units.length, 0, 1, 'exact') }, () => shared(count));
        const options = { communicator: solo, mode: 'exact', gradient, partials, buckets: cut(count, most) } as const;
        const reduction = new GradientReduction({ ...options, units: units.length });
        for (const step of [1, 2]) {
          reduction.begin(step);
          for (const unit of units) {
            gradient.set(unit);
            if (byBucket) for (const i of reduction.buckets.keys()) reduction.addBucket(i);
            else reduction.add();
          }
          reduction.finish();
          expect([...reduction.total]).toEqual(unitsFirst(units).map(tree));
        }
      }),
    );
  });

  test('says when units are missing', () => {
    const [gradient, partial] = [shared(4), shared(4)];
    const reduction = new GradientReduction({
      communicator: solo,
      units: 2,
      mode: 'fast',
      gradient,
      partials: [partial],
    });
    reduction.begin(7);
    reduction.add();
    expect(() => reduction.finish()).toThrowErrorMatchingInlineSnapshot(
      `[Error: step 7: 1 of 2 units added to bucket 0]`,
    );
  });
});

describe('buckets', () => {
  /** In the order of their places; a backward pass completes the last ones first. */
  const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 12 });

  test('hold every element once, come in the order in which they are ready, and are large enough', () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 100 }), (counts, least) => {
        const parts = counts.map((count, i) => {
          const begin = counts.slice(0, i).reduce((sum, one) => sum + one, 0);
          return { begin, end: begin + count, ready: 3 * Math.ceil((counts.length - i) / 2) };
        });
        const buckets = planBuckets(parts, least);
        const places = buckets.toSorted((a, b) => a.begin - b.begin);
        expect(places[0].begin).toBe(0);
        expect(places.at(-1)!.end).toBe(parts.at(-1)!.end);
        for (let i = 1; i < places.length; i++) expect(places[i].begin).toBe(places[i - 1].end);
        for (const [i, { begin, end, ready }] of buckets.entries()) {
          if (i > 0) expect(ready).toBeGreaterThanOrEqual(buckets[i - 1].ready);
          if (i < buckets.length - 1) expect(end - begin).toBeGreaterThanOrEqual(least);
          const inside = parts.filter((part) => part.begin >= begin && part.end <= end);
          expect(ready).toBe(Math.max(...inside.map((part) => part.ready)));
        }
      }),
    );
  });

  test('are one where one rank needs no more', () => {
    const parts = [0, 1, 2].map((i) => ({ begin: 10 * i, end: 10 * i + 10, ready: 9 - i }));
    expect(planBuckets(parts, Number.POSITIVE_INFINITY)).toEqual([{ begin: 0, end: 30, ready: 9 }]);
    expect(planBuckets(parts, 10)).toEqual([
      { begin: 20, end: 30, ready: 7 },
      { begin: 10, end: 20, ready: 8 },
      { begin: 0, end: 10, ready: 9 },
    ]);
  });
});

test('bfloat16 on the wire is rounded as the arithmetic rounds', () => {
  const patterns = fc.uint32Array({ minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(patterns, (bits) => {
      const wire = new Uint16Array(bits.length);
      packBfloat16(bits, wire);
      const numbers = new Float32Array(bits.buffer, bits.byteOffset, bits.length);
      expect([...wire]).toEqual(Array.from(numbers, toBfloat16));
      const back = new Uint32Array(bits.length);
      unpackBfloat16(wire, back);
      expect([...new Float32Array(back.buffer)]).toEqual(Array.from(wire, fromBfloat16));
    }),
    { seed: 1, examples: [[Uint32Array.of(0x7fc00000, 0x7f800001, 0xff800000, 0x3f808000, 0x3f818000, 0x80000000)]] },
  );
});

function unitsFirst(units: readonly (readonly number[])[]): number[][] {
  return units[0].map((_, i) => units.map((unit) => unit[i]));
}

function shared(count: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(4 * count));
}
