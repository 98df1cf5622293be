import { describe, expect, it } from 'vitest';
import {
  type Normal,
  categoricalEntropy,
  normalEntropy,
  normalKlDivergence,
  normalLogDensity,
  normalNegativeLogLikelihood,
} from '../../src/distributions/index.ts';
import { Graph } from '../../src/graph/index.ts';
import { Program } from '../../src/kernels/index.ts';
import { referenceKernels } from '../../src/kernels/reference/index.ts';

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

describe('normalNegativeLogLikelihood', () => {
  const means = [0.5, -1, 2, 0, 0.25, -0.75];
  const targets = [0.25, -1, 4, 1, 0, -2];
  const scales = [0.5, 1, 2, 0.1, 3, 1.5];

  it.each([
    ['one scale', 0.5],
    ['a scale for each feature', scales],
  ])('is minus the log density, summed over the features of an example, with %s', (_, scale) => {
    const graph = new Graph();
    const [mean, target, given] = ['mean', 'target', 'scale'].map((name) => graph.input(name, [2, 3], 'f32'));
    const nll = normalNegativeLogLikelihood(graph, mean, typeof scale === 'number' ? scale : given, target);
    const program = new Program(referenceKernels, { graph, outputs: [nll], layout: [], regions: {} });
    program.floats(mean).set(means);
    program.floats(target).set(targets);
    if (typeof scale !== 'number') program.floats(given).set(scale);
    for (const stage of ['step', 'replica', 'slice'] as const) program.run(stage);
    const logDensity = (i: number): number =>
      normalLogDensity(targets[i], { mean: means[i], scale: typeof scale === 'number' ? scale : scale[i] });
    for (const [example, value] of program.floats(nll).entries()) {
      const exact = -[0, 1, 2].reduce((sum, feature) => sum + logDensity(3 * example + feature), 0);
      // a handful of float32 operations on numbers of this size
      expect(Math.abs(value - exact)).toBeLessThan(10 * 2 ** -24 * Math.max(1, Math.abs(exact)));
    }
  });
});

describe('categoricalEntropy', () => {
  it('is ln n for n equal classes and 0 for a certain one', () => {
    expect(categoricalEntropy([0.25, 0.25, 0.25, 0.25])).toBeCloseTo(Math.log(4), 12);
    expect(categoricalEntropy([0, 1, 0])).toBe(0);
  });
});
