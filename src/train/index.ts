export {
  type Checkpoint,
  CheckpointStore,
  type CheckpointStoreOptions,
  type ExpectedModel,
  loadLatest,
  type LoadOptions,
  parametersSha256,
} from './checkpoint/index.ts';
export { pixelMeanOf } from './checkpoint/pixel-mean.ts';
export type { RunConfiguration } from './configuration.ts';
export type { NamedTensor, PosteriorSnapshot, StepRecord, StepTiming, TrainingObserver } from './events.ts';
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
} from './run-folder/index.ts';
export { medianAfterWarmup } from './pace.ts';
export { safetensorsChunks } from './safetensors/index.ts';
export { type Schedule, scheduleOf } from './schedule.ts';
export { SpanRing, type Timeline, TraceFile, leaveSpans, noTimeline } from './timeline/index.ts';
export {
  type CheckpointSink,
  type Evaluate,
  type StopRequest,
  Trainer,
  type TrainingOptions,
  type TrainingResult,
} from './trainer.ts';
