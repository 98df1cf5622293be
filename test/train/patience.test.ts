import { describe, expect, it } from 'vitest';
import { referenceKernels } from '../../src/kernels/reference/index.ts';
import { parametersSha256 } from '../../src/run/index.ts';
import type { Checkpoint, NamedTensor, RunConfiguration, TrainingOptions } from '../../src/train/index.ts';
import { Patience, evaluationInterval } from '../../src/train/patience.ts';
import { bars } from '../support/digits.ts';
import { smallRun } from '../support/run.ts';
import { trainerOf } from '../support/trainer.ts';

const data = bars(60);
const copies = (tensors: readonly NamedTensor[]) => tensors.map((tensor) => ({ ...tensor, data: tensor.data.slice() }));

/** NLL on the validation part by step: the best is that of step 4, and of 12 in a longer run. */
const nlls: Readonly<Record<number, number>> = { 2: 3, 4: 1, 6: 2, 8: Number.NaN, 10: 1, 12: 0.5 };

/** A training whose evaluations tell what `nlls` says; the parameters that each of them saw, and the checkpoints. */
async function train(overrides: Partial<RunConfiguration>, options: Partial<TrainingOptions> = {}) {
  const seen = new Map<number, string>();
  const checkpoints: Checkpoint[] = [];
  const trainer = trainerOf({
    configuration: smallRun({ evaluateEvery: 2, checkpointEvery: 3, iteration: 20, ...overrides }),
    ...{ data, kernels: referenceKernels, observers: [], resume: null, stop: { requested: null } },
    checkpoints: {
      write(checkpoint) {
        const { parameters, optimizer, state } = checkpoint;
        // as it is read from the disk again
        const kept = JSON.parse(JSON.stringify(state)) as Checkpoint['state'];
        checkpoints.push({
          ...checkpoint,
          parameters: copies(parameters),
          optimizer: copies(optimizer),
          state: kept,
        });
        return '';
      },
    },
    async evaluate(step, parameters) {
      seen.set(step, parametersSha256(parameters));
      return { rmse: 0, nll: nlls[step] ?? 9 };
    },
    ...options,
  });
  const result = await trainer.run();
  return { result, seen, checkpoints, sha256: parametersSha256(result.parameters) };
}

describe('patience', () => {
  it('ends the training after so many evaluations without a better one, with the parameters of the best', async () => {
    const { result, seen, sha256, checkpoints } = await train({ patience: 3 });
    // 6, 8 (no number) and 10 (as good, and no better)
    expect([...seen.keys()]).toEqual([2, 4, 6, 8, 10]);
    expect(result).toMatchObject({ step: 10, totalSteps: 20, stopped: null, best: { step: 4, nll: 1 } });
    expect(sha256).toBe(seen.get(4));
    const last = checkpoints.at(-1)!;
    expect([last.step, parametersSha256(last.parameters)]).toEqual([10, seen.get(4)]);
  });

  it('goes on where a better one comes in time', async () => {
    const { result, seen, sha256 } = await train({ patience: 4 });
    expect(result).toMatchObject({ step: 20, stopped: null, best: { step: 12, nll: 0.5 } });
    expect(sha256).toBe(seen.get(12));
  });

  it('trains the same steps as a run without it', async () => {
    const [patient, plain] = [await train({ patience: 4 }), await train({ patience: null })];
    // a run without patience is evaluated at its end by who trains it
    expect(plain.seen).toEqual(new Map([...patient.seen].filter(([step]) => step < 20)));
    expect(plain.result.best).toBeNull();
    expect(plain.sha256).not.toBe(patient.sha256);
  });

  it('resumed from any checkpoint, is the uninterrupted run bit for bit', async () => {
    const whole = await train({ patience: 3 });
    expect(whole.checkpoints.map(({ step }) => step)).toEqual([3, 6, 9, 10]);
    for (const resume of whole.checkpoints) {
      const rest = await train({ patience: 3 }, { resume });
      expect(rest.result).toMatchObject({ step: 10, best: { step: 4 }, stopped: null });
      expect(rest.sha256).toBe(whole.sha256);
      expect([...rest.seen]).toEqual([...whole.seen].filter(([step]) => step > resume.step));
    }
  });

  it('made longer after its end, goes on from the last step and not from the best', async () => {
    const short = await train({ patience: 4, iteration: 8 });
    expect(short.result.best).toEqual({ step: 4, nll: 1 });
    expect(short.sha256).toBe(short.seen.get(4));
    const longer = await train({ patience: 4 }, { resume: short.checkpoints.at(-1)! });
    const whole = await train({ patience: 4 });
    expect(longer.sha256).toBe(whole.sha256);
    expect([...longer.seen]).toEqual([...whole.seen].filter(([step]) => step > 8));
  });

  it('stopped by a signal, keeps what it was training, and what was best beside it', async () => {
    const stop = { requested: null as string | null };
    const stopped = await train(
      { patience: 3 },
      { stop, observers: [{ onTiming: ({ step }) => void (stop.requested = step === 7 ? 'SIGTERM' : null) }] },
    );
    expect(stopped.result).toMatchObject({ step: 7, stopped: 'SIGTERM', best: null });
    expect(stopped.sha256).not.toBe(stopped.seen.get(4));
    const rest = await train({ patience: 3 }, { resume: stopped.checkpoints.at(-1)! });
    expect(rest.sha256).toBe((await train({ patience: 3 })).sha256);
  });

  it('evaluates a step first that was checkpointed when a rank was lost in its evaluation', async () => {
    const whole = await train({ patience: 3, checkpointEvery: 4 });
    const [, eighth] = whole.checkpoints;
    expect(eighth!.step).toBe(8);
    const state = {
      ...eighth!.state,
      patience: { evaluated: 6, waited: 1, best: { step: 4, nll: 1 }, isAtBest: false },
    };
    const rest = await train({ patience: 3, checkpointEvery: 4 }, { resume: { ...eighth!, state } });
    expect([...rest.seen.keys()]).toEqual([8, 10]);
    expect(rest.sha256).toBe(whole.sha256);
  });

  it('wants evaluations that tell an NLL', async () => {
    await expect(train({ patience: 1 }, { evaluate: null })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UsageError: patience waits for a better NLL: got no evaluation, expected evaluations with a figure nll. Leave patience away]`,
    );
    await expect(
      train({ patience: 1 }, { evaluate: async () => ({ rmse: 1 }) }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UsageError: patience waits for a better NLL: got an evaluation that tells rmse, expected evaluations with a figure nll. Leave patience away]`,
    );
  });

  it('evaluates once per epoch where nobody says when, and no more often than every 50 steps', () => {
    const interval = (overrides: Partial<RunConfiguration>, count: number) =>
      evaluationInterval(
        smallRun(overrides),
        { totalSteps: 1, replicas: 1, batchSize: 8, slices: 1, units: 1, sliceExamples: 8, stepExamples: 8 },
        count,
      );
    expect(interval({ patience: 2, evaluateEvery: 0 }, 80)).toBe(50);
    expect(interval({ patience: 2, evaluateEvery: 0 }, 800)).toBe(100);
    expect(interval({ patience: 2, evaluateEvery: 7 }, 800)).toBe(7);
    expect(interval({ patience: null, evaluateEvery: 0 }, 800)).toBe(0);
  });

  it('without a single number among its evaluations, leaves the parameters as they are', () => {
    const parameters = [{ name: 'w', shape: [1], data: Float32Array.of(3) }];
    const patience = new Patience(2, parameters, null);
    patience.add(1, { nll: Number.NaN });
    patience.add(2, { nll: Number.POSITIVE_INFINITY });
    expect([patience.isOver, patience.best]).toEqual([true, null]);
    patience.takeBest();
    expect(parameters[0]!.data[0]).toBe(3);
    expect(patience.toKeep().tensors).toEqual([]);
  });
});
