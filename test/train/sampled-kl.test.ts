/** The KL of weights whose prior is a scale mixture is estimated from each replica's draw, and weighed like the closed one. */
import { describe, expect, it } from 'vitest';
import { solo } from '../../src/comm/index.ts';
import { shuffled } from '../../src/data/index.ts';
import { normalLogDensity, scaleMixtureLogDensity } from '../../src/distributions/index.ts';
import { referenceKernels } from '../../src/kernels/reference/index.ts';
import { wasmKernels } from '../../src/kernels/wasm/index.ts';
import { type Prior, denseFlipout, weightsDefaults } from '../../src/layers/index.ts';
import { normal } from '../../src/likelihoods/index.ts';
import { adam } from '../../src/optim/index.ts';
import { fillNormal, purpose } from '../../src/random/index.ts';
import { type Checkpoint, type StepRecord, Trainer, scheduleOf } from '../../src/train/index.ts';
import { TrainingProgram } from '../../src/train/training-program.ts';
import { runThreads } from '../comm/launch-threads.ts';
import { mixedModel, mixedSettings, mixedTraining, mixture, table } from '../support/scale-mixture.ts';

const common = { seed: mixedSettings.seed, precision: 'f32', partials: 1, leastBucket: 1, optimizer: adam } as const;
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** Values of a network's parameters by their names. */
function valuesOf(tensors: readonly { readonly name: string; readonly data: Float32Array }[]) {
  return new Map(tensors.map(({ name, data }) => [name, data.slice()]));
}

describe('the sampled KL', () => {
  it('is the closed one in the mean, where the mixture is a normal: over 4000 draws, within 4.5 standard errors', () => {
    const scale = 0.8;
    const programOf = (prior: Prior) => {
      const network = denseFlipout({ units: 5, prior, initialScale: -1, bias: 'normal' });
      const model = { name: 'one', input: { shape: [4], dtype: 'f32' }, network } as const;
      const options = { ...common, weights: weightsDefaults, sliceExamples: 2 };
      return new TrainingProgram(wasmKernels, { ...model, likelihood: normal({ noise: 1, targets: 5 }) }, options);
    };
    const [closed, sampled] = [
      programOf({ kind: 'normal', scale }),
      programOf({ kind: 'scaleMixture', scales: [scale, scale], share: 0.3 }),
    ];
    const at = { learningRate: 0, examples: 2, klScale: 1 };
    closed.beginStep({ step: 1, ...at });
    const exact = closed.computeKl();
    expect([closed.sampledKl, sampled.computeKl()]).toEqual([0, 0]);

    const [steps, replicas] = [2000, 2];
    let sum = 0;
    for (let step = 1; step <= steps; step++) {
      sampled.beginStep({ step, ...at });
      for (let replica = 0; replica < replicas; replica++) {
        sampled.runUnit(replica, 0);
        sum += sampled.sampledKl;
      }
    }
    // ln q - ln p at mean + sigma e is a e^2 + b e + c with a = (sigma^2 / scale^2 - 1) / 2, b = mean sigma / scale^2:
    // its variance is 2 a^2 + b^2, over the weights of kernel and bias
    const values = valuesOf(sampled.parameters());
    let variance = 0;
    for (const part of ['kernel', 'bias']) {
      const raw = values.get(`denseFlipout/${part}/untransformedScale`)!;
      for (const [i, mean] of values.get(`denseFlipout/${part}/mean`)!.entries()) {
        const sigma = Math.log1p(Math.exp(raw[i]!));
        variance += 0.5 * ((sigma / scale) ** 2 - 1) ** 2 + ((mean * sigma) / scale ** 2) ** 2;
      }
    }
    const draws = steps * replicas;
    expect(Math.abs(sum / draws - exact)).toBeLessThan(4.5 * Math.sqrt(variance / draws));
    // and the bound tells: it is a small part of the KL
    expect(Math.sqrt(variance / draws)).toBeLessThan(0.01 * exact);
  });

  it('goes into the gradient of a step as the mean over replicas, divided by N', async () => {
    const records: StepRecord[] = [];
    const written: Checkpoint[] = [];
    const trainer = new Trainer({
      ...mixedTraining(solo),
      settings: { ...mixedSettings, iteration: 1, kl: { ...mixedSettings.kl, beta: 0.7 } },
      observers: [{ onStep: (record) => records.push(record) }],
      checkpoints: { write: (checkpoint) => `${written.push(structuredClone(checkpoint))}` },
    });
    const start = valuesOf(trainer.parameters());
    await trainer.run();
    // after the first step, Adam's first moment is a tenth of the gradient
    const moments = new Map(written[0]!.optimizer.map(({ name, data }) => [name, data]));
    const { gradient, kl } = directly(start, 0.7);
    for (const [name, expected] of gradient) {
      const size = Math.max(...expected.map(Math.abs));
      for (const [i, value] of moments.get(`firstMoment/${name}`)!.entries()) {
        expect(Math.abs(10 * value - expected[i]!), `${name}, element ${i}`).toBeLessThan(2e-5 * size);
      }
    }
    expect(records[0]!.kl / kl).toBeCloseTo(1, 5);
    expect(records[0]!.negativeElbo).toBeCloseTo(records[0]!.nll + (0.7 * records[0]!.kl) / table.count, 6);
  });

  it('is the same bits on one, two and three ranks', async () => {
    const runs = await Promise.all([1, 2, 3].map((size) => runThreads(size, ['mixed'])));
    const outcomes = runs.map((results) => results.map((result) => result!['mixed'] as MixedOutcome));
    const expected = outcomes[0]![0]!;
    expect(expected.records).toHaveLength(5);
    for (const ranks of outcomes) {
      expect(ranks[0]).toEqual(expected);
      for (const { sha256 } of ranks) expect(sha256).toBe(expected.sha256);
    }
  });
});

interface MixedOutcome {
  readonly sha256: string;
  readonly records: readonly StepRecord[];
}

/**
 * The first step's gradient, (1 / E) sum of the examples' nll gradients + (beta / N)(gradient of the closed KL + mean over
 * replicas of the gradient of the replica's sampled KL): the first by the graph without a KL, the others by hand.
 */
function directly(start: ReadonlyMap<string, Float32Array>, beta: number) {
  const { replicas, batchSize, sliceExamples, stepExamples } = scheduleOf(mixedSettings, table.count);
  const program = new TrainingProgram(referenceKernels, mixedModel, {
    ...common,
    weights: weightsDefaults,
    sliceExamples,
  });
  const examples = shuffled(table, mixedSettings.seed);
  program.beginStep({ step: 1, learningRate: 0, examples: stepExamples, klScale: 0 });
  const total = new Float64Array(program.gradient.length);
  for (let replica = 0; replica < replicas; replica++) {
    for (let firstExample = 0; firstExample < batchSize; firstExample += sliceExamples) {
      examples.fill(program.batch, { step: 1, replica, firstExample, position: replica * batchSize + firstExample });
      program.runUnit(replica, firstExample);
      for (const [i, value] of program.gradient.entries()) total[i]! += value / stepExamples;
    }
  }
  const [first] = program.parameters();
  const gradient = new Map(
    program.parameters().map(({ name, data }) => {
      const begin = (data.byteOffset - first!.data.byteOffset) / 4;
      return [name, total.slice(begin, begin + data.length)];
    }),
  );
  const weight = beta / table.count;
  let kl = 0;
  const posteriors = [
    'denseFlipout/kernel',
    'denseFlipout/bias',
    'denseReparameterization/kernel',
    'denseReparameterization/bias',
  ];
  for (const [layer, part] of posteriors.entries()) {
    const [mean, raw] = [start.get(`${part}/mean`)!, start.get(`${part}/untransformedScale`)!];
    const [byMean, byRaw] = [gradient.get(`${part}/mean`)!, gradient.get(`${part}/untransformedScale`)!];
    const isSampled = part.startsWith('denseFlipout');
    const noise = Array.from({ length: replicas }, (_, replica) => {
      const values = new Float32Array(mean.length);
      fillNormal(values, { seed: common.seed, purpose: purpose.weightNoise, step: 1, replica, layer, example: 0 });
      return values;
    });
    for (const [i, m] of mean.entries()) {
      const sigma = Math.log1p(Math.exp(raw[i]!));
      let [slopeMean, slopeSigma] = [m, sigma - 1 / sigma];
      let value = (sigma ** 2 + m ** 2 - 1) / 2 - Math.log(sigma);
      if (isSampled) {
        [slopeMean, slopeSigma, value] = [0, 0, 0];
        for (const values of noise) {
          const w = m + sigma * values[i]!;
          const slope = -slopeOfLogPrior(w);
          slopeMean += slope / replicas;
          slopeSigma += (slope * values[i]! - 1 / sigma) / replicas;
          value += (normalLogDensity(w, { mean: m, scale: sigma }) - scaleMixtureLogDensity(w, mixture)) / replicas;
        }
      }
      byMean[i]! += weight * slopeMean;
      byRaw[i]! += weight * slopeSigma * sigmoid(raw[i]!);
      kl += value;
    }
  }
  return { gradient, kl };
}

/** d ln p / dw = -w (sum of the parts' densities / scale^2) / p */
function slopeOfLogPrior(w: number): number {
  const { scales, share } = mixture;
  const densities = scales.map(
    (scale, i) => [share, 1 - share][i]! * Math.exp(normalLogDensity(w, { mean: 0, scale })),
  );
  const pull = scales.reduce((sum, scale, i) => sum + densities[i]! / scale ** 2, 0);
  return (-w * pull) / (densities[0]! + densities[1]!);
}
