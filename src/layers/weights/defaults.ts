import type { Prior } from './priors/index.ts';

/** What holds for weights whose layer says nothing else. */
export interface WeightsDefaults {
  readonly prior: Prior;
  /** mean of the untransformed scales at the start: the posterior's standard deviations begin about softplus of it */
  readonly initialScale: number;
}

/** Those of TensorFlow Probability's layers: N(0, 1), and a posterior that starts at softplus(-3), about 0.05. */
export const weightsDefaults: WeightsDefaults = { prior: { kind: 'normal', scale: 1 }, initialScale: -3 };
