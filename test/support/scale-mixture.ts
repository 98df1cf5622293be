import type { Communicator } from '../../src/comm/index.ts';
import { type ArrayExamples, shuffled } from '../../src/data/index.ts';
import { wasmKernels } from '../../src/kernels/wasm/index.ts';
import { type Prior, denseFlipout, denseReparameterization, sequential } from '../../src/layers/index.ts';
import { type RealPredictive, normal } from '../../src/likelihoods/index.ts';
import type { Model } from '../../src/models/index.ts';
import { fillNormal, purpose } from '../../src/random/index.ts';
import type { TrainingOptions } from '../../src/train/index.ts';
import { smallRun } from './run.ts';

export const mixture: Prior & { readonly kind: 'scaleMixture' } = {
  kind: 'scaleMixture',
  scales: [1.2, 0.3],
  share: 0.4,
};

/** A prior of each kind, and biases with posteriors: KLs that are sampled and KLs in closed form in one network. */
export const mixedModel: Model<RealPredictive> = {
  name: 'mixed',
  input: { shape: [3], dtype: 'f32' },
  network: sequential(
    denseFlipout({ units: 4, activation: 'tanh', bias: 'normal', prior: mixture, initialScale: -1 }),
    denseReparameterization({ units: 1, bias: 'normal', initialScale: -1 }),
  ),
  likelihood: normal({ noise: 0.5 }),
};

/** 60 rows of noise. */
export const table: ArrayExamples = {
  ...{ count: 60, shape: [3] },
  inputs: drawn(180, 0),
  targets: drawn(60, 1),
};

function drawn(size: number, layer: number): Float32Array {
  const values = new Float32Array(new SharedArrayBuffer(4 * size));
  fillNormal(values, { seed: 3, purpose: purpose.dataOrder, step: 0, replica: 0, layer, example: 0 });
  return values;
}

/** Three replicas of ten rows, in two slices each. */
export const mixedSettings = smallRun({ iteration: 5, replicas: 3, batchSize: 10, slices: 2, learningRate: 0.01 });

export function mixedTraining(communicator: Communicator): TrainingOptions {
  const examples = shuffled(table, mixedSettings.seed);
  return { model: mixedModel, examples, settings: mixedSettings, kernels: wasmKernels, communicator };
}
