import type { OperationName, Operations } from '../graph/index.ts';

/** What an optimiser may touch: whole regions of memory, all in the layout of the parameters. */
export interface OptimizerRegions {
  /**
   * Binds an operation to regions: `parameters`, `likelihoodGradient` (a sum over the step's examples),
   * `divergenceGradient` (that of the KL) or one of the optimiser's own `state`.
   */
  bind<O extends OperationName>(
    operation: O,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Operations[O],
  ): () => void;
  /** sets the word of the control block from which the operation reads its step size */
  setStepSize(value: number): void;
}

/** How parameters follow from gradients. It is bound once; a step allocates nothing. */
export interface Optimizer {
  /** as in a configuration */
  readonly kind: string;
  /** regions that live from step to step and go into checkpoints; 0 at the start */
  readonly state: readonly string[];
  /** @returns what is called with each step (1 is the first), before and after its gradient is there */
  bind(regions: OptimizerRegions): {
    begin(at: { readonly step: number; readonly learningRate: number }): void;
    update(): void;
  };
}
