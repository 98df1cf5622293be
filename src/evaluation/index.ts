export { adaptiveCalibrationError } from './adaptive-calibration.ts';
export {
  type BootstrapOptions,
  type FigureOfRows,
  type Interval,
  bootstrapIntervals,
  meanOf,
} from './bootstrap.ts';
export { type ClassLosses, type RealLosses, classLosses, realLosses } from './by-example.ts';
export { confusionMatrix } from './confusion.ts';
export { type Detection, detection } from './detection.ts';
export {
  type GroupFigure,
  type Groups,
  figuresByGroup,
  groupsOfLabels,
  groupsOfNumbers,
  quartileGroups,
} from './groups.ts';
export { classIntervals, realIntervals } from './intervals.ts';
export { pitHistogram } from './pit.ts';
export { type Score, energyScore, scoreTitles, uncertaintyScores } from './scores.ts';
export { type RiskCoverage, riskAt, riskCoverage } from './selective.ts';
