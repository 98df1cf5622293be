import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { bars } from '../support/digits.ts';
import { smallRun } from '../support/run.ts';
import { trainerOf } from '../support/trainer.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heapUsed(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

describe('a training step', () => {
  it('leaves nothing on the heap: its use is flat over 10,000 steps', async () => {
    const marks: number[] = [];
    const trainer = trainerOf({
      configuration: smallRun({ model: 'BNN_FC_flip', iteration: 12_000, batchSize: 2, printEvery: 100_000 }),
      data: bars(60),
      observers: [
        {
          onTiming({ step }) {
            if (step === 2000 || step === 12_000) marks.push(heapUsed());
          },
        },
      ],
    });
    await trainer.run();
    // the smallest object takes 16 bytes: less than that per step is none
    expect(marks[1]! - marks[0]!).toBeLessThan(16 * 10_000);
  });
});
