import { expect, it } from 'vitest';
import { solo } from '../../src/comm/index.ts';
import { gravitationExamples, makeSignals } from '../../src/gravitation/index.ts';
import { wasmKernels } from '../../src/kernels/wasm/index.ts';
import { conv1d, denseFlipout, flatten, globalAveragePool, maxPool1d, sequential } from '../../src/layers/index.ts';
import { normal } from '../../src/likelihoods/index.ts';
import { type StepRecord, Trainer } from '../../src/train/index.ts';
import { smallRun } from '../support/run.ts';

it('a network trains on signals that are made while it does, and comes to the same end whatever its slices', async () => {
  const seed = 5;
  const signals = makeSignals(24, { seed });
  const model = {
    name: 'small',
    input: { shape: [8192, 1], dtype: 'f32' },
    network: sequential(
      conv1d({ filters: 4, kernelSize: 16, strides: 8, activation: 'relu' }),
      maxPool1d({ window: 8 }),
      conv1d({ filters: 8, kernelSize: 8, strides: 4, activation: 'relu' }),
      globalAveragePool(),
      flatten(),
      denseFlipout({ units: 2 }),
    ),
    likelihood: normal({ noise: 0.1, targets: 2 }),
  } as const;
  const train = async (slices: number) => {
    const records: StepRecord[] = [];
    const trainer = new Trainer({
      model,
      examples: gravitationExamples(signals, { seed, peakSnr: [3, 3], targets: ['finalSpin', 'omegaReal'] }),
      settings: smallRun({ iteration: 60, batchSize: 8, slices, learningRate: 0.02, seed }),
      ...{ kernels: wasmKernels, communicator: solo, observers: [{ onStep: (one: StepRecord) => records.push(one) }] },
    });
    const { parameters } = await trainer.run();
    return { records, parameters: parameters.map(({ data }) => [...data]) };
  };
  const one = await train(1);
  const first = one.records.slice(0, 5).reduce((sum, { nll }) => sum + nll, 0);
  const last = one.records.slice(-5).reduce((sum, { nll }) => sum + nll, 0);
  expect(last).toBeLessThan(first / 2);
  const two = await train(2);
  for (const [i, values] of one.parameters.entries()) {
    for (const [k, value] of values.entries()) expect(two.parameters[i]![k]).toBeCloseTo(value, 3);
  }
});
