export interface LearningRateSchedule {
  /** of one replica */
  readonly learningRate: number;
  /** how it grows with the number of replicas (linear: Goyal et al. 2017, arXiv 1706.02677) */
  readonly scaling: 'linear' | 'sqrt' | 'none';
  readonly replicas: number;
  /** steps over which the rate rises linearly from 0 to the full rate; 0: none */
  readonly warmupSteps: number;
  /** how it falls to 0 behind the warm-up, until the last step (cosine: Loshchilov and Hutter 2017, arXiv 1608.03983) */
  readonly decay: 'none' | 'linear' | 'cosine';
  readonly totalSteps: number;
}

/** @param step 1 is the first */
export function learningRateAt(schedule: LearningRateSchedule, step: number): number {
  const { learningRate, scaling, replicas, warmupSteps, decay, totalSteps } = schedule;
  const factor = { linear: replicas, sqrt: Math.sqrt(replicas), none: 1 }[scaling];
  const full = learningRate * factor;
  if (step < warmupSteps) return (full * step) / warmupSteps;
  if (decay === 'none') return full;
  const first = Math.max(1, warmupSteps);
  // The last step still has a rate.
  const done = (step - first) / (totalSteps - first + 1);
  return decay === 'linear' ? full * (1 - done) : (full * (1 + Math.cos(Math.PI * done))) / 2;
}
