export { type ElboGraph, buildElbo, occasionalOf, outputsOf } from './elbo.ts';
export { type KlSchedule, klWeight } from './kl-schedule.ts';
export type { ParameterSource } from './prediction-program.ts';
export {
  type PredictionInputs,
  type PredictOptions,
  type TrainedModel,
  predictDraws,
  predictionSteps,
} from './prediction.ts';
export type { PredictionRanks } from './share.ts';
