import type { Communicator } from '../comm/index.ts';
import { type ArrayExamples, type Examples, shuffled, staged } from '../data/index.ts';
import { signalsInNoise } from '../gravitation/index.ts';
import type { Model } from '../models/index.ts';
import {
  type Checkpoint,
  type RunConfiguration,
  Trainer,
  type TrainingOptions,
  gravitationName,
  scheduleOf,
} from '../train/index.ts';
import { chooseTogether } from './engine.ts';
import { curriculum, levels } from './gravitation.ts';

/** What a rank trains, and with what: the same on all. */
export interface Share {
  readonly configuration: RunConfiguration;
  readonly model: Model;
  readonly train: ArrayExamples;
  readonly resume: Checkpoint | null;
}

type Others = 'observers' | 'checkpoints' | 'stop' | 'timeline' | 'evaluate' | 'description';

/** One rank's part in a training, whatever connects it to the others: made, and ready to run. */
export async function trainerOf(
  { configuration, model, train, resume }: Share,
  communicator: Communicator,
  others: Pick<TrainingOptions, Others>,
): Promise<Trainer> {
  return new Trainer({
    ...{ model, settings: configuration, communicator, resume },
    examples: examplesOf(train, configuration, model),
    kernels: await chooseTogether(configuration.engine, communicator),
    ...others,
  });
}

/** What is at rest, in the order of its batches and as each visit wants it. */
function examplesOf(train: ArrayExamples, configuration: RunConfiguration, { input }: Model): Examples {
  const { seed, data } = configuration;
  if (data.name !== gravitationName) return shuffled(train, seed, input.dtype === 'u8' ? data : null);
  const { totalSteps } = scheduleOf(configuration, train.count);
  if (train.stages) return staged(train, seed, train.stages, levels(data, totalSteps, train.stages.length));
  return signalsInNoise(train, { seed, peakSnr: curriculum(data, totalSteps) });
}
