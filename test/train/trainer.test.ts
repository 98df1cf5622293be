import { parametersSha256 } from '../../src/run/index.ts';
import { describe, expect, it } from 'vitest';
import { referenceKernels } from '../../src/kernels/reference/index.ts';
import {
  type Checkpoint,
  type NamedTensor,
  type RunConfiguration,
  type StepRecord,
  type TrainingOptions,
} from '../../src/train/index.ts';
import { imageExamples, shuffled } from '../../src/data/index.ts';
import { bars } from '../support/digits.ts';
import { smallRun } from '../support/run.ts';
import { trainerOf } from '../support/trainer.ts';

const data = bars(60);

/** A run's record, and copies of its checkpoints. */
async function train(overrides: Partial<RunConfiguration>, options: Partial<TrainingOptions> = {}) {
  const records: StepRecord[] = [];
  const checkpoints: Checkpoint[] = [];
  const copy = (tensors: readonly NamedTensor[]) => tensors.map((tensor) => ({ ...tensor, data: tensor.data.slice() }));
  const trainer = trainerOf({
    configuration: smallRun(overrides),
    data,
    kernels: referenceKernels,
    observers: [{ onStep: (record) => records.push(record) }],
    checkpoints: {
      write(checkpoint) {
        const { parameters, optimizer } = checkpoint;
        checkpoints.push({ ...checkpoint, parameters: copy(parameters), optimizer: copy(optimizer) });
        return `step-${checkpoint.step}`;
      },
    },
    resume: null,
    stop: { requested: null },
    ...options,
  });
  return { records, checkpoints, result: await trainer.run() };
}

describe('Trainer', () => {
  it('gives the same numbers when run twice, others with another seed', async () => {
    const [first, second, other] = [await train({}), await train({}), await train({ seed: 8 })];
    expect(second.records).toEqual(first.records);
    expect(parametersSha256(second.result.parameters)).toBe(parametersSha256(first.result.parameters));
    expect(parametersSha256(other.result.parameters)).not.toBe(parametersSha256(first.result.parameters));
  });

  it('resumed from any step, is bit for bit the uninterrupted run', async () => {
    const whole = await train({ checkpointEvery: 2 });
    expect(whole.checkpoints.map(({ step }) => step)).toEqual([2, 4, 6]);
    for (const resume of whole.checkpoints.slice(0, 2)) {
      const rest = await train({ checkpointEvery: 2 }, { resume });
      expect(rest.records).toEqual(whole.records.slice(resume.step));
      expect(parametersSha256(rest.result.parameters)).toBe(parametersSha256(whole.result.parameters));
    }
  });

  it('logs the terms of the ELBO apart, and their sum', async () => {
    const { records } = await train({ kl: { ...smallRun().kl, schedule: 'linear', steps: 4 } });
    expect(records.map(({ beta }) => beta)).toEqual([0.25, 0.5, 0.75, 1, 1, 1]);
    for (const { nll, kl, beta, negativeElbo } of records) {
      expect(kl).toBeGreaterThan(0);
      expect(negativeElbo).toBe(nll + (beta * kl) / data.count);
    }
  });

  it('learns', async () => {
    const { records } = await train({ iteration: 40, learningRate: 0.01, batchSize: 20, printEvery: 10 });
    expect(records.map(({ step }) => step)).toEqual([10, 20, 30, 40]);
    expect(records[3]!.nll).toBeLessThan(records[0]!.nll);
    expect(records[3]!.figures['accuracy']).toBeGreaterThan(0.8);
  });

  it('slices change how a step is computed, not what: losses agree to rounding', async () => {
    const [one, four] = [await train({ slices: 1 }), await train({ slices: 4 })];
    for (const [i, { nll, kl }] of four.records.entries()) {
      expect(nll / one.records[i]!.nll).toBeCloseTo(1, 4);
      expect(kl / one.records[i]!.kl).toBeCloseTo(1, 6);
    }
  });

  it('averages replicas: without weight noise, two of four examples are one of eight', async () => {
    const model = 'CNN_FC';
    const scaled = { model, learningRateScaling: 'none' } as const;
    const one = await train(scaled);
    const two = await train({ ...scaled, replicas: 2, batchSize: 4 });
    for (const [i, { nll, epoch }] of two.records.entries()) {
      expect(nll / one.records[i]!.nll).toBeCloseTo(1, 4);
      expect(epoch).toBe(one.records[i]!.epoch);
    }
  });

  it('gives each replica a weight draw of its own, and the first the one that it has alone', async () => {
    const alone = await train({ iteration: 1, batchSize: 4 });
    const both = await train({ iteration: 1, batchSize: 4, replicas: 2 });
    const eight = await train({ iteration: 1, batchSize: 8 });
    // what the second replica must have had, by its own draw and by the first one's
    const second = 2 * both.records[0]!.nll - alone.records[0]!.nll;
    const secondByFirstDraw = 2 * eight.records[0]!.nll - alone.records[0]!.nll;
    expect(Math.abs(second - secondByFirstDraw)).toBeGreaterThan(1e-3);
    expect(both.records[0]!.learningRate).toBe(2 * alone.records[0]!.learningRate);
  });

  it('checkpoints and stops when asked to', async () => {
    const stop = { requested: null as string | null };
    const { result, checkpoints } = await train(
      {},
      { stop, observers: [{ onTiming: ({ step }) => (stop.requested = step === 3 ? 'SIGTERM' : null) }] },
    );
    expect(result).toMatchObject({ step: 3, totalSteps: 6, stopped: 'SIGTERM' });
    expect(checkpoints.map(({ step }) => step)).toEqual([3]);
  });

  it('shows the posterior after the first and the last step, and each moment once', async () => {
    const shown = async (histogramEvery: number, iteration = 6, stopAt = 0) => {
      const steps: number[] = [];
      const stop = { requested: null as string | null };
      const onTiming = ({ step }: { readonly step: number }) => {
        if (step === stopAt) stop.requested = 'SIGTERM';
      };
      await train(
        { histogramEvery, iteration },
        { stop, observers: [{ onTiming, onPosterior: (step) => void steps.push(step) }] },
      );
      return steps;
    };
    expect(await shown(0)).toEqual([1, 6]);
    expect(await shown(1000, 1)).toEqual([1]);
    expect(await shown(2)).toEqual([1, 2, 4, 6]);
    expect(await shown(2, 6, 4)).toEqual([1, 2, 4]);
  });

  it('stops at a NaN and names the first tensor that went bad, without a checkpoint', async () => {
    const checkpoints: number[] = [];
    let ended = 0;
    const run = train(
      { learningRate: 1e38 },
      {
        checkpoints: { write: ({ step }) => `step-${checkpoints.push(step)}` },
        observers: [{ onEnd: (step) => (ended = step) }],
      },
    );
    await expect(run).rejects.toThrowErrorMatchingInlineSnapshot(
      `[NotFiniteError: step 2: denseFlipout/kl (scalar) is no longer finite. Lower the learning rate or look at the data; the last checkpoint is untouched]`,
    );
    expect(checkpoints).toEqual([]);
    expect(ended).toBe(1);
  });

  it('computes the same whether or not the KL is wanted at every step, and ranks checkpoints by the ELBO', async () => {
    const [often, seldom] = [await train({}), await train({ printEvery: 4, checkpointEvery: 3 })];
    expect(seldom.records).toEqual([often.records[3], often.records[5]]);
    expect(parametersSha256(seldom.result.parameters)).toBe(parametersSha256(often.result.parameters));
    const { records } = often;
    const mean = (records[0]!.nll + records[1]!.nll + records[2]!.nll) / 3;
    expect(seldom.checkpoints[0]!.score).toBeCloseTo(mean + (records[2]!.beta * records[2]!.kl) / data.count, 9);
  });

  it('scales the gradient of the negative ELBO to the norm that is asked for, and leaves a smaller one as it is', async () => {
    const moments = async (clipNorm: number | null) => {
      const { checkpoints } = await train({ iteration: 1, clipNorm });
      return checkpoints[0]!.optimizer
        .filter(({ name }) => name.startsWith('firstMoment/'))
        .flatMap(({ data }) => [...data]);
    };
    // after the first step, Adam's first moment is a tenth of the gradient
    const free = await moments(null);
    const norm = 10 * Math.hypot(...free);
    expect(await moments(1.01 * norm)).toEqual(free);
    const clipped = await moments(0.3 * norm);
    clipped.forEach((value, i) => expect(value).toBeCloseTo(0.3 * free[i]!, 7));
    expect(10 * Math.hypot(...clipped)).toBeCloseTo(0.3 * norm, 5);
  });

  it('starts the posterior at the scale that is asked for, with the same noise and the same means', async () => {
    const starts: Float32Array[][] = [];
    for (const initialScale of [-3, -5]) {
      const configuration = smallRun({ initialScale });
      const trainer = trainerOf({ configuration, data, kernels: referenceKernels });
      starts.push(trainer.parameters().map(({ data: values }) => values.slice()));
    }
    const names = trainerOf({ configuration: smallRun(), data, kernels: referenceKernels })
      .parameters()
      .map(({ name }) => name);
    names.forEach((name, i) => {
      const [usual, narrow] = [starts[0]![i]!, starts[1]![i]!];
      const shift = name.endsWith('untransformedScale') ? -2 : 0;
      narrow.forEach((value, j) => expect(value).toBeCloseTo(usual[j]! + shift, 5));
    });
    expect(names.some((name) => name.endsWith('untransformedScale'))).toBe(true);
  });

  it('writes no checkpoint of parameters that are no longer finite', async () => {
    const checkpoints: number[] = [];
    const trainer = trainerOf({
      ...{
        configuration: smallRun({ iteration: 2, printEvery: 2 }),
        data,
        kernels: referenceKernels,
      },
      checkpoints: { write: ({ step }) => `step-${checkpoints.push(step)}` },
      observers: [{ onTiming: ({ step }) => void (step === 2 && (trainer.parameters()[1]!.data[3] = Number.NaN)) }],
    });
    await expect(trainer.run()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[NotFiniteError: step 2: parameter denseFlipout/kernel/untransformedScale (784x64) is no longer finite. Lower the learning rate or look at the data; the last checkpoint is untouched]`,
    );
    expect(checkpoints).toEqual([]);
  });

  it('refuses a batch that does not fit', async () => {
    await expect(train({ batchSize: 61 })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UsageError: the batch is larger than the training set: got batchSize 61, expected at most 60 examples. Give a smaller --batchSize]`,
    );
    await expect(train({ batchSize: 40, replicas: 2 })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UsageError: the batch is larger than the training set: got replicas 2 x batchSize 40, expected at most 60 examples. Give a smaller --batchSize]`,
    );
    await expect(train({ batchSize: 8, slices: 3 })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UsageError: slices must cut the batch into equal parts: got batchSize 8, slices 3, expected slices that divide the batch size]`,
    );
  });

  it('refuses examples that are not those of the model', () => {
    const examples = shuffled(imageExamples(data), 1);
    const of = (shape: readonly number[], dtype: 'u8' | 'f32') => () =>
      trainerOf({
        ...{ configuration: smallRun(), data, kernels: referenceKernels },
        examples: { ...examples, input: { shape, dtype } },
      });
    expect(of([32, 32, 3], 'u8')).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: BNN_FC_flip does not fit the data: got u8 examples of 32x32x3, expected u8 examples of 28x28x1]`,
    );
    expect(of([28, 28, 1], 'f32')).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: BNN_FC_flip does not fit the data: got f32 examples of 28x28x1, expected u8 examples of 28x28x1]`,
    );
  });

  it('turns epochs into steps as the original does', async () => {
    const { result } = await train({ iteration: null, epochs: 0.5, batchSize: 8 });
    expect(result.totalSteps).toBe(Math.round((0.5 * 60) / 8));
  });
});
