import { parametersSha256 } from '../../src/run/index.ts';
/** Training in bfloat16 beside the same training in float32. */
import { describe, expect, it } from 'vitest';
import { predictDraws } from '../../src/inference/index.ts';
import { wasmKernels } from '../../src/kernels/wasm/index.ts';
import type { Checkpoint, RunConfiguration, StepRecord } from '../../src/train/index.ts';
import { bars } from '../support/digits.ts';
import { modelNamed } from '../support/model.ts';
import { smallRun } from '../support/run.ts';
import { trainerOf } from '../support/trainer.ts';

const data = bars(200);

function trainer(overrides: Partial<RunConfiguration>, records: StepRecord[] = [], resume: Checkpoint | null = null) {
  return trainerOf({
    configuration: smallRun(overrides),
    data,
    observers: [{ onStep: (record) => records.push(record) }],
    resume,
  });
}

async function train(overrides: Partial<RunConfiguration>) {
  const records: StepRecord[] = [];
  const run = trainer(overrides, records);
  const memory = run.memory;
  return { records, memory, result: await run.run() };
}

/** Mean over the steps of how far apart two runs' losses are, nats. */
function distance(a: readonly StepRecord[], b: readonly StepRecord[]): number {
  return a.reduce((sum, { nll }, i) => sum + Math.abs(nll - b[i]!.nll), 0) / a.length;
}

describe('training in bfloat16', () => {
  /**
   * Every factor is rounded by a relative 2^-8 at most, u, a product of two by e = 2u + u^2. With a_j the sum of the
   * magnitudes of hidden unit j's terms, its value is off by e a_j (relu is 1-Lipschitz), and a logit by
   * sum_j |K_jc| (e (|h_j| + e a_j) + e a_j). The negative log-likelihood changes by at most twice the largest such
   * error over the classes; sums in float32 are exact beside that.
   */
  it('gives a first loss within what rounding the factors can do', async () => {
    const overrides = { model: 'CNN_FC', iteration: 1, batchSize: 200 } as const;
    const [exact, mixed] = [await train(overrides), await train({ ...overrides, precision: 'bf16' })];
    const weights = new Map(
      trainer(overrides)
        .parameters()
        .map(({ name, data: values }) => [name, values]),
    );
    const [first, second] = [weights.get('dense/kernel')!, weights.get('dense_1/kernel')!];
    const error = 2 * 2 ** -8 + 2 ** -16;
    let bound = 0;
    for (let n = 0; n < data.count; n++) {
      const errors = new Float64Array(10);
      for (let j = 0; j < 64; j++) {
        let [value, magnitude] = [0, 0];
        for (let i = 0; i < 784; i++) {
          const term = (data.images[n * 784 + i]! / 255) * first[i * 64 + j]!;
          value += term;
          magnitude += Math.abs(term);
        }
        const hidden = error * magnitude;
        for (let c = 0; c < 10; c++) {
          errors[c]! += Math.abs(second[j * 10 + c]!) * (error * (Math.max(value, 0) + hidden) + hidden);
        }
      }
      bound += (2 * Math.max(...errors)) / data.count;
    }
    const difference = Math.abs(mixed.records[0]!.nll - exact.records[0]!.nll);
    expect(difference).toBeLessThan(bound);
    expect(difference).toBeGreaterThan(0);
  });

  it.each(['BNN_conv_flip', 'BNN_FC_flip', 'BNN_FC_nonflip'])(
    'of %s stays nearer to float32 than another draw of the noise does',
    async (model) => {
      const overrides = { model, iteration: 30, batchSize: 20, learningRate: 0.003 };
      const exact = await train(overrides);
      const mixed = await train({ ...overrides, precision: 'bf16' });
      const other = await train({ ...overrides, seed: 8 });
      expect(distance(mixed.records, exact.records)).toBeLessThan(0.1 * distance(other.records, exact.records));
      expect(mixed.records.at(-1)!.nll).toBeLessThan(mixed.records[0]!.nll);
    },
  );

  // the map, its gradient and the pixels are halved; the indices of the pooling, a fifth as large as the map, stay
  it('takes about half the memory for values where maps are most of them', async () => {
    const overrides = { model: 'BNN_conv_flip', iteration: 1, batchSize: 50 };
    const [exact, mixed] = [await train(overrides), await train({ ...overrides, precision: 'bf16' })];
    expect(mixed.memory.arena / exact.memory.arena).toBeLessThan(0.65);
  });

  it('resumed, is bit for bit the uninterrupted run', async () => {
    const overrides = { model: 'BNN_conv_flip', iteration: 4, precision: 'bf16' } as const;
    const whole = await train(overrides);
    let checkpoint: Checkpoint | null = null;
    const sink = { write: (written: Checkpoint) => ((checkpoint = structuredClone(written)), 'step-2') };
    await trainerOf({
      configuration: smallRun({ ...overrides, iteration: 2 }),
      data,
      checkpoints: sink,
    }).run();
    const rest = await trainer(overrides, [], checkpoint).run();
    expect(parametersSha256(rest.parameters)).toBe(parametersSha256(whole.result.parameters));
  });

  it('predicts in bfloat16 from parameters of any run, as well as in float32', async () => {
    const overrides = { model: 'BNN_FC_flip', iteration: 60, batchSize: 50, learningRate: 0.003 };
    const { result } = await train(overrides);
    const values = new Map(result.parameters.map((tensor) => [tensor.name, tensor.data]));
    const quality = (precision: 'f32' | 'bf16') => {
      const model = modelNamed(overrides.model);
      const options = { draws: 5, seed: 3, precision };
      const trained = { model, members: [(name: string) => values.get(name)] };
      const examples = { count: data.count, inputs: data.images };
      const predictive = predictDraws(wasmKernels, trained, examples, options);
      return model.likelihood.quality(predictive, data.labels, null);
    };
    const [exact, mixed] = [quality('f32'), quality('bf16')];
    expect(Math.abs(mixed.nll! - exact.nll!)).toBeLessThan(0.01 * exact.nll!);
    expect(mixed.nll).not.toBe(exact.nll);
  });
});
