/** A run folder as a training writes it, a few steps at a time, by what writes it there. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderConfiguration } from '../../src/cli/configuration/index.ts';
import { recordEvaluation, recordStart } from '../../src/report/index.ts';
import { MetricsFile, type RunFolder, createRunFolder, sealed } from '../../src/run/index.ts';
import { defaults } from '../../src/train/index.ts';

const totalSteps = 600;

/** @param isAtWork whether its lock is held */
export function makeRun(isAtWork = true) {
  const path = join(mkdtempSync(join(tmpdir(), 'credence-live-')), 'run');
  const held: RunFolder = createRunFolder({ out: path, name: 'BNN_conv_flip' });
  if (!isAtWork) held.release();
  writeFileSync(join(path, 'config.yaml'), sealed(renderConfiguration({ ...defaults, model: 'BNN_conv_flip' })));
  recordStart(path, {
    ...{ step: 0, at: '2026-11-25T03:00:00.000Z', ranks: 1, communicator: '1 thread', engine: 'wasm' },
    ...{ host: 'here', cpu: 'a CPU', examples: 60_000, totalSteps },
  });
  const metrics = new MetricsFile(path);
  let last = 0;
  return {
    path,
    /** Trains up to a step, with a line every ten. */
    train(step: number): void {
      while (last + 10 <= step) {
        last += 10;
        const loss = { nll: 1 / last, kl: 100, beta: 1, negativeElbo: 1 / last + 0.1, figures: { accuracy: 0.9 } };
        const timing = { step: last, seconds: 0.5, samplesPerSecond: 1234, startedAt: last, endedAt: last + 0.5 };
        metrics.onStep({ step: last, epoch: last / 937.5, ...loss, learningRate: 0.001 }, timing);
      }
    },
    evaluate(step: number): void {
      const reliability = [{ count: 1000, confidence: 0.9, accuracy: 0.9 }];
      recordEvaluation(path, {
        ...{
          step,
          at: '2026-11-25T04:00:00.000Z',
          data: 'mnist',
          of: 'test',
          images: 1000,
          draws: 3,
          seed: 0,
          reliability,
        },
        figures: { accuracy: 0.9, nll: 0.3, brier: 0.1, ece: 0.01 },
      });
    },
    /** The process that trains it is gone. */
    end(): void {
      metrics.onEnd();
      held.release();
    },
  };
}
