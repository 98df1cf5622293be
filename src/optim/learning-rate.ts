export interface LearningRateSchedule {
  /** of one replica */
  readonly learningRate: number;
  /** how it grows with the number of replicas (linear: Goyal et al. 2017, arXiv 1706.02677) */
  readonly scaling: 'linear' | 'sqrt' | 'none';
  readonly replicas: number;
  /** steps over which the rate rises linearly from 0 to the full rate; 0: none */
  readonly warmupSteps: number;
}

/** @param step 1 is the first */
export function learningRateAt(schedule: LearningRateSchedule, step: number): number {
  const { learningRate, scaling, replicas, warmupSteps } = schedule;
  const factor = { linear: replicas, sqrt: Math.sqrt(replicas), none: 1 }[scaling];
  const full = learningRate * factor;
  return step >= warmupSteps ? full : (full * step) / warmupSteps;
}
