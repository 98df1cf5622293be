import { describe, expect, it } from 'vitest';
import { type KlSchedule, klWeight } from '../../src/inference/index.ts';

const base: KlSchedule = { schedule: 'constant', beta: 0.5, steps: 0, rise: 0.5 };

describe('klWeight', () => {
  it('constant', () => {
    expect([1, 7, 100].map((step) => klWeight(base, step, 100))).toEqual([0.5, 0.5, 0.5]);
  });

  it('linear: reaches beta after `steps`, and at the end of the run when none are given', () => {
    const linear = { ...base, schedule: 'linear', steps: 10 } as const;
    expect([1, 5, 10, 11].map((step) => klWeight(linear, step, 100))).toEqual([0.05, 0.25, 0.5, 0.5]);
    expect(klWeight({ ...linear, steps: 0 }, 50, 100)).toBe(0.25);
    expect(klWeight({ ...linear, steps: 0 }, 100, 100)).toBe(0.5);
  });

  it('cyclical: rises over half of each cycle, starts each at 0', () => {
    const cyclical = { ...base, schedule: 'cyclical', steps: 10 } as const;
    const weights = Array.from({ length: 20 }, (_, i) => klWeight(cyclical, i + 1, 100));
    expect(weights.slice(0, 10)).toEqual(weights.slice(10));
    expect(weights[0]).toBe(0);
    expect(weights[5]).toBe(0.5);
    expect(weights[9]).toBe(0.5);
    expect(weights[2]).toBeCloseTo(0.2, 12);
  });
});
