import type { Optimizer } from './optimizer.ts';

/** Adam's constants (Kingma and Ba 2015, section 2), with TensorFlow's epsilon. */
const constants = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/**
 * The step size with both bias corrections folded in, as in the last lines of section 2 of the paper.
 * @param step 1 is the first
 */
export function adamStepSize(learningRate: number, step: number): number {
  return (learningRate * Math.sqrt(1 - constants.beta2 ** step)) / (1 - constants.beta1 ** step);
}

const moments = ['firstMoment', 'secondMoment'] as const;

export const adam: Optimizer = {
  kind: 'adam',
  state: moments,
  bind(regions) {
    const inputs = ['parameters', ...moments, 'likelihoodGradient', 'divergenceGradient'];
    const update = regions.bind('adam', inputs, ['parameters', ...moments], constants);
    return {
      begin: ({ step, learningRate }) => regions.setStepSize(adamStepSize(learningRate, step)),
      update,
    };
  },
};
