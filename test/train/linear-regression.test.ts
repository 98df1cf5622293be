/**
 * Bayesian linear regression, whose posterior is known: y = x w + e, e ~ N(0, s^2), w ~ N(0, 1). The posterior is
 * N(m, inverse of L), L = 1 + X'X / s^2, m = inverse of L X'y / s^2 (Bishop 2006, section 3.3), and the mean-field normal
 * that is nearest to it has the same means, and standard deviations 1 / sqrt(L_ii) (section 10.1.2).
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { solo } from '../../src/comm/index.ts';
import { shuffled } from '../../src/data/index.ts';
import { normalKlDivergence } from '../../src/distributions/index.ts';
import { predictDraws } from '../../src/inference/index.ts';
import { wasmKernels } from '../../src/kernels/wasm/index.ts';
import { type Layer, denseFlipout, denseReparameterization } from '../../src/layers/index.ts';
import { normal } from '../../src/likelihoods/index.ts';
import { fillNormal, purpose } from '../../src/random/index.ts';
import { type StepRecord, Trainer } from '../../src/train/index.ts';
import { solveSymmetric } from '../support/linear-algebra.ts';
import { smallRun } from '../support/run.ts';

const [count, inputs, noise] = [200, 4, 0.5];
const rows = drawnRows();
/** x and a 1 for the bias */
const design = rows.map(({ x }) => [...x, 1]);
const posterior = exactPosterior();

const likelihood = normal({ noise });
const examples = shuffled(
  {
    ...{ count, shape: [inputs] },
    inputs: Float32Array.from(rows.flatMap(({ x }) => x)),
    targets: Float32Array.from(rows, ({ y }) => y),
  },
  1,
);

/**
 * Each step sees all data, in replicas of ten rows with weights of their own. From one draw of all weights, a step of Newton
 * would go a whole standard deviation astray: what averages that is the number of draws while the rate falls. One draw per
 * step (replicas 1, denseReparameterization, learning rate 0.02) leaves 0.05 deviations after 10,000 steps, these settings
 * less than 0.01.
 */
const settings = smallRun({
  ...{ iteration: 20_000, replicas: 20, batchSize: 10 },
  ...{ learningRate: 0.005, learningRateScaling: 'none', learningRateDecay: 'cosine' },
});

describe.each<[string, Layer]>([
  ['denseFlipout', denseFlipout({ units: 1, bias: 'normal' })],
  ['denseReparameterization', denseReparameterization({ units: 1, bias: 'normal' })],
])('%s, trained until its learning rate is 0', (name, network) => {
  const model = { name, input: { shape: [inputs], dtype: 'f32' }, network, likelihood } as const;
  const records: StepRecord[] = [];
  const parameters = new Map<string, Float32Array>();
  let means: number[];
  let deviations: number[];

  beforeAll(async () => {
    const observers = [{ onStep: (record: StepRecord) => records.push(record) }];
    const options = { model, examples, settings, kernels: wasmKernels, communicator: solo, observers };
    const trained = await new Trainer(options).run();
    for (const tensor of trained.parameters) parameters.set(tensor.name, tensor.data);
    const both = (part: string) => ['kernel', 'bias'].flatMap((of) => [...parameters.get(`${name}/${of}/${part}`)!]);
    means = both('mean');
    deviations = both('untransformedScale').map((u) => Math.log1p(Math.exp(u)));
  });

  it('has the means of the exact posterior, within 0.02 of its standard deviations', () => {
    for (const [i, mean] of means.entries()) {
      const distance = (mean - posterior.mean[i]!) * Math.sqrt(posterior.precision[i]![i]!);
      expect(Math.abs(distance), `of weight ${i}`).toBeLessThan(0.02);
    }
  });

  it('has the standard deviations of the nearest mean-field normal, within 3 %', () => {
    for (const [i, deviation] of deviations.entries()) {
      expect(Math.abs(deviation * Math.sqrt(posterior.precision[i]![i]!) - 1), `of weight ${i}`).toBeLessThan(0.03);
    }
  });

  it('has an ELBO short of ln p(D) by what a mean-field normal must leave', () => {
    // KL(q || posterior) at the best mean-field normal: (sum ln L_ii - ln |L|) / 2
    const diagonal = posterior.precision.reduce((sum, row, i) => sum + Math.log(row[i]!), 0);
    const best = posterior.logEvidence - 0.5 * (diagonal - posterior.logDeterminant);
    const exact = elbo(means, deviations);
    // below it by d'Ld / 2 for means that are off by d, and by (r - 1 - ln r) / 2 for a variance that is r times the best
    const difference = means.map((mean, i) => mean - posterior.mean[i]!);
    let shortfall = 0;
    for (const [i, row] of posterior.precision.entries()) {
      for (const [j, value] of row.entries()) shortfall += (difference[i]! * value * difference[j]!) / 2;
      const ratio = deviations[i]! ** 2 * row[i]!;
      shortfall += (ratio - 1 - Math.log(ratio)) / 2;
    }
    expect(best - exact).toBeCloseTo(shortfall, 4);
    expect(shortfall).toBeLessThan(0.005);
    expect(posterior.logEvidence - exact).toBeGreaterThan(0.3);

    // What the trainer tells: a mean over draws of the weights. While the last tenth of the steps is done, the rate is
    // below 0.025 of what it was, and the steps' figures are independent.
    const last = records.slice(-2000).map(({ negativeElbo }) => -count * negativeElbo);
    const mean = last.reduce((sum, value) => sum + value, 0) / last.length;
    const variance = last.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (last.length - 1);
    expect(Math.abs(mean - exact)).toBeLessThan(4.5 * Math.sqrt(variance / last.length));
  });

  it('predicts the mean and the variance of that normal', () => {
    const draws = 4000;
    const some = rows.slice(0, 20);
    const predictive = predictDraws(
      wasmKernels,
      { model, members: [(parameter) => parameters.get(parameter)] },
      { count: some.length, inputs: Float32Array.from(some.flatMap(({ x }) => x)) },
      { draws, seed: 2 },
    );
    for (const [n, { x }] of some.entries()) {
      const row = [...x, 1];
      const mean = row.reduce((sum, value, i) => sum + value * means[i]!, 0);
      const epistemic = row.reduce((sum, value, i) => sum + (value * deviations[i]!) ** 2, 0);
      // 4.5 standard errors: of a mean of normals, and of their variance, 2 variance^2 / draws
      expect(Math.abs(predictive.mean[n]! - mean)).toBeLessThan(4.5 * Math.sqrt(epistemic / draws));
      expect(Math.abs(predictive.epistemic[n]! ** 2 / epistemic - 1)).toBeLessThan(4.5 * Math.sqrt(2 / draws));
      expect(predictive.aleatoric[n]).toBeCloseTo(noise, 6);
      const whole = noise ** 2 + epistemic;
      expect(Math.abs(predictive.standardDeviation[n]! ** 2 - whole)).toBeLessThan(
        4.5 * Math.sqrt(2 / draws) * epistemic + 1e-6,
      );
    }
  });
});

/** E ln p(D | w) - KL(q || N(0, 1)) of a mean-field normal, in closed form. */
function elbo(means: readonly number[], deviations: readonly number[]): number {
  let sum = 0;
  for (const [n, row] of design.entries()) {
    const residual = row.reduce((rest, value, i) => rest - value * means[i]!, rows[n]!.y);
    const variance = row.reduce((total, value, i) => total + (value * deviations[i]!) ** 2, 0);
    sum -= 0.5 * Math.log(2 * Math.PI * noise ** 2) + (residual ** 2 + variance) / (2 * noise ** 2);
  }
  const standard = { mean: 0, scale: 1 };
  return means.reduce((rest, mean, i) => rest - normalKlDivergence({ mean, scale: deviations[i]! }, standard), sum);
}

function drawnRows(): { x: number[]; y: number }[] {
  const drawn = (size: number, layer: number) => {
    const values = new Float32Array(size);
    fillNormal(values, { seed: 5, purpose: purpose.dataOrder, step: 0, replica: 0, layer, example: 0 });
    return values;
  };
  const [own, common, errors] = [drawn(count * inputs, 0), drawn(count, 1), drawn(count, 2)];
  const weights = [0.8, -1.2, 0.3, 2];
  return Array.from({ length: count }, (_, n) => {
    // correlations of 0.5; as float32, which is what the network is given
    const x = weights.map((_w, i) => Math.fround(Math.SQRT1_2 * (own[n * inputs + i]! + common[n]!)));
    const y = x.reduce((sum, value, i) => sum + value * weights[i]!, 0.4 + noise * errors[n]!);
    return { x, y: Math.fround(y) };
  });
}

function exactPosterior() {
  const precision = design[0]!.map((_r, i) =>
    design[0]!.map((_c, j) => (i === j ? 1 : 0) + design.reduce((sum, x) => sum + x[i]! * x[j]!, 0) / noise ** 2),
  );
  const product = design[0]!.map((_, i) => design.reduce((sum, x, n) => sum + x[i]! * rows[n]!.y, 0) / noise ** 2);
  const { x: mean, logDeterminant } = solveSymmetric(precision, product);
  const square = rows.reduce((sum, { y }) => sum + y * y, 0) / noise ** 2;
  const explained = mean.reduce((sum, value, i) => sum + value * product[i]!, 0);
  const logEvidence = -0.5 * (count * Math.log(2 * Math.PI * noise ** 2) + logDeterminant + square - explained);
  return { precision, mean, logDeterminant, logEvidence };
}
