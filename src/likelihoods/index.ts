export { type ReliabilityBin, confidenceBinOf, confidenceBins, predictionQuality, reliability } from './calibration.ts';
export { checkPredictions } from './class-arguments.ts';
export { bernoulli, categorical, classFigures } from './categorical.ts';
export { centralCoverage } from './coverage.ts';
export { figureOf, knownFigures } from './figures.ts';
export { type ClassPredictive, mostProbable } from './classes.ts';
export type {
  DrawBatch,
  Figure,
  Gathering,
  GatherRequest,
  Likelihood,
  LikelihoodContext,
  PredictiveBase,
  StepFigure,
  TargetType,
  Units,
} from './likelihood.ts';
export type { Family } from './families.ts';
export {
  type LocationScaleOptions,
  type Noise,
  type NormalOptions,
  type StudentTOptions,
  locationScale,
  normal,
  studentT,
} from './location-scale.ts';
export type { Predictive } from './predictive.ts';
export { poisson } from './poisson.ts';
export type { RealPredictive, RealScores } from './real-predictive.ts';
export { checkDraws, checkLevels, checkTargets, scoresOf } from './requests.ts';
export { inUnits, realFigures, targetsInUnits } from './reals.ts';
export { relativeErrors } from './relative.ts';
export { quantilePlace } from './quantile-place.ts';
