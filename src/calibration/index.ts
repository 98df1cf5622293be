export {
  type CalibratedPredictions,
  type Calibration,
  type CalibrationCheck,
  calibrated,
  checkCalibration,
  groupsOf,
  learnCalibration,
} from './calibration.ts';
export { classSet, conformalQuantile, intervalScore, setScores } from './conformal.ts';
export {
  type Familiarity,
  type FamiliarityView,
  type Viewed,
  familiarityOf,
  featureDistances,
  learnFamiliarity,
} from './familiarity.ts';
export { chosenReferences } from './references.ts';
export { type FittedTemperature, fitTemperature, tempered } from './temperature.ts';
export { classVerdict, isStrange, unlike } from './verdict.ts';
