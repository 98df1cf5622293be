import { describe, expect, it } from 'vitest';
import { adam, adamStepSize, learningRateAt } from '../../src/optim/index.ts';

describe('learningRateAt', () => {
  const schedule = {
    learningRate: 0.001,
    scaling: 'linear',
    replicas: 4,
    warmupSteps: 0,
    decay: 'none',
    totalSteps: 100,
  } as const;

  it('grows with the number of replicas as asked', () => {
    expect(learningRateAt(schedule, 1)).toBe(0.004);
    expect(learningRateAt({ ...schedule, scaling: 'sqrt' }, 1)).toBe(0.002);
    expect(learningRateAt({ ...schedule, scaling: 'none' }, 1)).toBe(0.001);
  });

  it('warms up linearly', () => {
    const warm = { ...schedule, warmupSteps: 10 };
    expect(learningRateAt(warm, 1)).toBeCloseTo(0.0004, 12);
    expect(learningRateAt(warm, 10)).toBe(0.004);
    expect(learningRateAt(warm, 11)).toBe(0.004);
  });
});

describe('learningRateAt with a decay', () => {
  const schedule = { learningRate: 0.1, scaling: 'linear', replicas: 1, warmupSteps: 0, totalSteps: 4 } as const;
  const rates = (decay: 'linear' | 'cosine', warmupSteps = 0) =>
    [1, 2, 3, 4].map((step) => learningRateAt({ ...schedule, decay, warmupSteps }, step));

  it('falls from the full rate towards 0, which the step behind the last would have', () => {
    const [, quarter, half] = [0, 1 / 4, 1 / 2].map((done) => (0.1 * (1 + Math.cos(Math.PI * done))) / 2);
    expect(rates('linear')).toEqual([0.1, 0.075, 0.05, 0.025].map((rate) => expect.closeTo(rate, 12)));
    expect(rates('cosine').slice(0, 3)).toEqual([0.1, quarter, half].map((rate) => expect.closeTo(rate!, 12)));
    expect(rates('cosine')[3]).toBeGreaterThan(0);
  });

  it('begins when the rate has risen', () => {
    expect(rates('linear', 2)).toEqual([0.05, 0.1, 0.2 / 3, 0.1 / 3].map((rate) => expect.closeTo(rate, 12)));
  });
});

describe('adamStepSize', () => {
  it('makes the first step as long as the learning rate: both moments are corrected for their start at 0', () => {
    const gradient = 0.3;
    const { beta1, beta2 } = constantsOfAdam();
    const m = (1 - beta1) * gradient;
    const v = (1 - beta2) * gradient ** 2;
    expect((adamStepSize(0.001, 1) * m) / Math.sqrt(v)).toBeCloseTo(0.001, 9);
  });

  it('tends to the learning rate', () => {
    expect(adamStepSize(0.001, 100_000)).toBeCloseTo(0.001, 12);
  });
});

/** What Adam binds its operation with. */
function constantsOfAdam(): { readonly beta1: number; readonly beta2: number } {
  const bound: Record<string, number> = {};
  adam.bind({
    bind(_operation, _inputs, _outputs, attributes) {
      Object.assign(bound, attributes);
      return () => {};
    },
    setStepSize() {},
  });
  return { beta1: bound['beta1']!, beta2: bound['beta2']! };
}
