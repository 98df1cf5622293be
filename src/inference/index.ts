export { type PredictionQuality, type ReliabilityBin, predictionQuality, reliability } from './calibration.ts';
export { type ElboGraph, buildElbo, occasionalOf, outputsOf } from './elbo.ts';
export { type KlSchedule, klWeight } from './kl-schedule.ts';
export type { ParameterSource } from './prediction-program.ts';
export { type Images, type PredictOptions, type Predictive, predict } from './prediction.ts';
export type { PredictionRanks } from './share.ts';
