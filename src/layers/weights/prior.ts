/** A prior of independent weights with mean 0. */
export type Prior =
  /** N(0, scale^2); with `fanIn` the variance is divided by the number of a unit's inputs, so that its sum keeps its size */
  | { readonly kind: 'normal'; readonly scale: number; readonly fanIn?: boolean }
  /** share N(0, scales[0]^2) + (1 - share) N(0, scales[1]^2) (Blundell et al. 2015, arXiv 1505.05424, eq. 7) */
  | { readonly kind: 'scaleMixture'; readonly scales: readonly [number, number]; readonly share: number };

/** What holds for weights whose layer says nothing else. */
export interface WeightsDefaults {
  readonly prior: Prior;
  /** mean of the untransformed scales at the start: the posterior's standard deviations begin about softplus of it */
  readonly initialScale: number;
}

/** Those of TensorFlow Probability's layers: N(0, 1), and a posterior that starts at softplus(-3), about 0.05. */
export const weightsDefaults: WeightsDefaults = { prior: { kind: 'normal', scale: 1 }, initialScale: -3 };
