/** Adam's constants (Kingma and Ba 2015, section 2), with TensorFlow's epsilon. */
export const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/**
 * The step size with both bias corrections folded in, as in the last lines of section 2 of the paper.
 * @param step 1 is the first
 */
export function adamStepSize(learningRate: number, step: number): number {
  return (learningRate * Math.sqrt(1 - adam.beta2 ** step)) / (1 - adam.beta1 ** step);
}
