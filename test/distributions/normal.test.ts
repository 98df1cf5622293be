import { describe, expect, it } from 'vitest';
import {
  type Normal,
  categoricalEntropy,
  normalEntropy,
  normalKlDivergence,
  normalLogDensity,
} from '../../src/distributions/index.ts';

/** Trapezoidal rule over +-12 standard deviations: for smooth functions that vanish at the ends its error is tiny. */
function expectation({ mean, scale }: Normal, f: (x: number) => number): number {
  const steps = 4000;
  const h = (24 * scale) / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const x = mean - 12 * scale + i * h;
    sum += Math.exp(normalLogDensity(x, { mean, scale })) * f(x) * h;
  }
  return sum;
}

const cases: [Normal, Normal][] = [
  [
    { mean: 0, scale: 1 },
    { mean: 0, scale: 1 },
  ],
  [
    { mean: 0.3, scale: 0.05 },
    { mean: 0, scale: 1 },
  ],
  [
    { mean: -2, scale: 3 },
    { mean: 1, scale: 0.7 },
  ],
];

describe('normal', () => {
  it('integrates to one', () => {
    for (const [q] of cases) expect(expectation(q, () => 1)).toBeCloseTo(1, 10);
  });

  it('has the entropy of its density', () => {
    for (const [q] of cases) expect(normalEntropy(q)).toBeCloseTo(-expectation(q, (x) => normalLogDensity(x, q)), 8);
  });

  it('has the KL divergence of the integral, and none from itself', () => {
    for (const [q, p] of cases) {
      const integral = expectation(q, (x) => normalLogDensity(x, q) - normalLogDensity(x, p));
      expect(normalKlDivergence(q, p)).toBeCloseTo(integral, 8);
      expect(normalKlDivergence(q, q)).toBe(0);
    }
  });
});

describe('categoricalEntropy', () => {
  it('is ln n for n equal classes and 0 for a certain one', () => {
    expect(categoricalEntropy([0.25, 0.25, 0.25, 0.25])).toBeCloseTo(Math.log(4), 12);
    expect(categoricalEntropy([0, 1, 0])).toBe(0);
  });
});
