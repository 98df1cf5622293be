import { describe, expect, it } from 'vitest';
import { normalCdf, normalLogDensity } from '../../src/distributions/index.ts';
import { predictDraws } from '../../src/inference/index.ts';
import { wasmKernels } from '../../src/kernels/wasm/index.ts';
import { denseFlipout, sequential } from '../../src/layers/index.ts';
import { type RealPredictive, type Units, normal, poisson, studentT } from '../../src/likelihoods/index.ts';
import { runThreads } from '../comm/launch-threads.ts';
import { initialParameters } from '../support/network.ts';

interface Draws {
  /** of each draw, the tensors of `predict`, [examples, outputs] */
  readonly draws: readonly (readonly (readonly number[])[])[];
  readonly targets?: readonly number[];
  readonly units?: Units | null;
  readonly levels?: readonly number[];
  readonly outputs?: number;
}

/** What a normal likelihood makes of draws that are given. */
function gathered({ draws, targets, units = null, levels = [], outputs = 1 }: Draws) {
  const likelihood = normal({ noise: 'predicted', targets: outputs });
  const count = draws[0]![0]!.length / outputs;
  const request = { count, draws: draws.length, levels, targets: targets ?? null, units };
  const gathering = likelihood.gather(request);
  const batch = gathering.batch(count);
  batch.clear();
  for (const [d, tensors] of draws.entries())
    batch.add(
      d,
      tensors.map((values) => Float32Array.from(values)),
      count,
    );
  batch.finish(0, count);
  const predictive = gathering.result();
  return { predictive, quality: targets ? likelihood.quality(predictive, targets, units) : {} };
}

/** Two draws of two examples: means, and standard deviations. Binary fractions, which float32 keeps. */
const draws = [
  [
    [1, 4],
    [0.5, 1],
  ],
  [
    [2, 8],
    [0.25, 2],
  ],
];
const targets = [1.5, 20];

describe('a prediction of reals', () => {
  it('has the moments of the mixture', () => {
    const { predictive } = gathered({ draws });
    expect([...predictive.mean]).toEqual([1.5, 6]);
    expect([...predictive.epistemic]).toEqual([0.5, 2]);
    expect([...predictive.aleatoric]).toEqual([Math.sqrt((0.25 + 0.0625) / 2), Math.sqrt(2.5)]);
    for (const [i, deviation] of predictive.standardDeviation.entries()) {
      expect(deviation).toBeCloseTo(Math.hypot(predictive.aleatoric[i]!, predictive.epistemic[i]!), 14);
    }
    expect(predictive.scores).toBeNull();
  });

  it('has the scores of its targets, counted by hand', () => {
    const { predictive, quality } = gathered({ draws, targets });
    const densities = targets.map((y, n) => {
      const one = (d: number) => Math.exp(normalLogDensity(y, { mean: draws[d]![0]![n]!, scale: draws[d]![1]![n]! }));
      return Math.log((one(0) + one(1)) / 2);
    });
    for (const [n, value] of densities.entries()) expect(predictive.scores!.logDensity[n]).toBeCloseTo(value, 11);
    expect(predictive.scores!.probability[0]).toBeCloseTo((normalCdf(1) + normalCdf(-2)) / 2, 14);
    expect(quality['nll']).toBeCloseTo(-(densities[0]! + densities[1]!) / 2, 11);
    expect(quality['rmse']).toBeCloseTo(14 / Math.SQRT2, 12);
    // the first target lies in the middle, the second six standard deviations of the wider draw out
    expect([quality['coverage50'], quality['coverage90']]).toEqual([0.5, 0.5]);
    const { interval, crps } = predictive.scores!;
    const width = (low: number, high: number) => {
      const [from, to] = [interval[low]!, interval[high]!];
      return (to[0]! - from[0]! + to[1]! - from[1]!) / 2;
    };
    expect(quality['width50']).toBeCloseTo(width(1, 2), 12);
    expect(quality['width90']).toBeCloseTo(width(0, 3), 12);
    expect(quality['crps']).toBeCloseTo((crps[0]! + crps[1]!) / 2, 12);
  });

  it('of one normal draw is that normal', () => {
    const { predictive, quality } = gathered({ draws: [[[3], [2]]], targets: [3], levels: [0.05, 0.975] });
    expect(predictive.quantiles.map(([value]) => value)).toEqual([
      expect.closeTo(3 - 2 * 1.6448536269514722, 8),
      expect.closeTo(3 + 2 * 1.959963984540054, 8),
    ]);
    // CRPS at the mean: (sqrt 2 - 1) / sqrt pi standard deviations (Gneiting and Raftery 2007, eq. 21)
    expect(quality['crps']).toBeCloseTo((2 * (Math.SQRT2 - 1)) / Math.sqrt(Math.PI), 12);
    expect(quality['nll']).toBeCloseTo(0.5 * Math.log(2 * Math.PI) + Math.LN2, 12);
    expect(quality['width90']).toBeCloseTo(4 * 1.6448536269514722, 8);
    expect(predictive.epistemic[0]).toBe(0);
  });

  it("takes an example's numbers together, given the weights", () => {
    const both = [
      [
        [0, 1],
        [1, 1],
      ],
      [
        [2, -1],
        [1, 1],
      ],
    ];
    const { predictive } = gathered({ draws: both, targets: [2, -1], outputs: 2 });
    // ln of the mean over draws of p(y1 | draw) p(y2 | draw)
    const constant = -Math.log(2 * Math.PI);
    expect(predictive.scores!.logDensity[0]).toBeCloseTo(constant + Math.log((Math.exp(-4) + 1) / 2), 12);
    expect(predictive.scores!.logDensity).toHaveLength(1);
    expect(predictive.mean).toHaveLength(2);
  });

  it('says what is missing without targets', () => {
    const { predictive } = gathered({ draws });
    expect(() => normal().quality(predictive, targets, null)).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: the targets were not known when the draws were gathered. Give predictDraws the targets with the inputs]`,
    );
  });
});

describe('units', () => {
  // the same numbers, told in the user's units and standardised: powers of two, so that nothing is rounded
  const units = { shift: [16], scale: [4] };
  const inUsers = draws.map(([means, scales]) => [means!.map((m) => 16 + 4 * m), scales!.map((s) => 4 * s)]);
  const levels = [0.2, 0.5];
  const standardised = gathered({ draws, targets, units, levels });
  const plain = gathered({ draws: inUsers, targets: targets.map((y) => 16 + 4 * y), levels });

  it('do not show in what is predicted', () => {
    for (const field of ['mean', 'standardDeviation', 'aleatoric', 'epistemic'] as const) {
      expectClose(standardised.predictive[field], plain.predictive[field]);
    }
    for (const [l, values] of plain.predictive.quantiles.entries()) {
      expectClose(standardised.predictive.quantiles[l]!, values);
    }
    const [ours, theirs] = [standardised.predictive.scores!, plain.predictive.scores!];
    expectClose(ours.logDensity, theirs.logDensity);
    expectClose(ours.crps, theirs.crps);
    expectClose(ours.probability, theirs.probability);
  });

  it('do not show in the figures: nll has its Jacobian, rmse, crps and widths their scale', () => {
    expect(Object.keys(plain.quality)).toEqual(normal().figures.map(({ name }) => name));
    for (const [name, value] of Object.entries(plain.quality)) {
      expect(standardised.quality[name], name).toBeCloseTo(value, 7);
    }
    const without = gathered({ draws, targets });
    expect(standardised.quality['nll']! - without.quality['nll']!).toBeCloseTo(Math.log(4), 12);
    expect(standardised.quality['rmse']! / without.quality['rmse']!).toBeCloseTo(4, 12);
  });

  it('of a network with fixed noise are those of the noise', () => {
    const network = sequential(denseFlipout({ units: 1 }));
    const predictedWith = (own: Units | null, noise: number): RealPredictive => {
      const model = {
        name: 'm',
        input: { shape: [2], dtype: 'f32' },
        network,
        likelihood: normal({ noise }),
        units: own,
      } as const;
      const parameters = initialParameters(model, 1);
      const inputs = Float32Array.of(0.5, -1, 2, 0.25);
      const members = [(name: string) => parameters.get(name)];
      return predictDraws(wasmKernels, { model, members }, { count: 2, inputs }, { draws: 20, seed: 1 });
    };
    const [own, bare] = [predictedWith(units, 2), predictedWith(null, 0.5)];
    expectClose(own.aleatoric, [2, 2]);
    expectClose(
      own.mean,
      bare.mean.map((value) => 16 + 4 * value),
    );
    expectClose(
      own.epistemic,
      bare.epistemic.map((value) => 4 * value),
    );
  });
});

describe('predictions of several ranks', () => {
  it('are the same bits on one, two and three', async () => {
    const [alone, two, three] = await Promise.all([1, 2, 3].map((size) => runThreads(size, ['predicting'])));
    const expected = alone![0]!['predicting'] as number[][];
    expect(expected).toHaveLength(26);
    for (const values of expected) {
      expect(values).toHaveLength(60);
      expect(values.every(Number.isFinite)).toBe(true);
    }
    // fixed noise, and low quantiles of counts, are the same for all
    expect(expected.filter((values) => new Set(values).size > 30).length).toBeGreaterThan(15);
    for (const results of [two!, three!]) {
      for (const result of results) expect(result!['predicting']).toEqual(expected);
    }
  });
});

it('wide tails of Student have an infinite variance, and finite quantiles', () => {
  const gathering = studentT({ degrees: 1.5, noise: 1 }).gather({
    ...{ count: 1, draws: 1, levels: [0.5, 0.9], targets: [0], units: null },
  });
  const batch = gathering.batch(1);
  batch.add(0, [Float32Array.of(2), Float32Array.of(1)], 1);
  batch.finish(0, 1);
  const { standardDeviation, mean, quantiles, scores } = gathering.result();
  expect([mean[0], standardDeviation[0]]).toEqual([2, Number.POSITIVE_INFINITY]);
  expect(quantiles[0]![0]).toBeCloseTo(2, 9);
  expect(Number.isFinite(quantiles[1]![0]!) && Number.isFinite(scores!.crps[0]!)).toBe(true);
});

it('rates are what a Poisson draw predicts', () => {
  const gathering = poisson().gather({ count: 1, draws: 2, levels: [0.5], targets: [3], units: null });
  const batch = gathering.batch(1);
  batch.add(0, [Float32Array.of(2)], 1);
  batch.add(1, [Float32Array.of(6)], 1);
  batch.finish(0, 1);
  const { mean, aleatoric, epistemic, scores } = gathering.result();
  expect([mean[0], aleatoric[0], epistemic[0]]).toEqual([4, 2, 2]);
  const density = (rate: number) => (Math.exp(-rate) * rate ** 3) / 6;
  expect(scores!.logDensity[0]).toBeCloseTo(Math.log((density(2) + density(6)) / 2), 12);
});

function expectClose(got: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(got.length).toBe(expected.length);
  for (let i = 0; i < got.length; i++)
    expect(Math.abs(got[i]! - expected[i]!)).toBeLessThan(1e-8 * Math.max(1, Math.abs(expected[i]!)));
}
