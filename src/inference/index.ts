export { type ElboGraph, buildElbo, occasionalOf, outputsOf } from './elbo.ts';
export { type KlSchedule, klWeight } from './kl-schedule.ts';
export type { ParameterSource } from './parameters.ts';
export { type FeatureOptions, type NetworkFeatures, networkFeatures, sketchWidth } from './features.ts';
export { predictDraws, predictionSteps } from './prediction.ts';
export type { PredictionInputs, PredictOptions, TrainedModel } from './request.ts';
export type { PredictionRanks } from './share.ts';
export { isModel } from './checks.ts';
