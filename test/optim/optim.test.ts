import { describe, expect, it } from 'vitest';
import { adam, adamStepSize, learningRateAt } from '../../src/optim/index.ts';

describe('learningRateAt', () => {
  const schedule = { learningRate: 0.001, scaling: 'linear', replicas: 4, warmupSteps: 0 } as const;

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

describe('adamStepSize', () => {
  it('makes the first step as long as the learning rate: both moments are corrected for their start at 0', () => {
    const gradient = 0.3;
    const m = (1 - adam.beta1) * gradient;
    const v = (1 - adam.beta2) * gradient ** 2;
    expect((adamStepSize(0.001, 1) * m) / Math.sqrt(v)).toBeCloseTo(0.001, 9);
  });

  it('tends to the learning rate', () => {
    expect(adamStepSize(0.001, 100_000)).toBeCloseTo(0.001, 12);
  });
});
