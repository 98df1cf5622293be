import type { Communicator } from '../../src/comm/index.ts';
import { parametersSha256 } from '../../src/run/index.ts';
import { type StepRecord, Trainer } from '../../src/train/index.ts';
import { bars } from '../support/digits.ts';
import { mixedTraining } from '../support/scale-mixture.ts';
import { smallRun } from '../support/run.ts';
import { trainerOf } from '../support/trainer.ts';

/**
 * A small training on all ranks.
 * @param onStep called after each step
 * @returns how it ended, and the steps of which the first rank has written a checkpoint
 */
async function train(communicator: Communicator, onStep: (step: number, trainer: Trainer) => void) {
  const written: number[] = [];
  const { rank, size } = communicator;
  const steps = { iteration: 40, driftCheckEvery: 5, checkpointEvery: 9 };
  const trainer: Trainer = trainerOf({
    configuration: smallRun({ replicas: size, batchSize: 4, ...steps }),
    data: bars(60),
    communicator,
    checkpoints: rank === 0 ? { write: ({ step }) => `checkpoint ${written.push(step)}` } : null,
    observers: [{ onTiming: ({ step }) => onStep(step, trainer) }],
  });
  try {
    await trainer.run();
    return { message: 'no error', written };
  } catch (error) {
    return { message: (error as Error).message, written };
  }
}

/** A weight of the last rank changes by its last bit after step 12. */
export function drifting(communicator: Communicator) {
  return train(communicator, (step, trainer) => {
    if (step !== 12 || communicator.rank !== communicator.size - 1) return;
    const { data } = trainer.parameters()[3]!;
    const bits = new Int32Array(data.buffer, data.byteOffset, data.length);
    bits[17]! ^= 1;
  });
}

/** The last rank ends after step 12. */
export function losing(communicator: Communicator) {
  return train(communicator, (step) => {
    if (step === 12 && communicator.rank === communicator.size - 1) process.exit(3);
  });
}

/** A network whose KL is sampled in part. */
export async function mixed(communicator: Communicator) {
  const records: StepRecord[] = [];
  const observers = [{ onStep: (record: StepRecord) => records.push(record) }];
  const { parameters } = await new Trainer({ ...mixedTraining(communicator), observers }).run();
  return { sha256: parametersSha256(parameters), records };
}
