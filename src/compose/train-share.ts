import type { Communicator } from '../comm/index.ts';
import { type ArrayExamples, shuffled } from '../data/index.ts';
import type { Model } from '../models/index.ts';
import { type Checkpoint, type RunConfiguration, Trainer, type TrainingOptions } from '../train/index.ts';
import { chooseEngine } from './engine.ts';

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
  const isOfImages = model.input.dtype === 'u8';
  return new Trainer({
    ...{ model, settings: configuration, communicator, resume },
    examples: shuffled(train, configuration.seed, isOfImages ? configuration.data : null),
    kernels: await chooseEngine(configuration.engine),
    ...others,
  });
}
