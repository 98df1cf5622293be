import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Family, normalFamily, poissonFamily, studentTFamily } from '../../src/likelihoods/families.ts';
import { Mixture } from '../../src/likelihoods/mixture.ts';

type Pairs = readonly (readonly [at: number, value: number])[];
interface Golden {
  readonly means?: readonly number[];
  readonly scales?: readonly number[];
  readonly rates?: readonly number[];
  readonly degrees?: number;
  readonly crps: Pairs;
  readonly cdf: Pairs;
  /** of each draw */
  readonly logDensity: readonly (readonly [at: number, values: readonly number[]])[];
}
/** golden/make.py: SciPy, and scoringrules where it knows the distribution. */
const golden = JSON.parse(readFileSync(new URL('golden/predictions.json', import.meta.url), 'utf8')) as Readonly<
  Record<'normal' | 'studentT' | 'poisson', readonly Golden[]> & {
    quantiles: Readonly<Record<'normal' | 'studentT' | 'poisson', Pairs>>;
  }
>;

function mixtureOf(family: Family, a: readonly number[], b: readonly number[] = []): Mixture {
  const parameters = a.flatMap((value, i) => (family.parameters === 2 ? [value, b[i]!] : [value]));
  return new Mixture(family, Float64Array.from(parameters));
}

function familyOf(kind: 'normal' | 'studentT' | 'poisson', degrees = 1.5): Family {
  return { normal: normalFamily, studentT: studentTFamily(degrees), poisson: poissonFamily }[kind];
}

const cases = (['normal', 'studentT', 'poisson'] as const).flatMap((kind) =>
  golden[kind].map((row) => {
    const { means, scales, rates, degrees } = row;
    const family = familyOf(kind, degrees);
    const draws = (means ?? rates)!;
    const name = `${kind}${degrees ? ` of ${degrees} degrees` : ''}, draws ${draws.join(', ')}`;
    return { kind, name, row, draws, mixture: mixtureOf(family, draws, scales) };
  }),
);

const relative = (got: number, value: number) => Math.abs(got - value) / Math.abs(value);

describe.each(cases)('a mixture, $name', ({ kind, row, draws, mixture }) => {
  it('has the distribution function', () => {
    for (const [y, value] of row.cdf) expect(Math.abs(mixture.cdf(y) - value), `at ${y}`).toBeLessThan(2e-12);
  });

  it('has the log density of each draw', () => {
    for (const [y, values] of row.logDensity) {
      const got = new Float64Array(draws.length);
      mixture.addLogDensities(y, got);
      for (const [d, value] of values.entries()) expect(relative(got[d]!, value), `at ${y}`).toBeLessThan(1e-11);
    }
  });

  it('has the CRPS', () => {
    for (const [y, value] of row.crps) {
      // Simpson's rule is laid out by the spread and by how far y is: far out, what is narrow is met by few points
      const isFar = kind === 'studentT' && y > 10;
      expect(relative(mixture.crps(y), value), `at ${y}`).toBeLessThan(
        kind === 'studentT' ? (isFar ? 1e-3 : 1e-7) : 1e-12,
      );
    }
  });

  it('has quantiles that the distribution function takes back', () => {
    for (const level of [1e-6, 0.05, 0.3, 0.5, 0.9, 0.9999]) {
      const y = mixture.quantile(level);
      if (kind === 'poisson') {
        expect(Number.isInteger(y)).toBe(true);
        expect(mixture.cdf(y)).toBeGreaterThanOrEqual(level);
        expect(mixture.cdf(y - 1)).toBeLessThan(level);
      } else {
        // the root is good to 1e-10 of the places that it was looked for between, the largest density here is 200
        expect(Math.abs(mixture.cdf(y) - level)).toBeLessThan(1e-6);
      }
    }
  });
});

describe('quantiles', () => {
  it.each(['normal', 'studentT', 'poisson'] as const)('of a single %s are those of SciPy', (kind) => {
    const mixture = kind === 'poisson' ? mixtureOf(poissonFamily, [3.3]) : mixtureOf(familyOf(kind), [0.3], [1.2]);
    for (const [level, value] of golden.quantiles[kind]) {
      expect(Math.abs(mixture.quantile(level) - value)).toBeLessThan(2e-10 * Math.max(1, Math.abs(value)));
    }
  });

  it('at 0 and 1 are the ends', () => {
    const ends = (mixture: Mixture) => [mixture.quantile(0), mixture.quantile(1)];
    expect(ends(mixtureOf(normalFamily, [0], [1]))).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
    expect(ends(mixtureOf(poissonFamily, [3]))).toEqual([0, Number.POSITIVE_INFINITY]);
  });

  it('of draws far apart are of the mixture, and not means of quantiles', () => {
    const mixture = mixtureOf(normalFamily, [-100, 100], [1, 1]);
    expect(mixture.quantile(0.25)).toBeCloseTo(-100, 7);
    expect(mixture.quantile(0.75)).toBeCloseTo(100, 7);
    expect([mixture.mean, mixture.aleatoricVariance, mixture.epistemicVariance]).toEqual([0, 1, 10_000]);
  });
});

describe('the CRPS', () => {
  /** By the trapezoidal rule over the distribution function. */
  function integral(mixture: Mixture, y: number, from: number, to: number, steps: number): number {
    const part = (begin: number, end: number, above: number) => {
      const h = (end - begin) / steps;
      let sum = 0;
      for (let i = 0; i <= steps; i++) sum += (mixture.cdf(begin + i * h) - above) ** 2 * (i % steps === 0 ? h / 2 : h);
      return sum;
    };
    return part(from, y, 0) + part(y, to, 1);
  }

  it('is the integral of which it is the closed form', () => {
    const mixture = mixtureOf(normalFamily, [-1, 0.5, 2.5], [0.4, 1, 0.2]);
    for (const y of [-3, 0.2, 2.6]) expect(mixture.crps(y)).toBeCloseTo(integral(mixture, y, -14, 14, 20_000), 6);
  });

  it('of Student, by quadrature, is a fine sum', () => {
    const mixture = mixtureOf(studentTFamily(5), [0, 1], [1, 0.5]);
    for (const y of [-2, 0.3, 4]) expect(mixture.crps(y)).toBeCloseTo(integral(mixture, y, -200, 200, 100_000), 5);
  });

  it('of one certain draw is the distance', () => {
    expect(mixtureOf(normalFamily, [2], [0]).crps(5)).toBe(3);
    expect(mixtureOf(poissonFamily, [0]).crps(2)).toBe(2);
  });

  it('of large counts is as for the normal that they tend to, and comes to an end', () => {
    // E|Y - y| - E|Y - Y'| / 2, with E|Y - Y'| = 2 sqrt(rate / pi) (1 + O(1 / rate))
    expect(relative(mixtureOf(poissonFamily, [5e4]).crps(2), 5e4 - 2 - Math.sqrt(5e4 / Math.PI))).toBeLessThan(1e-6);
    // half of the draws at 1, half far away: E|Y - 1| = half of it, E|Y - Y'| / 2 = a quarter
    for (const rate of [1e12, 1e30]) {
      const mixture = mixtureOf(poissonFamily, [rate, 1]);
      expect(relative(mixture.crps(1), rate / 4)).toBeLessThan(1e-3);
      expect(relative(mixture.quantile(0.9), rate)).toBeLessThan(1e-5);
    }
    expect(mixtureOf(poissonFamily, [Number.POSITIVE_INFINITY, 1]).crps(3)).toBe(Number.POSITIVE_INFINITY);
  });
});

it('a rate that has underflowed is certain of 0', () => {
  const densities = new Float64Array(1);
  const mixture = mixtureOf(poissonFamily, [0]);
  mixture.addLogDensities(0, densities);
  expect(densities[0]).toBeCloseTo(0, 12);
  expect([mixture.quantile(0.5), mixture.cdf(0)]).toEqual([0, 1]);
});
