export { type CalibrationOptions, calibrate } from './calibrate.ts';
export type { Calibration } from './calibration.ts';
export { normals, uniforms } from './noise.ts';
export {
  type CalibratedClasses,
  type CalibratedNumbers,
  type CalibratedOptions,
  type CalibratedPrediction,
  predictCalibrated,
} from './predict-calibrated.ts';
export { type PredictionOptions, evaluate, predict } from './predict.ts';
export { type TableData, type TableOptions, table } from './table.ts';
export { type TrainOptions, type Trained, train, trainedModel } from './train.ts';
