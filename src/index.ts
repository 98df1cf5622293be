/**
 * The library: what `credence train` and `credence evaluate` are made of. As in the command line, it is the caller who
 * chooses an engine and a communicator.
 */
export { type Communicator, solo } from './comm/index.ts';
export {
  type FetchProgress,
  type ImageDataset,
  type InputImages,
  type LoadOptions,
  loadDataset,
  readInputImages,
} from './datasets/index.ts';
export { type ImageSet } from './data/index.ts';
export * from './errors/index.ts';
export {
  type Images,
  type ParameterSource,
  type PredictionRanks,
  type PredictionQuality,
  type PredictOptions,
  type Predictive,
  predict,
  predictionQuality,
} from './inference/index.ts';
export type { Kernels, KernelsFactory } from './kernels/index.ts';
export { referenceKernels } from './kernels/reference/index.ts';
export { loadOnednn, onednnKernels, type OnednnLibrary } from './kernels/onednn/index.ts';
export { wasmKernels } from './kernels/wasm/index.ts';
export { type Model, modelNames, modelOf } from './models/index.ts';
export { imagePredictions, predictionsCsv, predictionsNpz, tensorBoardObserver } from './report/index.ts';
export {
  type Checkpoint,
  type CheckpointSink,
  type NamedTensor,
  type PosteriorSnapshot,
  type RunConfiguration,
  type Schedule,
  type StepRecord,
  type StepTiming,
  type StopRequest,
  Trainer,
  type TrainingObserver,
  type TrainingOptions,
  type TrainingResult,
  defaults as defaultConfiguration,
} from './train/index.ts';
export {
  CheckpointStore,
  type CheckpointStoreOptions,
  type ExpectedModel,
  loadLatest,
  MetricsFile,
  parametersSha256,
  TimingFile,
} from './run/index.ts';
