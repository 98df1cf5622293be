import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  logFactorialOf,
  logGamma,
  normalCdf,
  poissonCdf,
  scaleMixtureLogDensity,
  scaleMixtureLogDensityOf,
  studentTCdf,
} from '../../src/distributions/index.ts';
import { evaluate } from '../support/graph.ts';

type Rows = readonly (readonly number[])[];
/** golden/make.py: SciPy and 40 digits of mpmath. Each row: arguments, then the value. */
const golden = JSON.parse(readFileSync(new URL('golden/special.json', import.meta.url), 'utf8')) as Readonly<
  Record<'normalCdf' | 'studentTCdf' | 'poissonCdf' | 'logGamma' | 'logFactorial' | 'scaleMixture', Rows>
>;

/** Distances from the golden values, as they are and in parts of the value. */
function errors(rows: Rows, f: (...values: number[]) => number): { absolute: number; relative: number } {
  const differences = rows.map((row) => {
    const value = row.at(-1)!;
    const difference = Math.abs(f(...row.slice(0, -1)) - value);
    return [difference, difference / Math.max(1e-290, Math.abs(value))] as const;
  });
  const largest = (i: 0 | 1) => Math.max(...differences.map((pair) => pair[i]));
  return { absolute: largest(0), relative: largest(1) };
}

describe('distribution functions in double', () => {
  it('normalCdf is exact to a few 1e-16, its tails to 1e-8 of their value', () => {
    const { absolute, relative } = errors(golden.normalCdf, normalCdf);
    expect(absolute).toBeLessThan(4e-16);
    expect(relative).toBeLessThan(1e-8);
    expect([normalCdf(Number.NEGATIVE_INFINITY), normalCdf(Number.POSITIVE_INFINITY)]).toEqual([0, 1]);
    expect(normalCdf(Number.NaN)).toBeNaN();
  });

  it('studentTCdf', () => {
    // logGamma(500.5) is 2,600: an ulp of it, twice, is 1e-12
    expect(errors(golden.studentTCdf, studentTCdf).relative).toBeLessThan(1e-12);
  });

  it('studentTCdf tells t from 0', () => {
    // the density of 1.5 degrees at 0
    const density = Math.exp(logGamma(1.25) - logGamma(0.75)) / Math.sqrt(1.5 * Math.PI);
    for (const t of [1e-9, -1e-6]) expect((studentTCdf(t, 1.5) - 0.5) / t / density).toBeCloseTo(1, 6);
  });

  it('studentTCdf of one degree is that of Cauchy, of two has a closed form', () => {
    for (const t of [-1e6, -20, -1, -0.01, 0, 0.3, 2, 1e4]) {
      expect(studentTCdf(t, 1)).toBeCloseTo(0.5 + Math.atan(t) / Math.PI, 12);
      expect(studentTCdf(t, 2)).toBeCloseTo(0.5 + t / (2 * Math.sqrt(2 + t * t)), 12);
    }
  });

  it('poissonCdf', () => {
    const [usual, large] = [(rate: number) => rate <= 1e5, (rate: number) => rate > 1e5].map((isWanted) =>
      errors(
        golden.poissonCdf.filter(([, rate]) => isWanted(rate!)),
        poissonCdf,
      ),
    );
    // e^(a ln rate - rate - ln Gamma(a)) of numbers of size 1e5: an ulp of those is 1.5e-11
    expect(usual!.relative).toBeLessThan(3e-11);
    expect(large!.absolute).toBeLessThan(1e-9);
    expect([poissonCdf(-1, 3), poissonCdf(-0.5, 3), poissonCdf(2.9, 3)]).toEqual([0, 0, poissonCdf(2, 3)]);
    expect(poissonCdf(0, 0)).toBe(1);
  });

  it('logGamma', () => {
    for (const [x, value] of golden.logGamma as readonly [number, number][]) {
      expect(Math.abs(logGamma(x) - value), `at ${x}`).toBeLessThan(1e-14 * Math.max(1, Math.abs(value)));
    }
  });

  it('the density of a scale mixture', () => {
    expect(
      errors(golden.scaleMixture, (x, a, b, share) => scaleMixtureLogDensity(x!, mixture(a!, b!, share!))).relative,
    ).toBeLessThan(1e-14);
  });
});

const mixture = (a: number, b: number, share: number) => ({ scales: [a, b] as const, share });

describe('distributions in the graph', () => {
  it('logFactorialOf is good to float32', () => {
    const rows = golden.logFactorial as readonly [number, number][];
    const data = rows.map(([y]) => y);
    const [values] = evaluate({ y: { shape: [data.length], data } }, (graph, { y }) => [logFactorialOf(graph, y!)]);
    for (const [i, [y, value]] of rows.entries()) {
      // the terms of Stirling's series are at most (y + 5) ln(y + 5); a dozen roundings
      const size = (y + 5) * Math.log(y + 5);
      expect(Math.abs(values![i]! - value), `at ${y}`).toBeLessThan(12 * 2 ** -24 * size);
    }
  });

  it('scaleMixtureLogDensityOf is good to float32, far out as well', () => {
    for (const [x, a, b, share, value] of golden.scaleMixture as readonly (readonly [
      number,
      number,
      number,
      number,
      number,
    ])[]) {
      const [[got]] = evaluate({ x: { shape: [1], data: [x] } }, (graph, { x: tensor }) => [
        scaleMixtureLogDensityOf(graph, tensor!, mixture(a, b, share)),
      ]) as [[number]];
      // a + softplus(b - a), of numbers that may be as large as x^2 / 2 b^2
      const size = Math.max(1, ...[a, b].map((scale) => (x / scale) ** 2 / 2));
      expect(Math.abs(got - value), `at ${x}`).toBeLessThan(8 * 2 ** -24 * size);
    }
  });

  it('a mixture of two equal parts is a normal', () => {
    for (const x of [-3, 0, 0.2]) {
      const normal = -0.5 * (x / 0.7) ** 2 - Math.log(0.7) - 0.5 * Math.log(2 * Math.PI);
      expect(scaleMixtureLogDensity(x, mixture(0.7, 0.7, 0.3))).toBeCloseTo(normal, 13);
    }
  });
});
