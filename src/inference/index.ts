export { type PredictionQuality, predictionQuality } from './calibration.ts';
export { type ElboGraph, buildElbo } from './elbo.ts';
export { type KlSchedule, klWeight } from './kl-schedule.ts';
export { type Images, type ParameterSource, type PredictOptions, predict } from './prediction.ts';
