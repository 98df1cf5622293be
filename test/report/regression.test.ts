import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { centralCoverage, type RealPredictive } from '../../src/likelihoods/index.ts';
import { binomialBand } from '../../src/report/figures/binomial.ts';
import { coverageFigure, histogram } from '../../src/report/figures/coverage.ts';
import { predictedFigure, spread } from '../../src/report/figures/predicted.ts';
import { recordRegression, regressionPicture } from '../../src/report/index.ts';
import { readRegression } from '../../src/report/run/regression.ts';

const sine = (length: number, phase: number) => Float64Array.from({ length }, (_, i) => Math.sin(i * 1.7 + phase));
const units = { shift: [100, -3], scale: [10, 0.25] };

/** Numbers without a meaning, each its own. */
function evaluated(count: number, outputs = 2, mean = sine(count * outputs, 0)) {
  const size = count * outputs;
  const probability = sine(size, 1).map((value) => (value + 1) / 2);
  const interval = [0, 1, 2, 3].map((i) => sine(size, 2 + i));
  const predictive: RealPredictive = {
    ...{ kind: 'reals', count, outputs, draws: 5, levels: [], quantiles: [], mean },
    ...{ standardDeviation: sine(size, 7), aleatoric: sine(size, 8), epistemic: sine(size, 9) },
    scores: {
      ...{ logDensity: sine(count, 10), crps: sine(size, 11), interval },
      ...{ probability, probabilityBelow: probability },
    },
  };
  return { predictive, targets: sine(size, 12), units, names: ['y', 'z'] };
}

const folder = () => mkdtempSync(join(tmpdir(), 'credence-regression-'));
const record = { step: 40, at: '2026-11-25T03:00:00.000Z' };

describe('what is kept of an evaluation of numbers', () => {
  it('is of at most 500 rows, spread evenly, each as the arrays have it, in the unit of the target', () => {
    const given = evaluated(1234);
    const picture = regressionPicture(given);
    expect(picture).toMatchObject({ count: 1234, outputs: 2, areCounts: false });
    expect(picture.rows).toHaveLength(500);
    expect(picture.rows[0]).toBe(0);
    const steps = new Set(picture.rows.slice(1).map((row, i) => row - picture.rows[i]!));
    expect([...steps].toSorted((a, b) => a - b)).toEqual([2, 3]);
    expect(picture.levels.map((level) => level.toFixed(2))).toEqual(
      Array.from({ length: 19 }, (_, i) => (0.05 * (i + 1)).toFixed(2)),
    );
    for (const [output, target] of picture.targets.entries()) {
      expect(target.name).toBe(given.names[output]);
      expect(target.coverage).toEqual(centralCoverage(given.predictive, output, picture.levels));
      const { mean, standardDeviation, scores } = given.predictive;
      for (const [i, row] of picture.rows.entries()) {
        const at = 2 * row + output;
        const expected = {
          target: given.targets[at]! * units.scale[output]! + units.shift[output]!,
          mean: mean[at]!,
          q05: scores!.interval[0]![at]!,
          q95: scores!.interval[3]![at]!,
          standardDeviation: standardDeviation[at]!,
          probability: scores!.probability[at]!,
        };
        for (const [name, value] of Object.entries(expected)) {
          const kept = target[name as keyof typeof expected][i]!;
          // seven digits
          expect(Math.abs(kept - value)).toBeLessThanOrEqual(5e-7 * Math.abs(value));
        }
      }
    }
  });

  it('is all of it where there are few rows, and the first eight of many targets', () => {
    const few = regressionPicture(evaluated(3));
    expect(few.rows).toEqual([0, 1, 2]);
    const many = regressionPicture({ ...evaluated(3, 12), units: null });
    expect(many.outputs).toBe(12);
    expect(many.targets.map(({ name }) => name).join()).toBe(
      'y,z,' + [2, 3, 4, 5, 6, 7].map((i) => `target ${i}`).join(),
    );
  });

  it('is read as it was written, also what no JSON can hold; the line of another evaluation has none', () => {
    const run = folder();
    const given = evaluated(20);
    given.predictive.standardDeviation[2] = Number.POSITIVE_INFINITY;
    const picture = { ...record, ...regressionPicture(given) };
    expect(picture.targets[0]!.standardDeviation[1]).toBe(Number.POSITIVE_INFINITY);
    recordRegression(run, picture);
    expect(readdirSync(join(run, 'evaluations'))).toEqual(['step-40.json']);
    expect(readRegression(run, record)).toEqual(picture);
    expect(readRegression(run, { ...record, at: '2026-11-25T04:00:00.000Z' })).toBeNull();
    expect(readRegression(run, { ...record, step: 41 })).toBeNull();
    const path = join(run, 'evaluations/step-40.json');
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, 300));
    expect(() => readRegression(run, record)).toThrow(SyntaxError);
  });
});

describe('the binomial band', () => {
  it('leaves at most 2.5 % on either side', () => {
    const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k);
    for (const [n, p] of [
      [1, 0.5],
      [10, 0.05],
      [17, 0.5],
      [40, 0.95],
    ] as const) {
      const density = Array.from({ length: n + 1 }, (_, k) => choose(n, k) * p ** k * (1 - p) ** (n - k));
      const sum = (from: number, to: number) => density.slice(from, to + 1).reduce((all, one) => all + one, 0);
      const [low, high] = binomialBand(n, p).map((share) => Math.round(share * n)) as [number, number];
      expect(low === 0 ? 0 : sum(0, low - 1)).toBeLessThan(0.025);
      expect(sum(0, low)).toBeGreaterThanOrEqual(0.025);
      expect(sum(0, high)).toBeGreaterThanOrEqual(0.975);
      expect(high === 0 ? 0 : sum(0, high - 1)).toBeLessThan(0.975);
    }
  });

  it('is that of the normal of many, to within one', () => {
    const n = 1_000_000;
    const [low, high] = binomialBand(n, 0.3);
    const reach = 1.959964 * Math.sqrt(0.3 * 0.7 * n);
    // Cornish and Fisher's next term is (z^2 - 1) (1 - 2 p) / 6, below 0.2 here; then rounding
    expect(Math.abs(low * n - (0.3 * n - reach))).toBeLessThan(1.5);
    expect(Math.abs(high * n - (0.3 * n + reach))).toBeLessThan(1.5);
  });
});

describe('the figures of predicted numbers', () => {
  const texts = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!);
  const points = (svg: string) =>
    [...svg.matchAll(/<path aria-label="[^"]*"[^>]*aria-roledescription="point"/g)].length;

  it('show each row with its interval, those outside of it apart, and its residual', async () => {
    const rows = {
      name: 'strength',
      target: [1, 2, 3, 4],
      mean: [1, 2.5, 3, 9],
      q05: [0, 2, 2, 8],
      q95: [2, 3, 4, 10],
    };
    const svg = await predictedFigure(rows);
    expect(texts(svg)).toEqual(
      expect.arrayContaining(['true strength', 'predicted strength', 'residual of strength', 'outside']),
    );
    expect(points(svg)).toBe(8);
    const ofKind = (kind: string) => svg.split(`: ${kind}"`).length - 1;
    // a point in each panel, and the interval
    expect([ofKind('in its 90 % interval'), ofKind('outside')]).toEqual([9, 3]);
    expect(svg).toContain('residual of strength: −5');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('have numbers of many digits in thousands, millions or more', async () => {
    const values = [1, 2, 3].map((value) => value * 1e9);
    const svg = await predictedFigure({ name: 'money', target: values, mean: values, q05: values, q95: values });
    expect(texts(svg)).toEqual(expect.arrayContaining(['1G', '2G', '3G']));
    expect(texts(svg).filter((text) => text.includes('000,000'))).toEqual([]);
  });

  it('put rows of one true number beside each other, in the order of their predictions', () => {
    const places = spread([3, 3, 3, 3, 5, 5, 5, 5], [4, 1, 2, 3, 1, 1, 1, 1]);
    expect([1, 2, 3, 0].map((i) => places[i]!.toFixed(3))).toEqual(['2.475', '2.825', '3.175', '3.525']);
    expect(new Set(places).size).toBe(8);
    const apart = [1, 2, 3];
    expect(spread(apart, apart)).toBe(apart);
    expect(new Set(spread([2, 2, 2, 2], [1, 2, 3, 4])).size).toBe(4);
  });

  it('show coverage within its band, and standardised residuals whose area is that of the normal', async () => {
    const levels = [0.25, 0.5, 0.75];
    const given = { count: 40, levels, coverage: [0.3, 0.5, 0.7] };
    const svg = await coverageFigure({ ...given, standardised: [-9, -0.1, 0.1, 0.2, 1.2] });
    expect(texts(svg)).toEqual(
      expect.arrayContaining(['level of the central interval', 'residual / predicted standard deviation']),
    );
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(texts(await coverageFigure({ ...given, standardised: [] }))).not.toContain('density');
    const bars = histogram([-9, -0.1, 0.1, 0.2, 1.2, 7]);
    expect(bars.map(({ from, to }) => [from, to])).toEqual([
      [-5, -4.5],
      [-0.5, 0],
      [0, 0.5],
      [1, 1.5],
      [4.5, 5],
    ]);
    expect(bars.reduce((sum, { from, to, density }) => sum + density * (to - from), 0)).toBeCloseTo(1, 12);
    expect(bars[2]!.density).toBeCloseTo(2 / 6 / 0.5, 12);
  });
});
