export { adam, adamStepSize } from './adam.ts';
export { type LearningRateSchedule, learningRateAt } from './learning-rate.ts';
