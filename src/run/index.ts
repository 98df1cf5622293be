export {
  assertModel,
  CheckpointStore,
  type CheckpointStoreOptions,
  type ExpectedModel,
  loadLatest,
  type LoadOptions,
  parametersSha256,
} from './checkpoint/index.ts';
export {
  appendRecord,
  configurationFile,
  createRunFolder,
  describeParameters,
  makeFolder,
  MetricsFile,
  type NewRun,
  openRunFolder,
  RecordFile,
  type RunFolder,
  TimingFile,
  writeRunFile,
  writeTrainingLog,
} from './folder/index.ts';
export { safetensorsChunks } from './safetensors/index.ts';
export { TraceFile, leaveSpans } from './timeline/trace-file.ts';
