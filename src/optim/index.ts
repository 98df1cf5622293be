export { adam, adamStepSize } from './adam.ts';
export { type LearningRateSchedule, learningRateAt } from './learning-rate.ts';
export type { Optimizer, OptimizerRegions } from './optimizer.ts';
