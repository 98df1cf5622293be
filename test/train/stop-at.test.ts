import { describe, expect, it } from 'vitest';
import { referenceKernels } from '../../src/kernels/reference/index.ts';
import { parametersSha256 } from '../../src/run/index.ts';
import type { Checkpoint, EvaluationFigures, RunConfiguration } from '../../src/train/index.ts';
import { bars } from '../support/digits.ts';
import { smallRun } from '../support/run.ts';
import { trainerOf } from '../support/trainer.ts';

const data = bars(60);

/** Relative errors by step: good enough of both targets from step 6 on. */
const figuresAt = (step: number): EvaluationFigures => ({
  nll: 1,
  'relativeError.a': step >= 4 ? 0.1 : 0.3,
  'relativeUncertainty.a': 1,
  'relativeError.b': step >= 6 ? 0.02 : 0.5,
});

async function train(overrides: Partial<RunConfiguration>, resume: Checkpoint | null = null, tell = figuresAt) {
  const checkpoints: Checkpoint[] = [];
  const evaluated: number[] = [];
  const trainer = trainerOf({
    configuration: smallRun({ evaluateEvery: 2, checkpointEvery: 0, iteration: 10, ...overrides }),
    ...{ data, kernels: referenceKernels, observers: [], resume, stop: { requested: null } },
    checkpoints: {
      write(checkpoint) {
        const copy = (tensors: Checkpoint['parameters']) => tensors.map((own) => ({ ...own, data: own.data.slice() }));
        const { parameters, optimizer, state } = checkpoint;
        checkpoints.push({
          ...checkpoint,
          ...{ parameters: copy(parameters), optimizer: copy(optimizer) },
          state: JSON.parse(JSON.stringify(state)) as Checkpoint['state'],
        });
        return '';
      },
    },
    async evaluate(step) {
      evaluated.push(step);
      return tell(step);
    },
  });
  const result = await trainer.run();
  return { result, checkpoints, evaluated, sha256: parametersSha256(result.parameters) };
}

describe('stopAt', () => {
  it('ends the training with the first evaluation whose relative errors are all small enough', async () => {
    const { result, evaluated, sha256, checkpoints } = await train({ stopAt: [0.1, 0.05] });
    expect(evaluated).toEqual([2, 4, 6]);
    expect(result).toMatchObject({ step: 6, totalSteps: 10, stopped: null, isGoodEnough: true });
    expect(sha256).toBe((await train({ iteration: 6 })).sha256);
    // a run that has come to its end has nothing to go on with
    const again = await train({ stopAt: [0.1, 0.05] }, checkpoints.at(-1)!);
    expect(again.result).toMatchObject({ step: 6, isGoodEnough: true, stopped: null });
    expect(again.evaluated).toEqual([]);
  });

  it('lets it go on where one of them never is', async () => {
    const { result } = await train({ stopAt: [0.1, 0.01] });
    expect(result).toMatchObject({ step: 10, stopped: null, isGoodEnough: false });
  });

  it('is refused where evaluations tell other errors', async () => {
    await expect(train({ stopAt: [0.1] })).rejects.toThrow('stopAt 0.1: got targets a, b, expected a relative error');
    await expect(train({ stopAt: [0.1] }, null, () => ({ nll: 1 }))).rejects.toThrow(
      'got evaluations that tell no relative errors',
    );
  });
});

describe('kl.per', () => {
  it('divides the KL by the batch where it is told to, which is another posterior', async () => {
    const kl = { schedule: 'constant', beta: 1, steps: 0, rise: 0.5 } as const;
    const own = await train({ kl: { ...kl, per: 'dataset' } });
    const batch = smallRun({}).batchSize;
    const per = await train({ kl: { ...kl, per: 'batch' } });
    expect(per.sha256).not.toBe(own.sha256);
    const { kl: sum, nll, negativeElbo } = per.result.last!;
    expect(negativeElbo).toBeCloseTo(nll + sum / batch, 10);
    // the same as that of a data set as large as a batch
    const beta = await train({ kl: { ...kl, per: 'batch', beta: batch / 60 } });
    expect(beta.sha256).toBe(own.sha256);
  });
});
