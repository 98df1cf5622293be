export {
  type CalibrationFacts,
  type CalibrationRecord,
  readCalibration,
  readCalibrationFacts,
  writeCalibration,
} from './calibration.ts';
export {
  assertModel,
  CheckpointStore,
  type CheckpointStoreOptions,
  type ExpectedModel,
  loadLatest,
  type LoadOptions,
  parametersSha256,
  latestState,
} from './checkpoint/index.ts';
export { longFile, readEnd, readRegular } from './files/regular.ts';
export {
  appendRecord,
  assertSealed,
  configurationFile,
  createRunFolder,
  describeParameters,
  hasSeal,
  isAsWritten,
  isHeld,
  isSealedRun,
  makeFolder,
  mayBeHeld,
  MetricsFile,
  type NewRun,
  openRunFolder,
  RecordFile,
  type RunFolder,
  sealed,
  TimingFile,
  writeRunFile,
  writeTrainingLog,
} from './folder/index.ts';
export { safetensorsChunks } from './safetensors/index.ts';
export { TraceFile, leaveSpans } from './timeline/trace-file.ts';
