import { solo } from '../../src/comm/index.ts';
import { type ImageSet, imageExamples, shuffled } from '../../src/data/index.ts';
import { wasmKernels } from '../../src/kernels/wasm/index.ts';
import { type RunConfiguration, Trainer, type TrainingOptions } from '../../src/train/index.ts';
import { nameOf } from '../../src/models/index.ts';
import { modelNamed } from './model.ts';

export interface ImageTraining extends Partial<Omit<TrainingOptions, 'model' | 'settings'>> {
  readonly configuration: RunConfiguration;
  readonly data: ImageSet;
}

/** A named network that learns images in ten classes, on one rank and the wasm engine unless others are given. */
export function trainerOf({ configuration, data, ...options }: ImageTraining): Trainer {
  const { height, width, channels } = data;
  return new Trainer({
    model: modelNamed(nameOf(configuration.model), { shape: [height, width, channels] }),
    examples: shuffled(imageExamples(data), configuration.seed, configuration.data),
    settings: configuration,
    kernels: wasmKernels,
    communicator: solo,
    ...options,
  });
}
